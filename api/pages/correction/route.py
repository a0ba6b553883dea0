"""A line of a history is corrected: its form, what that would change, and then the record."""

import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.headers import ON_BEHALF_PATTERN
from api.http.problem_kinds import NothingHere
from api.http.questions import answer_of
from api.http.reach import Seen, demand_commanding
from api.pages.correction.original import Original, original
from api.pages.correction.view import REASON, WITHIN, correction_shown
from api.pages.forgery import Proof, proof_of
from api.pages.forms.body import Given, compacted
from api.pages.forms.receiving import BEHALF, MORE, fields_of, key_of, unproved
from api.pages.forms.sending import NotRecorded, Sent, recorded, tried
from api.pages.forms.shape import shape_of
from api.pages.frame import Frame, html, rendered
from api.pages.links import CORRECT, engagement_at, of_an_engagement
from application.queries.dry_run import DryRun

HOW: Final = "correction.how"
STEP: Final = "_step"
SEEN: Final = "_seen"
SHOWN: Final = "_shown"
_VERSION: Final = re.compile("[1-9][0-9]{0,9}")

How = Literal["replace", "void"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction as it is written: of which version, how, what is true instead, for whom, and why.

    ``seen`` is the version that what it changes was shown for, ``shown`` the digest of that, and ``key`` is kept until
    it is recorded.
    """

    engagement_id: UUID
    version: int
    how: How
    given: Given
    reason: str = ""
    on_behalf_of: str = ""
    seen: int | None = None
    shown: str = ""
    key: str = field(default_factory=lambda: str(uuid4()))
    one_more: str | None = None

    def sent(self, body: dict[str, Any] | None) -> Sent:
        """The command; ``body`` is what is recorded instead, None where nothing is."""
        whom = {"on_behalf_of": self.on_behalf_of} if self.on_behalf_of else {}
        return Sent(
            engagement_id=self.engagement_id,
            command=CORRECT,
            body={
                "void": [self.version],
                "record": [] if body is None else [{**body, **whom}],
                "reason": self.reason.replace("\r\n", "\n").strip(),
            },
            key=self.key,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of a correction that was sent: why it was not recorded, or what it would change."""

    refusal: NotRecorded | None = None
    tried: DryRun | None = None


async def correction_page(standfast: Seen, request: Request) -> Response:
    """The form, as the line was recorded."""
    engagement_id, version = of_an_engagement(request), _version(request)
    await demand_commanding(standfast, request, engagement_id, CORRECT)
    of = await _original(standfast, request, engagement_id, version)
    asked = Correction(
        engagement_id=engagement_id,
        version=version,
        how="replace" if of.has_form else "void",
        given=of.given,
        on_behalf_of=of.on_behalf_of,
    )
    return await _answer(standfast, request, asked, of, Said())


async def correction_sent(standfast: Seen, request: Request) -> Response:
    """Says what a correction would change; records it where that has been seen."""
    fields = await fields_of(request)
    engagement_id, version = of_an_engagement(request), _version(request)
    await demand_commanding(standfast, request, engagement_id, CORRECT)
    of = await _original(standfast, request, engagement_id, version)
    asked = _asked(engagement_id, version, of, fields)
    if refusal := unproved(request, fields):
        return await _answer(standfast, request, asked, of, Said(refusal=refusal))
    if asked.one_more:
        return await _answer(standfast, request, asked, of, Said())
    made = of.body(asked.given) if asked.how == "replace" else None
    if made and made.unclear:
        wrong = tuple((f"{WITHIN}.{name}", told) for name, told in made.unclear)
        refusal = NotRecorded(status=422, title="A time is not clear.", wrong=wrong)
        return await _answer(standfast, request, asked, of, Said(refusal=refusal))
    sent = asked.sent({"command": of.command, **made.values} if made else None)
    if asked.seen is None or asked.shown != sent.digest or fields.get(STEP) != "record":
        return await _tried(standfast, request, asked, of, sent)
    return await _recorded(standfast, request, asked, of, replace(sent, seen=asked.seen))


async def _tried(standfast: Seen, request: Request, asked: Correction, of: Original, sent: Sent) -> Response:
    found = await answer_of(standfast, request, partial(tried, standfast, request, sent))
    if isinstance(found, NotRecorded):
        return await _answer(standfast, request, asked, of, Said(refusal=found))
    return await _answer(
        standfast, request, replace(asked, seen=found.decided_on, shown=sent.digest), of, Said(tried=found)
    )


async def _recorded(standfast: Seen, request: Request, asked: Correction, of: Original, sent: Sent) -> Response:
    outcome = await recorded(standfast, request, sent)
    if isinstance(outcome, NotRecorded):
        asked = replace(asked, seen=None)
        return await _answer(standfast, request, asked, of, Said(refusal=outcome))
    if outcome.stands:
        return await _tried(standfast, request, asked, of, replace(sent, seen=None))
    last = outcome.version
    return RedirectResponse(f"{engagement_at(asked.engagement_id, recorded=str(last))}#v{last}", 303)


def _version(request: Request) -> int:
    """The version that an address voids. Raises NothingHere where it names none."""
    text = request.query_params.get("void", "")
    if not _VERSION.fullmatch(text):
        raise NothingHere("a correction begins with a line of a history: its address names the version as void")
    return int(text)


async def _original(standfast: Seen, request: Request, engagement_id: UUID, version: int) -> Original:
    return await answer_of(standfast, request, partial(original, standfast, engagement_id, version))


def _asked(engagement_id: UUID, version: int, of: Original, fields: Given) -> Correction:
    behalf, seen = fields.get(BEHALF, ""), fields.get(SEEN, "")
    return Correction(
        engagement_id=engagement_id,
        version=version,
        how="void" if fields.get(HOW) == "void" or not of.has_form else "replace",
        given=compacted(shape_of(of.command), fields) if of.has_form else {},
        reason=fields.get(REASON, ""),
        on_behalf_of=behalf if re.fullmatch(ON_BEHALF_PATTERN, behalf) else "",
        seen=int(seen) if _VERSION.fullmatch(seen) else None,
        shown=fields.get(SHOWN, ""),
        key=key_of(fields) or str(uuid4()),
        one_more=fields.get(MORE) or None,
    )


async def _answer(standfast: Seen, request: Request, asked: Correction, of: Original, said: Said) -> Response:
    proof: Proof = proof_of(request)
    page = await answer_of(standfast, request, partial(_page, standfast, asked, of, said, proof.token))
    return proof.left_with(html(page, said.refusal.status if said.refusal else 200))


def _page(standfast: Seen, asked: Correction, of: Original, said: Said, token: str) -> bytes:
    known = standfast.sight.known()
    history = standfast.sight.history(asked.engagement_id)
    shown = correction_shown(
        standfast,
        history,
        of,
        asked.given,
        reason=asked.reason,
        behalf=asked.on_behalf_of,
        wrong=said.refusal.wrong if said.refusal else (),
        one_more=asked.one_more,
        tried=said.tried,
    )
    frame = Frame(
        title=f"Correct version {asked.version}: {shown.name}",
        section="/engagements",
        position=standfast.positions.shown(known.position),
        live=f"engagement:{asked.engagement_id}",
        version=history.version,
        lamp_leads=engagement_at(asked.engagement_id),
    )
    return rendered("correction.html", frame, shown=shown, asked=asked, token=token, refusal=said.refusal)
