"""What an owner decides about accounts."""

from msgspec import Struct


class Settings(Struct, frozen=True):
    """Attributes:
    own_programs: whether every listener registers programs of their own; administrators always do.
    grant_days: after how many days a program must ask its person again, however often it
        refreshes; 0 is never.
    oidc_issuer: the OpenID Connect provider that people may sign in with, as it calls itself:
        https://login.example.org. Empty: none. Its host belongs into web.private_servers if its
        address is private.
    oidc_client_id: what the provider calls this server.
    oidc_client_secret: what it proves itself by; empty for a public client.
    oidc_name: what the button says, after "Sign in with".
    oidc_scopes: what is asked for, between blanks.
    oidc_create: whether the first sign-in of somebody without an account makes one.
    oidc_name_claim: the claim that a new account is named after.
    oidc_role_claim: the claim that says who administers this server; dots lead inwards:
        realm_access.roles. Empty: the provider says nothing about roles.
    oidc_admin_values: its values that make an administrator. Everybody else is a listener.
    oidc_user_values: its values that let somebody in at all; empty lets everybody in.
    proxy_create: whether a name that a trusted proxy vouches for gets an account if it has none.
    """

    own_programs: bool = True
    grant_days: int = 0
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = "your provider"
    oidc_scopes: str = "openid profile email"
    oidc_create: bool = False
    oidc_name_claim: str = "preferred_username"
    oidc_role_claim: str = ""
    oidc_admin_values: tuple[str, ...] = ()
    oidc_user_values: tuple[str, ...] = ()
    proxy_create: bool = False
