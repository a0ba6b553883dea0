"""Recording a command for whoever asks: as it means it, answered as it is told."""

import asyncio
from functools import partial

from starlette.requests import Request as HttpRequest

from api.composition import Standfast
from api.http.reach import seen_in
from application.commands.request import Outcome, Refused, Request
from application.queries.issuing import (
    as_recorded,
    is_meant_as_said,
    outcome_told,
    outcome_told_at_once,
    refusal_told,
)


async def issued(standfast: Standfast, http: HttpRequest, request: Request) -> Outcome:
    """Records a command, as `Marketplace.record_async` does; what is raised of it is told as whoever asks sees it.

    Raises UnknownEngagement where the engagement is out of reach, and only where something is hidden from who asks.
    """
    sight = seen_in(standfast, http).sight
    if sight.mask is None:
        return await standfast.marketplace.record_async(request)
    meaning, at_once = partial(as_recorded, sight, request), is_meant_as_said(request.command)
    meant = meaning() if at_once else await standfast.desks.quick.answer(meaning, http.receive)
    try:
        outcome = await standfast.marketplace.record_async(meant)
    except Refused as refused:
        raise await asyncio.to_thread(refusal_told, sight.mask, request, refused) from refused
    if told := outcome_told_at_once(sight, outcome):
        return told
    return await asyncio.to_thread(outcome_told, sight, outcome)  # it is recorded: nobody is turned away any more
