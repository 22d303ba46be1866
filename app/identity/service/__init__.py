"""The acts of identity. Others meet it at the gate every request goes through."""

from app.identity.service.admission import Gate
from app.identity.service.closing import close_accounts
from app.identity.service.consents import check_consent
from app.identity.service.demo import IssuedToken, TokenOffice, issue_dev_token
from app.identity.service.guardianships import record_proxy_act
from app.identity.service.keys import Keyring
from app.identity.service.sessions import purge_sessions
from app.identity.service.signing_in import find_openid, find_person_by_openid_index

__all__ = [
    "Gate",
    "IssuedToken",
    "Keyring",
    "TokenOffice",
    "check_consent",
    "close_accounts",
    "find_openid",
    "find_person_by_openid_index",
    "issue_dev_token",
    "purge_sessions",
    "record_proxy_act",
]
