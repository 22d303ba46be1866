"""Where somebody lives: building, unit and room, and the household that follows from them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

CACHED = 4096
WORDS = re.compile(r"(.+?)(?:号楼|栋|幢|座|楼)[ ]?(?:(.+?)单元)?[ ]?(?:(.+?)(?:室|房|号)?)?")
PARTS = re.compile(r"[-/\\#、,]+")
SUFFIX = re.compile(r"(?:号楼|栋|幢|座|楼|单元|室|房|号)$")
LEADING_ZEROS = re.compile(r"^0+(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Place:
    """A home. Parts that are not known are None; two places are the same home when all parts are equal."""

    building: str | None = None
    unit: str | None = None
    room: str | None = None

    @property
    def is_whole(self) -> bool:
        """Say whether a household follows from it."""
        return self.building is not None and self.room is not None

    def household_id(self, book_id: int) -> UUID | None:
        """Give the household of this home: the same in every file. None unless a building and a room are known."""
        if self.building is None or self.room is None:
            return None
        return _household_id(f"{book_id}|{self.building}|{self.unit or ''}|{self.room}")


@lru_cache(maxsize=CACHED)
def _household_id(name: str) -> UUID:
    digest = bytearray(sha256(name.encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    return UUID(bytes=bytes(digest))


@lru_cache(maxsize=CACHED)  # the rows of one home stand together
def place_of(text: str) -> Place:
    """Read an address of one column: 3栋2单元501室, 3-2-501, 3/501. What has no such parts is all building."""
    if not text:
        return Place()
    parts = [part for part in PARTS.split(text) if part.strip()]
    if len(parts) == 3:
        return Place(_part(parts[0]), _part(parts[1]), _part(parts[2]))
    if len(parts) == 2:
        return Place(_part(parts[0]), None, _part(parts[1]))
    if (found := WORDS.fullmatch(text)) is not None:
        return Place(*(_part(part) for part in found.groups()))
    return Place(text)


@lru_cache(maxsize=CACHED)
def place_from(building: str, unit: str, room: str) -> Place:
    """Read an address of three columns; words such as 栋, 单元 and 室 do not matter."""
    return Place(_part(building), _part(unit), _part(room))


def _part(text: str | None) -> str | None:
    if not text:
        return None
    short = LEADING_ZEROS.sub("", SUFFIX.sub("", text.strip()).strip())
    return (short or text.strip()).upper() or None
