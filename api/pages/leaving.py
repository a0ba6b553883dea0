"""That a form to sign out was written for who is signed in: its token follows from the session.

No script and no other site reads what a browser signed in with.
"""

import hmac
from hashlib import sha256

from api.http.access.asking import session_asking


def leaving_token(session: str) -> str:
    """What such a form says."""
    return hmac.new(session.encode(), b"standfast sign-out", sha256).hexdigest()


def leaving() -> str | None:
    """The token of the request that is being answered; None where nobody is signed in by a session."""
    session = session_asking()
    return None if session is None else leaving_token(session)
