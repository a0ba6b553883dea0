"""The charts under the figures: of the same groups, filters and window."""

from collections.abc import Sequence

from api.pages.charts.shown import ChartShown, charts_shown
from api.pages.formats import machine_text
from api.queries.fleet import GroupsAsked
from application.ports.fleet import Group
from infrastructure.process.drawing.draughtsmen import Draughtsmen

FILTERS = ("model", "client_id", "partner_id", "key")


def charts_beside(draughtsmen: Draughtsmen, asked: GroupsAsked, found: Sequence[Group]) -> Sequence[ChartShown]:
    """The charts of what a page shows, which has found these groups; none where they cannot be drawn."""
    window = {name: machine_text(at) for name, at in (("from", asked.from_), ("to", asked.to)) if at}
    filters = {name: getattr(asked, name) for name in FILTERS if getattr(asked, name)}
    return charts_shown(draughtsmen, {**window, **filters}, found, asked.group_by)
