"""The text of an API key: ``sf_<id>_<secret>``. Of the secret only its SHA-256 is kept, which is enough for 256 random
bits: there is no list of likely ones to try.
"""

import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Final

PREFIX: Final = "sf_"
SECRET_BYTES: Final = 32
_ID_BYTES: Final = 8
_KEY: Final = re.compile(r"sf_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_ANYWHERE: Final = re.compile(r"sf_([0-9a-f]{16})_[A-Za-z0-9_-]{16,}")
NOBODYS: Final = sha256(b"nobody's").digest()
"""What is compared with where there is no such key, so that the answer takes as long. Nothing is known to hash to it
that has the form of a secret."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A key as it was sent; neither ``repr`` nor an error has its secret."""

    key_id: str
    text: str = field(repr=False)

    @property
    def digest(self) -> bytes:
        return sha256(self.text.encode()).digest()

    @property
    def bearer(self) -> str:
        """What is sent."""
        return f"{PREFIX}{self.key_id}_{self.text}"

    def is_that_of(self, digest: bytes | None) -> bool:
        """Whether the digest is that of the secret, in a time that does not tell; None: there is no such key."""
        same = compare_digest(self.digest, NOBODYS if digest is None else digest)
        return same and digest is not None


def new_secret() -> Secret:
    """One that nobody can guess."""
    return Secret(secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(SECRET_BYTES))


def secret_in(bearer: str) -> Secret | None:
    """The key that a text is, if it is one."""
    found = _KEY.fullmatch(bearer)
    return Secret(found[1], found[2]) if found else None


def holds_a_key(text: str) -> bool:
    """Whether a key stands somewhere in a text."""
    return PREFIX in text and _ANYWHERE.search(text) is not None


def without_secrets(text: str) -> str:
    """A text in which only the ids of keys are left."""
    return _ANYWHERE.sub(r"sf_\1_***", text) if PREFIX in text else text
