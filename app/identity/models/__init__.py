"""Tables of people, their devices and sessions, staff credentials, grants, freezes and homes."""

from app.identity.models.access import Device, Session, WechatUser
from app.identity.models.homes import Household, Relative, Residency
from app.identity.models.people import Freeze, Grant, Person
from app.identity.models.staff import Invitation, RecoveryCode, Staff, Tries

__all__ = [
    "Device",
    "Freeze",
    "Grant",
    "Household",
    "Invitation",
    "Person",
    "RecoveryCode",
    "Relative",
    "Residency",
    "Session",
    "Staff",
    "Tries",
    "WechatUser",
]
