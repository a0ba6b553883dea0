"""A key that somebody wants, and whether it may be made: by whom, for whom, and for what."""

from dataclasses import dataclass
from datetime import timedelta

from application.ports.access import MOST_MANDATED, KeyRefused
from domain.access.principal import MOST_SCOPES, PARTIES, SCOPES, Principal, Role, Scope
from domain.access.reach import Mandate


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedKey:
    """A key that somebody wants; ``scopes`` None: all that its role can have, also those of later versions.

    ``party_id`` is the id of the client, the partner or the professional that its holder acts as; who acts as the
    platform acts under the name of the key. ``mandate`` is an auditor's.
    """

    name: str
    role: Role = "operator"
    party_id: str | None = None
    scopes: frozenset[Scope] | None = None
    lasts: timedelta | None = None
    mandate: Mandate | None = None

    @property
    def acts_as(self) -> str:
        """The id that its holder acts under."""
        return self.name if self.party_id is None else self.party_id


def demand_given_to(wanted: WantedKey, by: Principal) -> None:
    """Raises KeyRefused where nobody may be given such a key, or not by this principal."""
    _demand_party(wanted)
    _demand_mandate(wanted)
    _demand_scopes(wanted, by)
    if wanted.lasts is not None and wanted.lasts <= timedelta(0):
        raise KeyRefused("a key expires after it is made")


def _demand_party(wanted: WantedKey) -> None:
    platform = PARTIES[wanted.role] == "platform"
    if platform and wanted.party_id is not None:
        raise KeyRefused(f"the role {wanted.role} acts under the name of its key, and for no party of another id")
    if not platform and wanted.party_id is None:
        raise KeyRefused(f"the role {wanted.role} is of one {PARTIES[wanted.role]}: say the id of which")


def _demand_mandate(wanted: WantedKey) -> None:
    mandate = wanted.mandate
    if wanted.role != "auditor":
        if mandate is not None:
            raise KeyRefused(f"a mandate is an auditor's, and not for the role {wanted.role}")
        return
    if mandate is None or not mandate.engagement_ids:
        raise KeyRefused("an auditor has a mandate: say for which engagements, and until when")
    if len(mandate.engagement_ids) > MOST_MANDATED:
        raise KeyRefused(f"a mandate names at most {MOST_MANDATED} engagements")
    if mandate.begins_at >= mandate.ends_at:
        raise KeyRefused("a mandate ends after it begins")


def _demand_scopes(wanted: WantedKey, by: Principal) -> None:
    most = MOST_SCOPES[wanted.role]
    if wanted.role == "integration" and not wanted.scopes:
        raise KeyRefused(f"an integration is given scopes by name: some of {', '.join(SCOPES)}")
    if wanted.scopes is not None and not wanted.scopes:
        raise KeyRefused("a key without a scope would allow nothing")
    given = most if wanted.scopes is None else wanted.scopes
    if given - most:
        can = ", ".join(each for each in SCOPES if each in most)
        raise KeyRefused(f"the role {wanted.role} can be given no more than {can}")
    if lacking := by.lacks(given):
        raise KeyRefused(f"a key allows no more than whoever makes it may do: {by} lacks {', '.join(lacking)}")
