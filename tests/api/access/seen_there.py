"""What somebody gets at an address, and whether it is what `who_sees.txt` says: what each of its words means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

import duckdb
from httpx2 import Response

from tests.api.access.reading import MARK, MISSING, OTHER, OWN, Asked
from tests.api.access.ways import WAYS, answer, canary_in, without

Route = tuple[str, str]
"""A method and the template of an address."""

WRITTEN: Final = (Path(__file__).parent / "who_sees.txt").read_text(encoding="utf-8")
A_COMMAND: Final = "/v1/engagements/{engagement_id}/{command}"


def _table() -> tuple[tuple[str, ...], dict[Route, dict[str, str]]]:
    """The people by their columns, and what each of them gets, by the routes."""
    begin = WRITTEN.index("\nmethod ")
    head, *lines = (line.split() for line in WRITTEN[begin:].strip().splitlines())
    people = tuple(head[2:])
    routes = [line for line in lines if line[:1] and line[0].isupper() and line[1].startswith("/")]
    found = {(method, path): dict(zip(people, cells, strict=True)) for method, path, *cells in routes}
    assert len(found) == len(routes), "each route has one line"
    return people, found


PEOPLE, SEES = _table()
PLATFORM: Final = ("op", "integ")


@dataclass(frozen=True)
class There:
    """What somebody gets at an address: asked about the own engagement, the other one, and one that is not there."""

    asked: Asked
    who: str
    method: str
    path: str

    @cached_property
    def own(self) -> Response:
        return self._about(OWN)

    @cached_property
    def other(self) -> Response:
        return self._about(OTHER)

    @cached_property
    def missing(self) -> Response:
        return self._about(MISSING)

    def _about(self, engagement: UUID) -> Response:
        return answer(self.asked, self.who, self.method, self.path, engagement)

    @property
    def about_one(self) -> bool:
        return "{engagement_id}" in self.path

    @cached_property
    def text(self) -> str:
        return rows_of(self.own.content) if self.path.endswith(".parquet") else self.own.text

    @property
    def counts_both(self) -> bool:
        """Whether an answer that names no engagement counts both."""
        both = WAYS[self.method][self.path].both
        return both is not None and both in self.text

    def tells_own(self) -> bool:
        return self.counts_both or WAYS[self.method][self.path].own in self.text or str(OWN) in self.text

    def tells_other(self) -> bool:
        return self.counts_both or bool(canary_in(self.own)) or MARK in self.text

    def is_missing(self, found: Response, engagement: UUID) -> bool:
        """Whether it is answered as one that is not there."""
        same = without(engagement, found.text) == without(MISSING, self.missing.text)
        return found.status_code == self.missing.status_code == 404 and same

    def other_is_kept(self) -> bool:
        """Whether nothing is told of the other one, which but for the platform nobody has to do with."""
        if self.who in PLATFORM:
            return True
        return not self.tells_other() and (not self.about_one or self.is_missing(self.other, OTHER))

    def wants_scope(self, found: Response) -> bool:
        return found.status_code == 403 and "this needs the scope" in found.text

    def __str__(self) -> str:
        found = [self.own, *((self.other, self.missing) if self.about_one else ())]
        return f"{self.who} {self.method} {self.path}: {[each.status_code for each in found]} {self.text[:300]}"


def rows_of(parquet: bytes) -> str:
    """The rows of a Parquet file, as text."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        file.write_bytes(parquet)
        return repr(duckdb.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall())


def _all(it: There) -> bool:
    other = it.other.status_code == 200 if it.about_one else it.tells_own() and it.tells_other()
    return it.own.status_code == 200 and other


def _own(it: There) -> bool:
    return it.own.status_code == 200 and (it.about_one or it.tells_own()) and it.other_is_kept()


def _none(it: There) -> bool:
    return it.own.status_code == 200 and not it.tells_own() and it.other_is_kept()


def _not_there(it: There) -> bool:
    return it.is_missing(it.own, OWN) and it.other_is_kept()


def _hidden(it: There) -> bool:
    return it.own.status_code == 404 and not it.is_missing(it.own, OWN) and it.other_is_kept()


def _may(it: There) -> bool:
    there = not it.about_one or not it.is_missing(it.own, OWN)
    return it.own.status_code not in (401, 403) and there and it.other_is_kept()


def _not_yours(it: There) -> bool:
    return it.own.status_code == 403 and not it.wants_scope(it.own) and it.other_is_kept()


def _wants_scope(it: There) -> bool:
    other = [it.other, it.missing] if it.about_one else []
    return all(it.wants_scope(each) for each in (it.own, *other))


def _open(it: There) -> bool:
    operators = There(it.asked, "op", it.method, it.path)
    return it.own.status_code == operators.own.status_code and not it.tells_other()


MEANS: Final[Mapping[str, Callable[[There], bool]]] = {
    "all": _all,
    "own": _own,
    "none": _none,
    "404": _not_there,
    "hid": _hidden,
    "may": _may,
    "yours": _not_yours,
    "scope": _wants_scope,
    "law": lambda it: _may(it) or _not_yours(it),
    "open": _open,
}


def is_as_written(it: There, said: str) -> bool:
    """Whether it is what a cell says."""
    if said.startswith("/"):
        leads = {"/e": "/engagements"}.get(said, said)
        return (it.own.status_code, it.own.headers.get("location")) == (303, leads)
    return MEANS[said](it)
