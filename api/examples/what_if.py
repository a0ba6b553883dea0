"""The examples of a what-if over the fleet, and of its job: that of a group of one engagement."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from api.examples.commands import history
from api.examples.fleet import example_as_of, example_group
from api.http.strict_json import json_of
from application.ports.what_if import Fate, FleetWhatIf, Flipped, FlippedCase, Job

JOB_ID: Final = UUID("0c9a4f7e-4a3f-4b0a-8f43-5c2c2c1f3c1d")


def _answer() -> FleetWhatIf:
    case = next(iter(history().state.cases.values()))
    flipped = FlippedCase(
        engagement_id=history().stream_id,
        case_id=case.case_id,
        actual=Fate(eligible=True, honoured=True, replace="met"),
        hypothetical=Fate(eligible=True, honoured=False, replace="late"),
    )
    return FleetWhatIf(
        engagements=1,
        not_applicable=0,
        actual=example_group(),
        hypothetical=example_group(),
        flipped=Flipped(total=1, first=(flipped,)),
        position=history().facts[-1].position,
        as_of=example_as_of(),
    )


def _job() -> Job:
    return Job(
        job_id=JOB_ID, state="running", done=4_200, total=20_000, started_at=example_as_of(), error=None, result=None
    )


WHAT_IF: Final[Mapping[type, Callable[[], Any]]] = {
    FleetWhatIf: lambda: json.loads(json_of(_answer())),
    Job: lambda: json.loads(json_of(_job())),
}
