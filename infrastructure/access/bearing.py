"""From whoever bears a token of the identity provider to the principal that a request is from."""

from typing import TYPE_CHECKING, Final

from application.ports.access import SignInRefused
from domain.access.principal import MOST_SCOPES, PARTIES, ROLES, SCOPES, Principal

if TYPE_CHECKING:  # what stands behind it is loaded only where a provider is set
    from infrastructure.access.claims import TokenPrincipal

MOST_OF_A_SUBJECT: Final = 64
"""How many characters of a provider's subject the access log keeps."""


def principal_of_token(bearer: "TokenPrincipal") -> Principal:
    """As whom a token is taken: in the first of its roles, with the scopes of ours that it names, or, where it names
    none, with all of its role.

    Raises SignInRefused for an auditor without a mandate.
    """
    role = next(each for each in ROLES if each in bearer.roles)
    if role == "auditor" and bearer.mandate is None:
        raise SignInRefused("an auditor has a mandate, and the token names none")
    named = frozenset(scope for scope in SCOPES if scope in bearer.scopes)
    return Principal(
        role=role,
        party=PARTIES[role],
        party_id=bearer.party_id,
        scopes=named or MOST_SCOPES[role],
        mandate=bearer.mandate if role == "auditor" else None,
        credential=f"oidc {bearer.subject[:MOST_OF_A_SUBJECT]}",
    )
