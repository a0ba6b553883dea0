"""The JSON schema of OCEL 2.0 (ocel-standard.org, *JSON format*), with the one deviation of decision 0021.

A published copy of it says ``{"type": "string"}`` of every value; the page of the format shows numbers and booleans.
"""

from typing import Any, Final

TEXT: Final = {"type": "string"}
TIME: Final = {"type": "string", "format": "date-time"}
DEVIATION: Final = {"type": ["string", "number", "boolean"]}
"""Of ``value``, where that copy has `TEXT`."""


def _of(fields: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in fields if name not in optional]
    return {"type": "object", "properties": fields, "required": required}


def _all(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def schema(value: dict[str, Any]) -> dict[str, Any]:
    """The schema of a log whose attributes have such values."""
    types = _all(_of({"name": TEXT, "attributes": _all(_of({"name": TEXT, "type": TEXT}))}))
    relationships = _all(_of({"objectId": TEXT, "qualifier": TEXT}))
    of_event = _all(_of({"name": TEXT, "value": value}))
    of_object = _all(_of({"name": TEXT, "value": value, "time": TIME}))
    optional = ("attributes", "relationships")
    events = _of(
        {"id": TEXT, "type": TEXT, "time": TIME, "attributes": of_event, "relationships": relationships}, optional
    )
    objects = _of({"id": TEXT, "type": TEXT, "attributes": of_object, "relationships": relationships}, optional)
    of_log = {"eventTypes": types, "objectTypes": types, "events": _all(events), "objects": _all(objects)}
    return {"$schema": "http://json-schema.org/draft-07/schema#", **_of(of_log)}
