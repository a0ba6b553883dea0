"""Whether what came is one request and nothing else, seen without a parser: where there is any doubt, it is not."""

import re
from typing import Final

_LINE: Final = re.compile(rb"(?:get|post|delete) [^ \r\n]+ http/1\.1\r\n")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: ?([0-9]{1,7})\r\n")
_OTHERWISE: Final = re.compile(
    rb"\r\n(?:(?:transfer-encoding|expect|upgrade|trailer)[ \t]*:|connection:[^\r]*(?:close|upgrade))"
)


def is_whole(data: bytes) -> bool:
    """Whether the connection can be kept where this is not read: a request of HTTP/1.1 that has its answer's body."""
    head, end, body = data.partition(b"\r\n\r\n")
    said = head.lower() + b"\r\n"
    if not end or not _LINE.match(said) or said.count(b"\n") != said.count(b"\r\n") or _OTHERWISE.search(said):
        return False
    lengths = _LENGTH.findall(said)
    if len(lengths) != said.count(b"content-length"):
        return False
    return len(lengths) <= 1 and len(body) == (int(lengths[0]) if lengths else 0)
