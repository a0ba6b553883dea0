"""The last values of the objects of an OCEL log, and the statuses that the interface answers."""

import json
from typing import Any
from uuid import UUID

from api.http.reach import Seen
from application.queries.as_of import engagement_as_of
from application.queries.state import state_answer


def last_values(log: bytes) -> dict[str, dict[str, Any]]:
    """The last value of each attribute of each object, by the object's id."""
    objects = json.loads(log)["objects"]
    return {each["id"]: {one["name"]: one["value"] for one in each["attributes"]} for each in objects}


def last_statuses(log: bytes) -> dict[str, str]:
    return {named: values["status"] for named, values in last_values(log).items() if "status" in values}


def statuses_of(seen: Seen, engagement_id: UUID) -> dict[str, str]:
    """What the interface answers of an engagement and all that is in it, by the ids of objects."""
    now = state_answer(engagement_as_of(seen.sight, engagement_id))
    ended = now.ended_at is not None
    parts: dict[str, dict[str, str]] = {
        "seat": {each.seat_id: "closed" if each.closed_at else "open" for each in now.seats},
        "assignment": {each.assignment_id: each.state for each in now.assignments},
        "concern": {each.concern_id: each.state for each in now.concerns},
        "case": {each.case_id: each.state for each in now.cases},
        "plan": {
            each.plan_id: "transferred"
            if each.transferred_at
            else "cancelled"
            if ended and each.purpose == "handover"
            else "planned"
            for each in now.plans
        },
    }
    found = {f"{engagement_id}/{kind}/{one}": told for kind, states in parts.items() for one, told in states.items()}
    return {str(engagement_id): str(now.status), **found}
