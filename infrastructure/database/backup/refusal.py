"""Why a backup was not made or not put back."""


class Refused(Exception):
    """It was not done, and nothing was changed; the text says why and what to do."""
