"""What a client may ask of a connection, and for how long it is waited for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one connection. Seconds are counted in looks: a busy server blames nobody for its own delay.

    ``look_seconds`` is the time between two looks: one second, but for tests that have no minute to wait.
    """

    headers: int = 100
    header_bytes: int = 65_536
    pipelined: int = 64
    head_seconds: int = 10
    body_pause_seconds: int = 30
    rate_seconds: int = 60
    rate_bytes: int = 60 * 1_024
    rest_seconds: int = 30
    unread_answer_seconds: int = 30
    unread_at_the_end_seconds: int = 2
    idle_seconds: int = 75
    look_seconds: float = 1.0
