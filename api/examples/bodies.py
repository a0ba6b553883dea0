"""An example of every body, by the name of the operation that takes it."""

from functools import cache
from typing import Any

from api.examples.commands import body_example, documents, lines
from domain.register import COMMANDS


@cache
def bodies() -> dict[str, Any]:
    """Bodies as they come, as JSON: of each command, of several in a list, and of what is no command."""
    return {
        **{name: body_example(name) for name in COMMANDS},
        "record-command-log": {"commands": list(lines()[:2])},
        "what-if": {"policy": "managed_marketplace@1", "calendar": "always@1"},
        "what-if-fleet": {"policy": "managed_marketplace", "filter": {"model": "managed_marketplace"}},
        "make-webhook": {
            "url": "https://hooks.example.com/standfast",
            "types": ["ReplacementRequested", "ProfessionalReplaced"],
            "description": "what the staffing desk is told of",
        },
        "redeliver": {"position": 57},
        "publish-policy": _draft("policies", 3),
        "publish-calendar": {
            **_draft("calendars", 2),
            "country": "GB",
            "subdivision": "ENG",
            "years": [2026, 2027],
        },
    }


def _draft(kind: str, index: int) -> dict[str, Any]:
    return {field: value for field, value in documents()[kind][index].items() if field != "version"}
