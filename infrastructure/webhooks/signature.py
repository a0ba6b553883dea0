"""The signature of a delivery, after Standard Webhooks: HMAC-SHA256 over its id, the time of the try, and its body."""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A secret that nobody knows yet."""
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(secret: str, message_id: str, second: int, body: bytes) -> Mapping[str, str]:
    """The headers of a try at a second since 1970, by which a receiver knows whose it is and that nothing changed."""
    key = b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, b"%b.%d.%b" % (message_id.encode(), second, body), sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(second),
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }
