"""A webhook is told of what whoever made it sees, of each event by the reach that holds when it is looked for."""

from uuid import UUID, uuid4

from domain.access.reach import EVERYTHING, NOTHING, Named, OfClient, Reach
from domain.law.recorded import Actor
from infrastructure.webhooks.filling import Filling
from infrastructure.webhooks.table import Made
from tests.infrastructure.webhooks.bench import Bench
from tests.infrastructure.webhooks.test_deliveries import URL


def test_each_is_told_of_what_its_maker_sees(bench: Bench) -> None:
    one, other = bench.open(), bench.open()
    client = bench.standfast.marketplace.history(one).state.client_id
    made = {name: bench.webhook(URL, made_by=Actor(party="client", id=name)) for name in ("all", "one", "acme", "none")}
    reaches: dict[str, Reach] = {
        "all": EVERYTHING,
        "one": Named(frozenset({one, uuid4()})),
        "acme": OfClient(client),
        "none": OfClient("nobody"),
    }
    for each in (one, other):
        bench.note(each)
    _fill(bench, reaches)
    told = {name: _of(bench, name, made) for name in made}
    assert told == {"all": [one, other], "one": [one], "acme": [one, other], "none": []}
    bench.note(one)
    _fill(bench, dict.fromkeys(reaches, NOTHING))
    assert {name: _of(bench, name, made) for name in made} == told, "a reach that is over passes events by"
    bench.note(one)
    _fill(bench, reaches)
    assert _of(bench, "one", made) == [one, one], "what was passed by stays so"


def _fill(bench: Bench, reaches: dict[str, Reach]) -> None:
    log = bench.standfast.recorder.log
    Filling(bench.standfast.database, log, lambda maker: reaches[str(maker.id)], bench.clock).fill()


def _of(bench: Bench, name: str, made: dict[str, Made]) -> list[UUID]:
    return [each.engagement_id for each in bench.all_of(made[name])]
