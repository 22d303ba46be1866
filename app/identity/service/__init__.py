"""The acts of identity. Others meet it at the gate every request goes through."""

from app.identity.service.admission import Gate
from app.identity.service.closing import close_accounts
from app.identity.service.consents import check_consent
from app.identity.service.demo import IssuedToken, TokenOffice, issue_dev_token
from app.identity.service.guardianships import record_proxy_act
from app.identity.service.judging import (
    Friction,
    Judgement,
    SignIn,
    is_paused_over,
    resume_account,
    resume_accounts,
)
from app.identity.service.keys import Keyring
from app.identity.service.risk import ask_risk, claim_risk_question, purge_risk_ranks, record_risk
from app.identity.service.sessions import purge_sessions
from app.identity.service.signing_in import find_openid, find_person_by_openid_index, find_person_of_openid

__all__ = [
    "Friction",
    "Gate",
    "IssuedToken",
    "Judgement",
    "Keyring",
    "SignIn",
    "TokenOffice",
    "ask_risk",
    "check_consent",
    "claim_risk_question",
    "close_accounts",
    "find_openid",
    "find_person_by_openid_index",
    "find_person_of_openid",
    "is_paused_over",
    "issue_dev_token",
    "purge_risk_ranks",
    "purge_sessions",
    "record_proxy_act",
    "record_risk",
    "resume_account",
    "resume_accounts",
]
