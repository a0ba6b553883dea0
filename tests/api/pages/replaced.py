"""An engagement with concerns that were answered, and with a replacement that kept its promise."""

from starlette.testclient import TestClient

from tests.api.telling import ACME, OPS, Telling, june, person

HOURS = {2: 10, 3: 11, 4: 13, 5: 15, 8: 16, 9: 12}
"""When each of six concerns was answered, by the day on which it was reported at nine."""


def replaced_once(client: TestClient) -> Telling:
    """Six concerns that were answered, and a replacement within its promise, projected."""
    told = Telling(client, "backend")
    told.did(OPS, "match-professional", june(1, 9), seat_id="backend", assignment_id="a-1", **person("omar"))
    told.starts("a-1", june(1, 10))
    for day, hour in HOURS.items():
        concern = {"concern_id": f"c-{day}"}
        about = {**concern, "assignment_id": "a-1", "category": "delivery", "severity": "low"}
        told.did(ACME, "report-underperformance", june(day, 9), **about)
        told.did(OPS, "acknowledge-underperformance", june(day, hour), **concern)
        told.did(ACME, "resolve-underperformance", june(day, 17), **concern, outcome="improved")
    case = {"case_id": "case-1"}
    told.did(ACME, "request-replacement", june(10, 9), seat_id="backend", **case, cause="resignation")
    told.did(OPS, "propose-successor", june(11, 9), **case, proposal_id="p-1", **person("ann"))
    told.did(ACME, "accept-successor", june(11, 12), proposal_id="p-1", assignment_id="a-2")
    told.starts("a-2", june(12, 9))
    told.did(OPS, "replace-professional", june(12, 12), **case)
    position = client.get("/v1/events?limit=500").json()["next"]
    assert client.get("/v1/metrics", params={"min_position": position}).status_code == 200
    return told
