"""The published terms: documents of the catalogue as the domain's policies and calendars, and the shipped defaults."""

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

import structlog

from application.ports.log import StoreReadOnly
from domain.engagement.terms.policy import Policy
from domain.engagement.terms.published import Published
from domain.time.calendar import Calendar
from infrastructure.events.codec import adapter
from infrastructure.terms.catalogue import Catalogue

log = structlog.get_logger("standfast.terms")
Kind = Literal["policy", "calendar"]
KINDS: Final[dict[Kind, type]] = {"policy": Policy, "calendar": Calendar}
SHIPPED: Final[dict[Kind, str]] = {"policy": "policies", "calendar": "calendars"}
KEPT_DOCUMENTS: Final = 256


class CatalogueShelf:
    """Reads and publishes terms.

    What was made of a document is kept by its bytes: the catalogue is asked each time, since the log, and the catalogue
    with it, may be another one by now.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def named(self, policies: Iterable[str], calendars: Iterable[str]) -> Published:
        """The documents of these names (``code`` or ``code@n``); where one is not published, what is."""
        found, others = self._all("policy", policies), self._all("calendar", calendars)
        return Published(
            policies={name: policy for name, policy in found.items() if policy},
            calendars={name: calendar for name, calendar in others.items() if calendar},
            policy_names=() if all(found.values()) else self.catalogue.names("policy"),
            calendar_names=() if all(others.values()) else self.catalogue.names("calendar"),
        )

    def calendar(self, name: str) -> Calendar:
        """The calendar of a name that engagements agreed on. Raises LookupError where the catalogue has none."""
        found = self.find("calendar", name)
        if not isinstance(found, Calendar):
            raise LookupError(f"calendar {name} is not in the catalogue")
        return found

    def publish(self, kind: Kind, draft: Policy | Calendar) -> tuple[Policy | Calendar, bool]:
        """The version that holds this document (its own version is not looked at), and whether it is new."""
        version, created = self.catalogue.publish(kind, draft.code, canonical(draft))
        found = self.find(kind, f"{draft.code}@{version}")
        assert found is not None, "what was just published is there"
        return found, created

    def publish_defaults(self) -> None:
        """Publishes each shipped version that no version holds yet, whatever else stands under its code.

        Where another document has its number it stands under the next free one, and the log says so. Several processes
        may do this at once: the catalogue takes the same document once.
        """
        for kind, document in shipped():
            if self.catalogue.holding(kind, document.code, canonical(document)) is None:
                self._publish_shipped(kind, document)

    def find(self, kind: Kind, name: str) -> Policy | Calendar | None:
        """The document of a name, ``code`` (its newest version) or ``code@n``.

        Shipped terms that are missing are published: the log was replaced by an empty one since the process began.
        Where nothing may be recorded, they are read as they are shipped.
        """
        code, _, version = name.partition("@")
        row = self.catalogue.get(kind, code, int(version) if version else None)
        if row is None and _is_shipped(kind, code) and self.catalogue.get(kind, code) is None:
            try:
                self.publish_defaults()
            except StoreReadOnly:
                return _as_shipped(kind, name)
            return self.find(kind, name)
        return with_version(kind, row.document, row.version) if row else None

    def _publish_shipped(self, kind: Kind, document: Policy | Calendar) -> None:
        version, created = self.catalogue.publish(kind, document.code, canonical(document))
        if created and version != document.version:
            published = f"{document.code}@{version}"
            log.warning("shipped under another version", kind=kind, shipped=document.name, published=published)

    def _all(self, kind: Kind, names: Iterable[str]) -> dict[str, Any]:
        return {name: self.find(kind, name) for name in names}


@cache
def shipped() -> tuple[tuple[Kind, Policy | Calendar], ...]:
    """The shipped terms with their kinds, those of one code in the order of their versions."""
    found = json.loads((files("infrastructure") / "terms" / "defaults.json").read_text(encoding="utf-8"))
    return tuple(
        (kind, adapter(KINDS[kind]).validate_json(json.dumps(document)))
        for kind, name in SHIPPED.items()
        for document in found[name]
    )


def _as_shipped(kind: Kind, name: str) -> Policy | Calendar | None:
    """The shipped document of a name, the newest one of a code."""
    found = (document for of, document in reversed(shipped()) if of == kind)
    return next((each for each in found if name in (each.code, each.name)), None)


@cache
def _is_shipped(kind: Kind, code: str) -> bool:
    return any((kind, code) == (of, document.code) for of, document in shipped())


def canonical(document: Policy | Calendar) -> bytes:
    """The bytes of a document without its version: equal documents have equal bytes."""
    shape = json.loads(adapter(type(document)).dump_json(document, by_alias=True))
    del shape["version"]
    return json.dumps(shape, sort_keys=True, separators=(",", ":")).encode()


@lru_cache(KEPT_DOCUMENTS)
def with_version(kind: Kind, document: bytes, version: int) -> Policy | Calendar:
    """A stored document as the domain's."""
    shape = json.loads(document)
    found: Policy | Calendar = adapter(KINDS[kind]).validate_json(json.dumps({**shape, "version": version}))
    return found
