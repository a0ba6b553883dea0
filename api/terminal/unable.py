"""Why a command could not be run, in words that say what to do."""

from typing import Final

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from api.http.problem_kinds import REMEDIES
from api.http.strict_json import FieldsWrong, Malformed
from api.terminal.speech import Unable
from application.ports.log import PositionBeyondHead, StoreReadOnly, StoreSchemaDiffers, StoreUnavailable, StoreUnsafe
from application.ports.webhooks import NoDelivery, NoWebhook, TooManyWebhooks, WebhookGone
from domain.engagement.lifecycle.opening import UnknownEngagement
from domain.law.rejection import Rejection
from infrastructure.database.backup import Refused
from infrastructure.database.roles import NotGranted
from infrastructure.database.sqlite_reading import NoDatabase

LATER: Final = "What was recorded stands; try the same again later."
ADVICE: Final[dict[type[StoreUnavailable], str]] = {
    StoreSchemaDiffers: "Its owner brings an older schema up with standfast migrate; a newer one needs the version "
    "that made it.",
    StoreReadOnly: "What is recorded can be read; to record, name the primary and a role that may write in "
    "STANDFAST_DATABASE_URL.",
    NoDatabase: "STANDFAST_DATABASE_URL names it. To read makes none: standfast migrate, import and serve do.",
    StoreUnsafe: "Put the settings of the server, the database or the role right; what was recorded stands.",
}


def why(error: Exception) -> str | None:
    """The text for a person, or None where nobody foresaw the error."""
    if isinstance(error, Unable):
        return str(error)
    if isinstance(error, FieldsWrong | Malformed | Refused | NotGranted | PositionBeyondHead):
        return f"{error}."
    if isinstance(error, NoWebhook | NoDelivery | TooManyWebhooks | WebhookGone):
        return f"{error}.\n{REMEDIES[type(error)]}"
    if isinstance(error, UnknownEngagement):
        return f"{error.detail}.\nstandfast list tells those that there are."
    if isinstance(error, Rejection):
        return f"{error}.\n{error.remedy}"
    if isinstance(error, ValidationError) and error.title == "Settings":
        wrong = "; ".join(_variable(each["loc"]) + bare(each["msg"]) for each in error.errors())
        return f"{wrong}.\nPut the variable right, or unset it."
    if isinstance(error, StoreUnavailable):
        advice = next((advice for kind, advice in ADVICE.items() if isinstance(error, kind)), LATER)
        return f"the database cannot be used: {error}.\n{advice}"
    if isinstance(error, OSError):
        return f"{error.filename or 'the operating system'}: {error.strerror or error}."
    if isinstance(error, SQLAlchemyError):
        said = str(getattr(error, "orig", None) or error).strip()
        return f"the database cannot be used: {said}\nCheck STANDFAST_DATABASE_URL (standfast config shows it)."
    return None


def _variable(place: tuple[int | str, ...]) -> str:
    """The variable that is wrong; what is said of several that do not fit together names them itself."""
    return f"STANDFAST_{str(place[0]).upper()}: " if place else ""


def bare(message: str) -> str:
    """What a validator says, without what the library puts before it."""
    return message.removeprefix("Value error, ")
