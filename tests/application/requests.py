"""Requests as tests write them: a line of a command log, with a key where a retry is to be recognised."""

import json
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from api.commands.bodies import command_of_line
from application.commands.request import Keyed, Refused, Request
from domain.law.recorded import Actor

ENGAGEMENT = UUID("00000000-0000-4000-8000-000000000001")


def request(line: dict[str, Any], *, key: str | None = None, expected_version: int | None = None) -> Request:
    """The request of a line; its body is all of the line."""
    raw = json.dumps({"engagement_id": str(ENGAGEMENT), **line}, sort_keys=True).encode()
    command, wire = command_of_line(raw)
    return Request(
        command=command,
        engagement_id=wire.engagement_id or ENGAGEMENT,
        occurred_at=wire.occurred_at,
        actor=wire.actor or Actor(party="platform"),
        on_behalf_of=wire.on_behalf_of,
        command_id=uuid5(NAMESPACE_URL, key) if key else uuid4(),
        expected_version=expected_version,
        keyed=Keyed(body_hash=raw, written=refusal_text) if key else None,
    )


def refusal_text(refused: Refused) -> tuple[int, bytes]:
    return 409, refused.rejection.rule().encode()


def opening(**fields: Any) -> dict[str, Any]:
    seats = [{"seat_id": "s1", "role": "backend"}, {"seat_id": "s2", "role": "qa"}]
    return {
        "command": "open-engagement",
        "client_id": "acme",
        "model": "staff_augmentation",
        "work_class": "core",
        "occurred_at": "2026-01-05T09:00:00Z",
        "seats": seats,
        **fields,
    }


def match(assignment_id: str, seat_id: str = "s1", professional_id: str = "ana", **fields: Any) -> dict[str, Any]:
    return {
        "command": "match-professional",
        "assignment_id": assignment_id,
        "seat_id": seat_id,
        "professional_id": professional_id,
        "supply_source": "internal_team",
        **fields,
    }
