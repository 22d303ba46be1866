"""Dwellings and who decides on those who live there."""

import re

from app.identity import terms
from app.identity.errors.homes import (
    AreaNoDwelling,
    ResidencyNotConfirmed,
    ResidencyNotWaiting,
    ResidencyOwn,
    RoomWrong,
)
from app.identity.terms import ResidencyState
from app.places.terms import AreaKind

SUFFIX = re.compile(r"(?:室|房|号)$")
LEADING_ZEROS = re.compile(r"^0+(?=[0-9])")


def room_of(text: str) -> str:
    """Give a room in one spelling: 501室 and 0501 are 501. Refuses RoomWrong for what names none, or is too long."""
    plain = "".join(text.split())
    room = LEADING_ZEROS.sub("", SUFFIX.sub("", plain)).upper()
    if not any(map(str.isalnum, room)) or len(room) > terms.ROOM_LENGTH_MAX:
        raise RoomWrong
    return room


def check_dwelling(kind: AreaKind) -> None:
    """Refuse AreaNoDwelling for an area that has no rooms: a grid, a street, a district."""
    if kind not in terms.DWELLINGS:
        raise AreaNoDwelling


def check_decision(state: str, *, is_kin: bool) -> None:
    """Refuse a decision on one's own people (ResidencyOwn), and on what does not wait for one (ResidencyNotWaiting)."""
    if is_kin:
        raise ResidencyOwn
    if state != ResidencyState.CLAIMED:
        raise ResidencyNotWaiting


def check_ending(state: str, *, is_kin: bool) -> None:
    """Refuse to end one's own people's residency (ResidencyOwn), and what is not in force (ResidencyNotConfirmed)."""
    if is_kin:
        raise ResidencyOwn
    if state != ResidencyState.CONFIRMED:
        raise ResidencyNotConfirmed
