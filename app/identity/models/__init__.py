"""Tables of people, their devices and sessions, staff credentials, grants, freezes, consents and guardianships."""

from app.identity.models.access import Device, Session, WechatUser
from app.identity.models.accounts import Consent, Guardianship, ProxyAct
from app.identity.models.people import Freeze, Grant, Person
from app.identity.models.staff import Invitation, RecoveryCode, Staff, Tries

__all__ = [
    "Consent",
    "Device",
    "Freeze",
    "Grant",
    "Guardianship",
    "Invitation",
    "Person",
    "ProxyAct",
    "RecoveryCode",
    "Session",
    "Staff",
    "Tries",
    "WechatUser",
]
