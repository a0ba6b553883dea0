"""The style sheet, the scripts and the sign: files with a digest in their names, kept by a browser for a year."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.composition import Standfast
from api.http.problem_kinds import NothingHere

FOLDER: Final = Path(__file__).parent / "static"
MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_A_YEAR: Final = "public, max-age=31536000, immutable"


@cache
def _files() -> Mapping[str, tuple[str, bytes]]:
    """By its name, the name with its digest and the bytes of each file."""
    return {path.name: _named(path) for path in sorted(FOLDER.iterdir()) if path.suffix in MEDIA_TYPES}


def _named(path: Path) -> tuple[str, bytes]:
    content = path.read_bytes()
    return f"{path.stem}.{sha256(content).hexdigest()[:16]}{path.suffix}", content


def static(name: str) -> str:
    """The address of a file. Raises KeyError where there is none of this name."""
    return f"/static/{_files()[name][0]}"


@cache
def _by_digest() -> Mapping[str, bytes]:
    return dict(_files().values())


async def static_file(_standfast: Standfast, request: Request) -> Response:
    """One of the files, by its name with the digest."""
    name = request.path_params["name"]
    content = _by_digest().get(name)
    if content is None:
        raise NothingHere(f"there is no file {name[:100]!r}")
    return Response(content, media_type=MEDIA_TYPES[Path(name).suffix], headers={"Cache-Control": FOR_A_YEAR})
