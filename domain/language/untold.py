"""Ids that are not told: what stands in their places."""


class Untold(str):
    """An id in the place of one that whoever reads is not told, the same each time.

    It is told from an id that somebody chose by its class alone: no text of an id is reserved.
    """

    __slots__ = ()
