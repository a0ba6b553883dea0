"""How a story of one engagement is told over HTTP: who does what when, and what is answered to whom."""

from typing import Any, Final

from httpx2 import Client

ACME: Final = "client:acme"
DEVSHOP: Final = "partner:devshop"
OPS: Final = "platform:ops"

ITEMS: Final = ("access", "context", "nda", "ip_assignment", "classification")
"""What has to be there before anybody starts."""

Told = dict[str, Any]
"""An answer, or a part of it."""


def june(day: int, hour: int, minute: int = 0) -> str:
    """An instant of June 2026: a month that begins on a Monday."""
    return f"2026-06-{day:02}T{hour:02}:{minute:02}:00Z"


def july(day: int, hour: int, minute: int = 0) -> str:
    """An instant of July 2026: a month that begins on a Wednesday."""
    return f"2026-07-{day:02}T{hour:02}:{minute:02}:00Z"


def written(at: str) -> str:
    """An instant as answers write it."""
    return at.replace("Z", ".000000Z")


def person(name: str, **fields: Any) -> Told:
    """A professional of devshop's."""
    rate = {"amount": "480.00", "currency": "EUR"}
    who = {"professional_id": name, "partner_id": "devshop", "supply_source": "agency_partner"}
    return {**who, "day_rate": rate, **fields}


class Telling:
    """One engagement of acme's, and everybody who acts on it or asks about it."""

    def __init__(self, client: Client, *seats: str) -> None:
        self._client = client
        opening = {
            "client_id": "acme",
            "name": "Checkout team",
            "model": "managed_marketplace",
            "work_class": "core",
            "seats": [{"seat_id": name, "role": f"{name} engineer"} for name in seats],
            "occurred_at": june(1, 8),
        }
        answer = client.post("/v1/engagements", json=opening, headers={"X-Actor": OPS})
        assert answer.status_code == 201, answer.text
        self._here = answer.headers["Location"]

    def did(self, actor: str, command: str, at: str, **fields: Any) -> list[str]:
        """Does it, and tells the types of the events that were recorded."""
        return [event["type"] for event in self._accepted(actor, command, at, fields)["events"]]

    def starts(self, assignment_id: str, at: str) -> None:
        """Everything is there when somebody starts."""
        for item in ITEMS:
            self.did(DEVSHOP, "complete-onboarding-item", at, assignment_id=assignment_id, item=item)
        self.did(ACME, "onboard-professional", at, assignment_id=assignment_id)

    def already(self, actor: str, command: str, at: str, **fields: Any) -> Told:
        """Does what is so already, and tells which fact stands."""
        answer = self._accepted(actor, command, at, fields)
        assert answer["events"] == [], answer
        stands: Told = answer["already"]
        return stands

    def refused(self, actor: str, command: str, at: str, **fields: Any) -> Told:
        """Tries what is refused, and tells why: judged at that instant, and with the remedy that its rule has."""
        answer = self._posted(actor, command, at, fields)
        problem: Told = answer.json()
        assert answer.status_code in (403, 404, 409), answer.text
        assert problem["judged_at"] == written(at), problem
        assert problem["remedy"] == self._client.get(problem["type"]).json()["remedy"], problem
        return problem

    def corrected(self, reason: str, *, void: list[int], record: list[Told]) -> list[str]:
        """Corrects the history as the platform's operations, and tells the types of the events that were recorded."""
        body = {"void": void, "record": record, "reason": reason}
        answer = self._client.post(f"{self._here}/correct-history", json=body, headers={"X-Actor": OPS})
        assert answer.status_code == 200, answer.text
        return [event["type"] for event in answer.json()["events"]]

    def not_corrected(self, actor: str, reason: str, *, void: list[int], record: list[Told]) -> Told:
        """A correction that is refused, and why."""
        body = {"void": void, "record": record, "reason": reason}
        answer = self._client.post(f"{self._here}/correct-history", json=body, headers={"X-Actor": actor})
        assert answer.status_code in (403, 409), answer.text
        problem: Told = answer.json()
        return problem

    def one(self, kind: str, named: str, at: str) -> Told:
        """One of the seats, assignments, concerns, cases or plans of the state at an instant, by its id."""
        found: Told = next(each for each in self.state(at)[f"{kind}s"] if each[f"{kind}_id"] == named)
        return found

    def state(self, at: str) -> Told:
        return self._read("", as_of=at)

    def clock(self, name: str, subject: str, at: str) -> Told:
        return self._read(f"/clocks/{name}/{subject}", as_of=at)

    def metrics(self, at: str) -> Told:
        return self._read("/metrics", as_of=at)

    def offered(self, party: str, about: str | None = None) -> list[str]:
        """The commands that a party is offered now about a seat, assignment, case, …, or about the whole."""
        items = self._read("/allowed", party=party)["items"]
        return [each["command"] for each in items if about in (each["subject"] or {None: None}).values()]

    def history(self, **asked: Any) -> list[Told]:
        """The events, oldest first."""
        items: list[Told] = self._read("/history", limit=500, **asked)["items"]
        return items

    def version(self, type_name: str, **data: Any) -> int:
        """The version of the last fact of a type that says so and counts."""
        facts = self.history(type=type_name, voided=False)
        return int([each["version"] for each in facts if data.items() <= each["data"].items()][-1])

    def step(self, version: int) -> Told:
        """One event as the audit tells it."""
        found: Told = self._read("/steps", after=version - 1, limit=1)["items"][0]
        return found

    def _accepted(self, actor: str, command: str, at: str, fields: Told) -> Told:
        answer = self._posted(actor, command, at, fields)
        assert answer.status_code == 200, answer.text
        accepted: Told = answer.json()
        return accepted

    def _posted(self, actor: str, command: str, at: str, fields: Told) -> Any:
        body = {**fields, "occurred_at": at}
        return self._client.post(f"{self._here}/{command}", json=body, headers={"X-Actor": actor})

    def _read(self, path: str, **asked: Any) -> Told:
        answer = self._client.get(f"{self._here}{path}", params=asked)
        assert answer.status_code == 200, answer.text
        told: Told = answer.json()
        return told
