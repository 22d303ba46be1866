"""Tables of people, their devices and sessions, staff credentials, grants and freezes."""

from app.identity.models.access import Device, Session, WechatUser
from app.identity.models.people import Freeze, Grant, Person
from app.identity.models.staff import Invitation, RecoveryCode, Staff, Tries

__all__ = [
    "Device",
    "Freeze",
    "Grant",
    "Invitation",
    "Person",
    "RecoveryCode",
    "Session",
    "Staff",
    "Tries",
    "WechatUser",
]
