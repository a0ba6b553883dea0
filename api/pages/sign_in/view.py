"""The page where one signs in, and the one after it by which what was written is gone on with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.pages.forgery import FIELD, proof_of
from api.pages.forms.receiving import AGAIN, SIGN_IN_FIELDS
from api.pages.frame import Frame, html, rendered
from api.pages.sign_in.onward import NEXT, START, own

KEY: Final = f"{SIGN_IN_FIELDS}key"
WANTED: Final = f"{SIGN_IN_FIELDS}next"
FORM: Final = f"{SIGN_IN_FIELDS}form"
"""The address of the form that was sent when nobody was signed in any more."""

COMMANDS: Final = "/do/"
"""Within the address of a form that records: it is shown again before it does."""

UNANSWERED: Final = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where somebody wants to, and what they wrote there: the ``fields`` of the form at ``form``, empty for none."""

    onward: str = START
    form: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def looked_over(self) -> bool:
        """Whether the form is shown again before anything is recorded of it."""
        return COMMANDS in self.form


def wanted_in(fields: Mapping[str, str]) -> Wanted:
    """What the form of the page says is wanted, as far as that is an address of a page here."""
    form = own(fields.get(FORM, ""))
    return Wanted(
        onward=own(fields.get(WANTED, "")),
        form="" if form == START else form,
        fields={} if form == START else written_in(fields),
    )


def wanted_at(request: Request) -> Wanted:
    return Wanted(onward=own(request.query_params.get(NEXT, "")))


def written_in(fields: Mapping[str, str]) -> dict[str, str]:
    """What somebody wrote, without what belongs to signing in and to the browser."""
    return {
        name: value
        for name, value in fields.items()
        if name not in (FIELD, AGAIN) and not name.startswith(SIGN_IN_FIELDS)
    }


def sign_in_page(
    request: Request,
    wanted: Wanted,
    *,
    provider: str | None,
    who: str | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response:
    """The page; ``provider`` is what the identity provider is called, ``who`` is signed in already."""
    proof = proof_of(request)
    page = rendered(
        "sign_in.html",
        Frame(title="Sign in"),
        wanted=wanted,
        provider=provider,
        who=who,
        refusal=refusal,
        token=proof.token,
    )
    return proof.left_with(html(page, status))


def onward_page(request: Request, wanted: Wanted) -> Response:
    """The answer to whoever has just signed in: they are led on, with what they wrote where they had written."""
    if not wanted.form:
        return RedirectResponse(wanted.onward, 303)
    proof = proof_of(request)
    return proof.left_with(html(rendered("signed_in.html", Frame(title="Signed in"), wanted=wanted, token=proof.token)))
