"""What a page supposes: a model, and terms that are named or written, as the body that the interface takes.

Terms that were written are kept for a day, and named in an address by their digest.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, get_args

from api.composition import Standfast
from api.http.strict_json import FieldsWrong, Malformed, parse, validated
from api.pages.formats import machine_text
from api.pages.forms.body import Given
from api.pages.forms.sending import NotRecorded
from api.terms.drafts import CalendarDraft, PolicyDraft, calendar_of
from application.ports.log import StoreReadOnly
from domain.engagement.terms.policy import Policy
from domain.language.words import Model
from domain.metrics.what_if import Supposition
from domain.time.calendar import Calendar
from infrastructure.events.codec import adapter
from infrastructure.jobs.written_terms import NAME, name_of
from infrastructure.terms.shelf import Kind

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
MODELS: Final[tuple[Model, ...]] = get_args(Model)
SUPPOSED: Final = ("model", *KINDS)
"""The fields that name what is supposed."""

_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}(@[1-9][0-9]{0,8})?")

DOCUMENT: Final = "_document"
"""Behind a kind: the field that holds its document as text."""

AS_OF: Final = "as_of"

OF: Final[Mapping[str, str]] = {"of_model": "model", "of_client_id": "client_id"}
"""Which engagements are supposed to be otherwise: the field of the page, and that of the filter."""

NAMED: Final = (*SUPPOSED, *OF, AS_OF)
"""The fields that are named, in the order of an address."""

SHORT: Final = 72
"""Up to how many characters a part of a document stands on one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen, by the names of the fields; what is empty is left out. ``documents`` are texts, by kind."""

    named: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[Kind, str] = field(default_factory=dict)

    @property
    def instant(self) -> dict[str, str]:
        """The instant that it is asked as of, where one is, as an address says it."""
        return {name: value for name, value in self.named.items() if name == AS_OF}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is supposed."""
        return not self.documents and not any(self.named.get(each) for each in SUPPOSED)


def choice_of(given: Given) -> Choice:
    """What the fields say."""
    return Choice(
        named={name: given[name].strip() for name in NAMED if given.get(name, "").strip()},
        documents={kind: text for kind in KINDS if (text := given.get(kind + DOCUMENT, "").strip())},
    )


def body_of(choice: Choice, shown: Mapping[Kind, str], *, of_fleet: bool) -> dict[str, Any]:
    """The body; ``shown`` are the documents as they stood in the form, and one that stays so is named, if anything.

    Raises FieldsWrong, which names what is wrong in a document behind its kind.
    """
    changed = _changed(choice, shown)
    if wrong := [each for kind, text in changed.items() for each in _problems(kind, text)]:
        raise FieldsWrong(wrong)
    body: dict[str, Any] = {name: choice.named[name] for name in (*SUPPOSED, AS_OF) if name in choice.named}
    kept = {kind: shown[kind] for kind in KINDS if is_written(choice.named.get(kind, ""))}
    body |= {kind: parse(text.encode()) for kind, text in (kept | changed).items()}
    if of_fleet:
        body["filter"] = {to: choice.named[name] for name, to in OF.items() if name in choice.named}
    return body


def _changed(choice: Choice, shown: Mapping[Kind, str]) -> dict[Kind, str]:
    """The documents that were written: that say something else than those shown."""
    return {kind: text for kind, text in choice.documents.items() if not _same(text, shown[kind])}


def addressed(
    standfast: Standfast, choice: Choice, shown: Mapping[Kind, str], supposition: Supposition
) -> Choice | None:
    """The choice as an address can say it: what was written is kept, and named.

    None where that cannot be: of a document that is too long, or where nothing may be written. Raises StoreUnavailable.
    """
    supposed: dict[Kind, Policy | Calendar | None] = {"policy": supposition.policy, "calendar": supposition.calendar}
    written_now = {kind: supposed[kind] for kind in _changed(choice, shown)}
    try:
        names = {
            kind: standfast.written_terms.keep(text_of(document).encode())
            for kind, document in written_now.items()
            if document
        }
    except StoreReadOnly:
        return None
    kept: dict[str, str] = {kind: name for kind, name in names.items() if name}
    if len(kept) < len(written_now):
        return None
    said = {**choice.named, **kept}
    return Choice(named={name: said[name] for name in NAMED if name in said})


def without_gone(standfast: Standfast, choice: Choice) -> Choice:
    """The choice without the written terms that it names and that are kept no more: the same where there are none."""
    gone = {kind for kind in KINDS if is_written(name := choice.named.get(kind, "")) and not _kept(standfast, name)}
    return replace(choice, named={name: value for name, value in choice.named.items() if name not in gone})


GONE: Final = NotRecorded(
    status=410,
    title="What was written is gone",
    detail="Written terms are kept for a day after they were last supposed.",
    remedy="Write them again, or choose published ones.",
)
"""Said at an address that names terms that are kept no more."""


def is_written(name: str) -> bool:
    """Whether a name is that of terms that somebody wrote."""
    return NAME.fullmatch(name) is not None


def _kept(standfast: Standfast, name: str) -> str:
    """The text of written terms by their name; empty where they are kept no more."""
    return (standfast.written_terms.find(name) or b"").decode()


def _same(text: str, shown: str) -> bool:
    try:
        return bool(shown) and json.loads(text) == json.loads(shown)
    except (ValueError, RecursionError):  # what is wrong with it is told where it is proved
        return False


def _problems(kind: Kind, text: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a document."""
    try:
        if kind == "policy":
            validated(PolicyDraft, text.encode(errors="replace"))
        else:
            calendar_of(validated(CalendarDraft, text.encode(errors="replace")))
    except Malformed as error:
        yield kind, str(error)
    except FieldsWrong as error:
        yield from ((f"{kind}.{name}" if name else kind, message) for name, message in error.violations)


def documents_shown(
    standfast: Standfast, choice: Choice, present: Mapping[Kind, Policy | Calendar]
) -> Mapping[Kind, str]:
    """The text that each document begins with: of what is named, or of what is so now; empty where neither is."""
    named = {kind: choice.named.get(kind) for kind in KINDS}
    if named["policy"] is None:
        named["policy"] = choice.named.get("model")
    found = {
        kind: standfast.terms.find(kind, name) if name and _NAME.fullmatch(name) else None
        for kind, name in named.items()
    }
    texts = {kind: text_of(document) if (document := found[kind] or present.get(kind)) else "" for kind in KINDS}
    kept = {kind: _kept(standfast, name) for kind, name in named.items() if name and is_written(name)}
    return texts | kept


def text_of(document: Policy | Calendar) -> str:
    """A document as it is written, without its version."""
    shape = json.loads(adapter(type(document)).dump_json(document, by_alias=True))
    del shape["version"]
    return written(shape)


def written(value: Any, indent: str = "") -> str:
    """A value as JSON that a person reads: what is short stands on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) <= SHORT or not isinstance(value, dict | list):
        return line
    deeper = indent + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(name, ensure_ascii=False)}: {written(each, deeper)}" for name, each in value.items()]
        opening, closing = "{}"
    else:
        parts = [written(each, deeper) for each in value]
        opening, closing = "[]"
    inner = ",\n".join(deeper + part for part in parts)
    return f"{opening}\n{inner}\n{indent}{closing}"


def choice_made(
    standfast: Standfast, supposition: Supposition, filter_: Mapping[str, str | None], as_of: datetime | None
) -> Choice:
    """The choice that a job was asked for: terms that are published or kept by their names, others as written."""
    named = {name: value for name, to in OF.items() if (value := filter_.get(to))}
    if as_of:
        named[AS_OF] = machine_text(as_of)
    documents: dict[Kind, str] = {}
    if supposition.model:
        named["model"] = supposition.model
    supposed: dict[Kind, Policy | Calendar | None] = {"policy": supposition.policy, "calendar": supposition.calendar}
    for kind, document in supposed.items():
        if document is None:
            continue
        text = text_of(document)
        if standfast.terms.find(kind, document.name) == document:
            named[kind] = document.name
        elif _kept(standfast, name := name_of(text.encode())):
            named[kind] = name
        else:
            documents[kind] = text
    return Choice(named=named, documents=documents)
