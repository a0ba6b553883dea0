"""What this server signs before a browser takes it along, so that nobody but this server can have written it.

The secret is the installation's, so that every process knows it. It keeps what is made up from costing a look-up; what
somebody may do is never believed by a signature alone.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Final

SEPARATOR: Final = "."


class Signing:
    """Signs texts, each for one purpose. Safe to use from several threads."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        """``secret`` gives it, always the same, and may read the database the first time. Raises StoreUnavailable."""
        self._secret_of = secret
        self._secret: bytes | None = None

    @property
    def ready(self) -> bool:
        """Whether the secret is known: until then the first use reads the database."""
        return self._secret is not None

    def signed(self, purpose: str, text: str) -> str:
        """A text with its signature. Raises StoreUnavailable."""
        return f"{text}{SEPARATOR}{self.derived(purpose, text)}"

    def read(self, purpose: str, signed: str) -> str | None:
        """The text that was signed for this purpose; None for anything else. Raises StoreUnavailable."""
        text, _, signature = signed.rpartition(SEPARATOR)
        right = hmac.compare_digest(self.derived(purpose, text).encode(), signature.encode())
        return text if text and right else None

    def derived(self, purpose: str, text: str) -> str:
        """43 characters of base64url that nobody else can find for a text. Raises StoreUnavailable."""
        made = hmac.digest(self._known(), f"{purpose}\0{text}".encode(), sha256)
        return urlsafe_b64encode(made).rstrip(b"=").decode()

    def _known(self) -> bytes:
        if self._secret is None:
            self._secret = self._secret_of()
        return self._secret
