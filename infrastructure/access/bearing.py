"""From whoever bears a token of the identity provider to the principal that a request is from."""

from typing import TYPE_CHECKING, Final

from application.ports.access import SignInRefused
from domain.access.principal import ALL, SCOPES, Principal

if TYPE_CHECKING:  # what stands behind it is loaded only where a provider is set
    from infrastructure.access.claims import TokenPrincipal

MOST_OF_A_SUBJECT: Final = 64
"""How many characters of a provider's subject the access log keeps."""


def principal_of_token(bearer: "TokenPrincipal") -> Principal:
    """As whom a token is taken: with the scopes of ours that it names, or, where it names none, with all of its role.

    Raises SignInRefused for a role that everything would be shown to.
    """
    if "operator" not in bearer.roles:
        roles = ", ".join(sorted(bearer.roles))
        raise SignInRefused(f"nobody signs in as {roles} yet: nothing would be hidden from them")
    named = frozenset(scope for scope in SCOPES if scope in bearer.scopes)
    return Principal(
        role="operator",
        party="platform",
        party_id=bearer.party_id,
        scopes=named or ALL,
        credential=f"oidc {bearer.subject[:MOST_OF_A_SUBJECT]}",
    )
