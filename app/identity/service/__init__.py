"""The acts of identity. Others meet it at the gate every request goes through."""

from app.identity.service.admission import Gate
from app.identity.service.closing import close_accounts
from app.identity.service.consents import check_consent
from app.identity.service.demo import IssuedToken, TokenOffice, issue_dev_token
from app.identity.service.guardianships import record_proxy_act
from app.identity.service.keys import Keyring

__all__ = [
    "Gate",
    "IssuedToken",
    "Keyring",
    "TokenOffice",
    "check_consent",
    "close_accounts",
    "issue_dev_token",
    "record_proxy_act",
]
