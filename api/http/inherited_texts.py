"""The texts under the fields of a class, where it has them from another."""

from dataclasses import is_dataclass
from typing import Any

from infrastructure.events.codec import adapter


def inherited(kind: type, schema: dict[str, Any]) -> dict[str, Any]:
    """A class's schema with the texts that the classes it inherits from have under their fields.

    Pydantic reads such texts in the source of a class alone.
    """
    texts: dict[str, str] = {}
    for base in filter(is_dataclass, reversed(kind.__mro__[1:])):
        properties = adapter(base).json_schema().get("properties", {})
        texts |= {name: of["description"] for name, of in properties.items() if "description" in of}
    own = schema.get("properties", {})
    described_here = {name: {"description": texts[name], **of} if name in texts else of for name, of in own.items()}
    return {**schema, "properties": described_here} if own else schema
