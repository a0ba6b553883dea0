"""Ids that stand for others: the same each time, and without the key of the installation nobody tells for which."""

import base64
import hmac
from typing import Final, Literal
from uuid import UUID

from domain.language.untold import Untold

Kind = Literal["assignment", "proposal", "person", "nobody"]

BYTES: Final = 20
"""Of the digest: 160 bits, written as 32 characters."""

LETTERS: Final[dict[Kind, str]] = {"assignment": "a", "proposal": "p", "person": "withheld", "nobody": "n"}
"""What an id begins with, so that whoever reads it sees what it is of."""


def opaque_id(key: bytes, engagement_id: UUID, kind: Kind, id: str) -> Untold:
    """The id that stands for one within an engagement: of the form of ids, at most 64 characters."""
    digest = hmac.digest(key, f"{engagement_id}/{kind}/{id}".encode(), "sha256")[:BYTES]
    return Untold(f"{LETTERS[kind]}-{base64.b32encode(digest).decode().lower()}")


def opaque_uuid(key: bytes, engagement_id: UUID, id: str) -> UUID:
    """The id that stands for one of a command, or of what belongs together: of the form of a UUID."""
    return UUID(bytes=hmac.digest(key, f"{engagement_id}/command/{id}".encode(), "sha256")[:16], version=5)
