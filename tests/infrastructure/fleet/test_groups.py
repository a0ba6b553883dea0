"""The groups of the fleet are what a plain reading of the histories, engagement by engagement, comes to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from application.ports.fleet import FleetWanted, GroupBy
from tests.infrastructure.fleet.harness import CLIENTS, NEAR, Fleet, fleet, of_the_fleet, told_instants
from tests.infrastructure.projections.harness import Command, copy_of, history, prepared

GROUPINGS: Sequence[GroupBy] = ("all", "model", "client", "partner", "month")
PARTNERS = ("northwind", "southwind", "o-dell.x", "platform", "independent")
AHEAD = timedelta(minutes=5)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is told as it is found: making it smaller would take minutes."""
_names = count()


def instant(random: Random, told: Sequence[datetime]) -> datetime:
    return random.choice(told) + random.choice(NEAR)


def as_of(random: Random, told: Sequence[datetime], head: datetime) -> datetime:
    """At the head or later: at what lies ahead, or weeks after it all."""
    ahead = [each for each in told if each >= head] or [head]
    at_random = head + timedelta(hours=random.randrange(3000), seconds=random.randrange(3600))
    edge = datetime(2026, random.choice([2, 3, 4]), 1, tzinfo=head.tzinfo)
    return max(head, random.choice([head, instant(random, ahead), instant(random, ahead), at_random, edge]))


def wanted(random: Random, told: Sequence[datetime], at: datetime) -> FleetWanted:
    """Any grouping, often over a window with awkward edges, sometimes of a few only."""
    seldom = random.random() < 0.25
    group_by = random.choice(GROUPINGS)
    from_ = random.choice([None, instant(random, told), instant(random, told)])
    to = random.choice([None, instant(random, told), instant(random, told)])
    if from_ is not None and from_ > at:
        from_ = None
    if from_ is not None and to is not None and from_.replace(microsecond=0) >= to.replace(microsecond=0):
        to = None
    keys = {"client": [*CLIENTS, "nobody"], "partner": PARTNERS, "month": ["2026-01", "2026-02", "2031-01"]}
    return FleetWanted(
        group_by=group_by,
        from_=from_,
        to=to,
        model=random.choice(["managed_marketplace", "managed_services"]) if seldom else None,
        client_id=random.choice(CLIENTS) if random.random() < 0.15 else None,
        partner_id=random.choice(PARTNERS) if random.random() < 0.25 else None,
        key=random.choice(keys.get(group_by, ["all", "staff_augmentation"])) if random.random() < 0.1 else None,
    )


def play(prepared_url: URL, random: Random) -> None:
    """Some engagements grow side by side, and questions are put to the same columns meanwhile."""
    with copy_of(prepared_url, f"run_{next(_names)}") as url, fleet(url) as made:
        histories = [history(random.randrange(20)) for _ in range(3)]
        waiting = [of_the_fleet(each, number) for number, each in enumerate(histories)]
        told = told_instants(histories)
        for _ in range(2):
            for commands in waiting:
                here = random.randrange(1, 60)
                record(made, commands[:here], random)
                del commands[:here]
            made.project()
            ask(made, random, told)


def record(made: Fleet, commands: Sequence[Command], random: Random) -> None:
    """As they were, or each dated five minutes ahead of the log's clock."""
    when = random.choice(["lifelike", "lifelike", "ahead"])
    for command in commands:
        made.append(command, command[0].occurred_at - AHEAD if when == "ahead" else None)


def ask(made: Fleet, random: Random, told: Sequence[datetime]) -> None:
    head = max(fact.recorded_at for each in made.histories().values() for fact in each.facts)
    for _ in range(2):
        at = as_of(random, told, head)
        made.assert_told(wanted(random, told, at), at)


def few(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


seeds = st.integers(0, 10**9)


def test_groups_on_sqlite(sqlite_url: URL) -> None:
    prepared(sqlite_url)

    @few(6)
    @given(seed=seeds)
    def check(seed: int) -> None:
        play(sqlite_url, Random(seed))

    check()


def test_groups_on_postgresql(postgres_url: URL) -> None:
    prepared(postgres_url)

    @few(3)
    @given(seed=seeds)
    def check(seed: int) -> None:
        play(postgres_url, Random(seed))

    check()
