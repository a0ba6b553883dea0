"""Sixteen connections that post one request after the other, from a process of their own.

`python -m benchmarks.http_load HOST PORT SECONDS` reads one path and body a line (tab between) from standard input,
deals them out to the connections, and prints how many were answered with success and in how many seconds.
"""

import asyncio
import sys
import time
from itertools import cycle

CONNECTIONS = 16


class RequestFailed(Exception):
    """An answer that is no success: a benchmark of refusals would measure nothing."""


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """Sends a request and reads its answer whole. Raises RequestFailed."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    body = await reader.readexactly(int(length))
    if head[9:10] != b"2":
        raise RequestFailed((head + body).decode()[:600])


def request(host: str, line: str) -> bytes:
    path, body = line.split("\t")
    payload = body.encode()
    head = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
    head.append(f"Content-Length: {len(payload)}")
    return "\r\n".join((*head, "", "")).encode() + payload


async def caller(host: str, port: int, requests: list[bytes], until: float, once: bool) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    done = 0
    for each in requests if once else cycle(requests):
        if time.perf_counter() >= until:
            break
        await exchange(reader, writer, each)
        done += 1
    writer.close()
    return done


async def load(host: str, port: int, seconds: float, lines: list[str], once: bool) -> tuple[int, float]:
    """How many requests succeeded, in how many seconds; ``once``: each request at most once."""
    requests = [request(host, line) for line in lines]
    start = time.perf_counter()
    shares = [requests[index::CONNECTIONS] for index in range(CONNECTIONS)]
    done = await asyncio.gather(*(caller(host, port, share, start + seconds, once) for share in shares))
    return sum(done), time.perf_counter() - start


if __name__ == "__main__":
    answered, took = asyncio.run(
        load(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.stdin.read().splitlines(), "once" in sys.argv)
    )
    print(answered, took)
