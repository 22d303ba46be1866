"""Tables of people: devices and sessions, credentials, grants, freezes, consents, guardianships and homes."""

from app.identity.models.access import Device, Network, Session, WechatUser
from app.identity.models.accounts import Consent, Guardianship, ProxyAct
from app.identity.models.homes import Household, Relative, Residency
from app.identity.models.people import Freeze, Grant, Person
from app.identity.models.risk import ClosedPause, RiskRank
from app.identity.models.staff import Invitation, RecoveryCode, Staff, Tries

__all__ = [
    "ClosedPause",
    "Consent",
    "Device",
    "Freeze",
    "Grant",
    "Guardianship",
    "Household",
    "Invitation",
    "Network",
    "Person",
    "ProxyAct",
    "RecoveryCode",
    "Relative",
    "Residency",
    "RiskRank",
    "Session",
    "Staff",
    "Tries",
    "WechatUser",
]
