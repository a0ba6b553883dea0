"""The policies and calendars that ship with the project, as the domain takes them."""

import json
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter

from domain.engagement.terms.policy import Policy
from domain.engagement.terms.published import Published
from domain.time.calendar import Calendar


def shipped_terms() -> Published:
    """The shipped documents by bare code and by ``code@n``."""
    shipped = json.loads((files("infrastructure") / "terms" / "defaults.json").read_text(encoding="utf-8"))
    return Published(
        policies=_by_name(TypeAdapter(list[Policy]).validate_json(json.dumps(shipped["policies"]))),
        calendars=_by_name(TypeAdapter(list[Calendar]).validate_json(json.dumps(shipped["calendars"]))),
    )


def _by_name(documents: list[Any]) -> dict[str, Any]:
    return {name: each for each in documents for name in (each.code, f"{each.code}@{each.version}")}
