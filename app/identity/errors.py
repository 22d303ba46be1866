"""Refusals of identity."""

from app.kernel.errors import DomainError, Kind


class TokenInvalid(DomainError):
    """Deliberately coarse: it never says which check a token failed."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.token_invalid"
    text = {"zh": "登录已失效,请重新登录。", "en": "The sign-in is not valid or has expired; please sign in again."}
