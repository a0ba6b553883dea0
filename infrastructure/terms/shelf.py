"""The published terms: documents of the catalogue as the domain's policies and calendars, and the shipped defaults."""

import json
from collections.abc import Iterable
from importlib.resources import files
from threading import Lock
from typing import Any, Final, Literal

from domain.engagement.terms.policy import Policy
from domain.engagement.terms.published import Published
from domain.time.calendar import Calendar
from infrastructure.events.codec import adapter
from infrastructure.terms.catalogue import Catalogue

Kind = Literal["policy", "calendar"]
KINDS: Final[dict[Kind, type]] = {"policy": Policy, "calendar": Calendar}
SHIPPED: Final[dict[Kind, str]] = {"policy": "policies", "calendar": "calendars"}


class CatalogueShelf:
    """Reads and publishes terms; a version once read is kept, since it never changes."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._kept: dict[tuple[str, str], Any] = {}
        self._lock = Lock()

    def named(self, policies: Iterable[str], calendars: Iterable[str]) -> Published:
        """The documents of these names (``code`` or ``code@n``); those not published are left out."""
        return Published(policies=self._all("policy", policies), calendars=self._all("calendar", calendars))

    def publish(self, kind: Kind, draft: Policy | Calendar) -> tuple[Policy | Calendar, bool]:
        """The version that holds this document (its own version is not looked at), and whether it is new."""
        version, created = self.catalogue.publish(kind, draft.code, canonical(draft))
        found = self.find(kind, f"{draft.code}@{version}")
        assert found is not None, "what was just published is there"
        return found, created

    def publish_defaults(self) -> None:
        """Publishes the shipped terms where they are not published yet."""
        shipped = json.loads((files("infrastructure") / "terms" / "defaults.json").read_text(encoding="utf-8"))
        for kind, name in SHIPPED.items():
            for document in shipped[name]:
                if self.catalogue.get(kind, document["code"]) is None:
                    self.publish(kind, adapter(KINDS[kind]).validate_json(json.dumps(document)))

    def find(self, kind: Kind, name: str) -> Policy | Calendar | None:
        """The document of a name, ``code`` (its newest version) or ``code@n``."""
        kept = self._kept.get((kind, name))
        if kept is not None:
            return kept  # type: ignore[no-any-return]  # kept below, by kind
        code, _, version = name.partition("@")
        row = self.catalogue.get(kind, code, int(version) if version else None)
        if row is None:
            return None
        document: Policy | Calendar = with_version(kind, row.document, row.version)
        with self._lock:
            self._kept[kind, f"{code}@{row.version}"] = document
        return document

    def forget(self) -> None:
        """Read every version anew: the log, and with it the catalogue, is another one."""
        with self._lock:
            self._kept.clear()

    def _all(self, kind: Kind, names: Iterable[str]) -> dict[str, Any]:
        found = {name: self.find(kind, name) for name in names}
        return {name: document for name, document in found.items() if document is not None}


def canonical(document: Policy | Calendar) -> bytes:
    """The bytes of a document without its version: equal documents have equal bytes."""
    shape = json.loads(adapter(type(document)).dump_json(document, by_alias=True))
    del shape["version"]
    return json.dumps(shape, sort_keys=True, separators=(",", ":")).encode()


def with_version(kind: Kind, document: bytes, version: int) -> Policy | Calendar:
    """A stored document as the domain's."""
    shape = json.loads(document)
    found: Policy | Calendar = adapter(KINDS[kind]).validate_json(json.dumps({**shape, "version": version}))
    return found
