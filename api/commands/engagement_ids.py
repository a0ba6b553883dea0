"""Identity enters at the edge."""

import secrets
import time
from uuid import UUID


def new_engagement_id() -> UUID:
    """A time-ordered UUID (version 7 of RFC 9562): 48 bits of milliseconds, then chance."""
    milliseconds = time.time_ns() // 1_000_000
    bits = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    return UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
