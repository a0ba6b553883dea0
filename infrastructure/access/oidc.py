"""The identity provider of the settings."""

from typing import TYPE_CHECKING

from infrastructure.access.signing import Signing
from infrastructure.process.oidc_settings import listed, role_names_in, types_in
from infrastructure.process.settings import Settings

if TYPE_CHECKING:
    from infrastructure.access.claims import Naming
    from infrastructure.access.code_flow import CodeFlow
    from infrastructure.access.fetching import Fetching
    from infrastructure.access.tokens import Tokens
    from infrastructure.access.verification import Rules


def tokens_of(settings: Settings) -> "Tokens | None":
    """What judges the tokens of the provider that is set; None where none is. Nothing is fetched before a token comes.

    Raises OSError where the file of certificates cannot be read.
    """
    if not settings.oidc_issuer:
        return None
    from infrastructure.access.jwks import KeptKeys, Provider
    from infrastructure.access.tokens import Tokens

    algorithms = listed(settings.oidc_algorithms)
    provider = Provider(settings.oidc_issuer, settings.oidc_jwks_url, algorithms, _fetching(settings))
    return Tokens(_rules(settings), _naming(settings), KeptKeys(provider.key_set))


def code_flow_of(settings: Settings, tokens: "Tokens | None", signing: Signing) -> "CodeFlow | None":
    """How people sign in with the provider that is set; None where none is, or the pages are no client of it."""
    if tokens is None or not settings.oidc_client_id:
        return None
    from infrastructure.access.code_flow import Client, CodeFlow

    client = Client(
        client_id=settings.oidc_client_id,
        secret=settings.oidc_client_secret,
        redirect_url=settings.oidc_redirect_url,
        scopes=settings.oidc_login_scopes,
    )
    return CodeFlow(client, _rules(settings), _fetching(settings), tokens, signing)


def _fetching(settings: Settings) -> "Fetching":
    from infrastructure.access.fetching import Fetching

    return Fetching(http_to_loopback=settings.oidc_http == "loopback", authorities=settings.oidc_ca or None)


def _rules(settings: Settings) -> "Rules":
    from infrastructure.access.verification import Rules

    return Rules(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        algorithms=frozenset(listed(settings.oidc_algorithms)),
        types=types_in(settings.oidc_types),
    )


def _naming(settings: Settings) -> "Naming":
    from infrastructure.access.claims import Naming

    return Naming(
        party_claim=settings.oidc_party_claim,
        party_id_claim=settings.oidc_party_id_claim,
        roles_claim=settings.oidc_roles_claim,
        scopes_claim=settings.oidc_scopes_claim,
        mandate_claim=settings.oidc_mandate_claim,
        role_names=role_names_in(settings.oidc_roles),
    )
