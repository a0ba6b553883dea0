"""Which of several forms a caller is given."""

import pytest

from api.http.negotiation import preferred

OFFERED = ("text/event-stream", "application/cloudevents-batch+json", "application/json")
STREAM, BATCH, JSON = OFFERED


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", STREAM),
        ("text/html, */*;q=0.8", JSON),
        ("text/html", JSON),
        (BATCH, BATCH),
        ("Application/CloudEvents-Batch+JSON; charset=UTF-8", BATCH),
        (f"{BATCH};q=0.2, application/json", JSON),
        (f"{BATCH}, application/json;q=0.2", BATCH),
        (f"{BATCH}, */*", BATCH),
        (f"{BATCH};q=0.5, */*;q=0.1", BATCH),
        (f"application/json, {STREAM}", STREAM),
        (f"application/json, {STREAM};q=0.5", JSON),
        (f"{STREAM};q=0", JSON),
        (f"*/*, {STREAM};q=0, {BATCH};q=0", JSON),
        (f"{STREAM};q=2", JSON),
        (f"{STREAM};q=nan", JSON),
    ],
)
def test_the_form_that_is_taken_rather_is_given(accept: str, given: str) -> None:
    assert preferred(accept, OFFERED) == given
