"""The commands that ask: each is an answer of the API, as tables or, with ``--json``, as the JSON that HTTP answers.

They read, and change nothing: neither the database nor a file beside it.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import speech
from api.terminal.opening import reading
from application.ports.engagement_list import Sort
from domain.engagement.state import Status
from domain.engagement.terms.policy import Obligation
from domain.language.words import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.table import Table

app = typer.Typer()
Engagement = Annotated[str, typer.Argument(help="The id of an engagement, a client that has only one, or its name.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="INSTANT", help="What had happened by then (default: now).")
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="INSTANT", help="What had been recorded by then (default: now).")
]
AsJson = Annotated[bool, typer.Option("--json", help="The answer of the API instead of tables.")]
INSTANTS = (
    "INSTANT is 2026-10-10T15:00:00Z, or a date alone: midnight at its start in the zone of the engagement's calendar."
)


def answered(json: "bytes | None", parts: "Callable[[], Iterable[Table | str]]") -> None:
    if json is not None:
        speech.data(json)
        return
    for part in parts():
        speech.show(part)


@app.command("list", epilog="Example: [bold]standfast list --at-risk --model managed_services[/]")
def list_(
    model: Annotated[Model | None, typer.Option(help="Only of this engagement model.")] = None,
    client: Annotated[str | None, typer.Option(help="Only of this client.")] = None,
    partner: Annotated[str | None, typer.Option(help="Only where this partner supplies somebody.")] = None,
    professional: Annotated[str | None, typer.Option(help="Only where this professional is or was.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only those that are so.")] = None,
    at_risk: Annotated[
        bool | None, typer.Option("--at-risk/--not-at-risk", help="Only those with a clock at risk or breached.")
    ] = None,
    q: Annotated[
        str | None, typer.Option("--search", "-q", help="Only those with this in their name, client or id.")
    ] = None,
    sort: Annotated[Sort, typer.Option(help="In which order; what has no such value comes last.")] = "opened_at",
    cursor: Annotated[str | None, typer.Option(help="Where the page before ended: its next.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The engagements, filtered and in an order, page by page."""
    from api.queries.engagements import ListAsked, list_bytes, listed
    from api.terminal.list_table import list_table, more, nothing

    asked = ListAsked(
        model=model,
        client_id=client,
        partner_id=partner,
        professional_id=professional,
        status=status,
        at_risk=at_risk,
        q=q,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )
    with reading() as standfast:
        page = listed(standfast, asked)
        shown = list_table(page) if page.items else nothing(asked)
        answered(
            list_bytes(page, standfast.positions) if as_json else None,
            lambda: [shown, *([more(page)] if page.next else [])],
        )


@app.command(epilog="Example: [bold]standfast history 0199e2a4-…[/] · [bold]standfast history sig-apps[/]")
def history(engagement: Engagement, known_at: KnownAt = None, as_json: AsJson = False) -> None:
    """What is recorded about an engagement: what happened when, who recorded it when, and what was voided."""
    from api.queries.engagements import events_bytes
    from api.terminal import inspection, questions
    from application.queries.history import WantedEvents, history_page

    with reading() as standfast:
        question = questions.question_of(standfast, engagement, None, known_at)
        if as_json:
            everything = question.version + 1
            page = history_page(
                standfast.sight,
                question.engagement_id,
                WantedEvents(),
                known_at=question.known.known_at if known_at else None,
                limit=everything,
            )
            speech.data(events_bytes(page, standfast.positions))
        elif question.history is None:
            speech.result(f"{question.engagement_id}: nothing had been recorded by then")
        else:
            speech.show(inspection.history_table(question.history))


@app.command(epilog=f"Example: [bold]standfast replay sig-apps --as-of 2026-11-05[/]\n\n{INSTANTS}")
def replay(engagement: Engagement, as_of: AsOf = None, known_at: KnownAt = None, as_json: AsJson = False) -> None:
    """State, clocks and metrics of an engagement at an instant, as known at an instant."""
    from api.http.strict_json import json_of
    from api.terminal import audit_tables, questions
    from application.queries import measures

    with reading() as standfast:
        question = questions.question_of(standfast, engagement, as_of, known_at)
        answer = measures.replay(question)
        answered(
            json_of(answer) if as_json else None,
            lambda: audit_tables.replayed(answer, measures.clocks(question).clocks),
        )


@app.command(epilog=f"Example: [bold]standfast clocks sig-apps --as-of 2026-11-05[/]\n\n{INSTANTS}")
def clocks(engagement: Engagement, as_of: AsOf = None, known_at: KnownAt = None, as_json: AsJson = False) -> None:
    """All clocks of an engagement: who is accountable, what has elapsed, when the goal is used up."""
    from api.http.strict_json import json_of
    from api.terminal import audit_tables, questions
    from application.queries import measures

    with reading() as standfast:
        answer = measures.clocks(questions.question_of(standfast, engagement, as_of, known_at))
        answered(json_of(answer) if as_json else None, lambda: audit_tables.all_clocks(answer))


@app.command(epilog=f"Example: [bold]standfast explain sig-apps replace k1[/]\n\n{INSTANTS}")
def explain(
    engagement: Engagement,
    clock: Annotated[Obligation, typer.Argument(help="Which obligation.")],
    subject: Annotated[str, typer.Argument(help="Of which assignment, concern, case or proposal; or exit.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """The life of a clock as a table: what counted, what did not, and why."""
    from api.http.strict_json import json_of
    from api.terminal import audit_tables, questions
    from application.queries import measures

    with reading() as standfast:
        question = questions.question_of(standfast, engagement, as_of, known_at)
        answer = measures.explained(question, clock, subject)
        answered(json_of(answer) if as_json else None, lambda: [audit_tables.explanation(answer)])


@app.command(epilog=f"Example: [bold]standfast metrics sig-apps --from 2026-10-01 --to 2026-11-01[/]\n\n{INSTANTS}")
def metrics(
    engagement: Engagement,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="INSTANT", help="Where the window begins (default: the opening).")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="INSTANT", help="Where it ends, exclusive (default: --as-of).")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Accountability, continuity, guarantee and productivity of an engagement over a window."""
    from api.http.strict_json import json_of
    from api.terminal import measure_tables, questions
    from application.queries import measures

    with reading() as standfast:
        question = questions.question_of(standfast, engagement, as_of, known_at)
        begins, ends = (
            questions.instant_of(standfast, question.engagement_id, option, text)
            for option, text in (("--from", from_), ("--to", to))
        )
        answer = measures.metrics(question, begins, ends)
        answered(json_of(answer) if as_json else None, lambda: measure_tables.measured(answer))


@app.command("what-if", epilog=f"Example: [bold]standfast what-if sig-apps --model managed_services[/]\n\n{INSTANTS}")
def what_if(
    engagement: Annotated[
        str | None, typer.Argument(help="An engagement, by its id, its client or its name; without it all of them.")
    ] = None,
    model: Annotated[Model | None, typer.Option(help="Another model, with its default policy.")] = None,
    policy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another policy: its code, code@n, or a document in FILE.json.")
    ] = None,
    calendar: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another calendar, named in the same ways.")
    ] = None,
    only_model: Annotated[Model | None, typer.Option(help="Of all engagements, those of this model.")] = None,
    only_client: Annotated[str | None, typer.Option(help="Of all engagements, those of this client.")] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What an engagement, or all of them, would be under another model, policy or calendar, beside what is."""
    from api.http.strict_json import json_of
    from api.queries.measures import supposed
    from api.terminal import inspection, measure_tables, questions

    with reading() as standfast:
        if engagement is None:
            from api.terminal import supposing

            found = supposing.worked_out(standfast, (model, policy, calendar, as_of), (only_model, only_client))
            answered(json_of(found) if as_json else None, lambda: supposing.compared(found))
            return
        if only_model or only_client:
            raise speech.Unable("--only-model and --only-client choose among all engagements: leave the one out.")
        engagement_id = inspection.engagement_named(standfast, engagement)
        body = questions.supposition_of(standfast, engagement_id, model, policy, calendar, as_of)
        answer = supposed(standfast, engagement_id, body)
        answered(json_of(answer) if as_json else None, lambda: measure_tables.compared(answer))
