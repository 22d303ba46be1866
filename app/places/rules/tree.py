"""How areas stand under each other, and how their paths say so."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from app.places.errors import CodeForm, ParentWrong
from app.places.terms import CODE_LENGTH_MAX, CODE_PATTERN, AreaKind

PARENTS: Mapping[AreaKind, Sequence[AreaKind]] = {
    AreaKind.DISTRICT: (),
    AreaKind.STREET: (AreaKind.DISTRICT,),
    AreaKind.COMMUNITY: (AreaKind.STREET,),
    AreaKind.GRID: (AreaKind.COMMUNITY,),
    AreaKind.ESTATE: (AreaKind.COMMUNITY,),
    AreaKind.BUILDING: (AreaKind.ESTATE, AreaKind.COMMUNITY),  # a building by itself belongs to no estate
    AreaKind.UNIT: (AreaKind.BUILDING,),
}
"""What each kind may stand under. It always leads upwards, so no area can ever come to stand below itself."""
LABELS: Mapping[AreaKind, Mapping[str, str]] = {
    AreaKind.DISTRICT: {"zh": "区", "en": "district"},
    AreaKind.STREET: {"zh": "街道", "en": "street"},
    AreaKind.COMMUNITY: {"zh": "社区", "en": "community"},
    AreaKind.GRID: {"zh": "网格", "en": "grid"},
    AreaKind.ESTATE: {"zh": "小区", "en": "estate"},
    AreaKind.BUILDING: {"zh": "楼栋", "en": "building"},
    AreaKind.UNIT: {"zh": "单元", "en": "unit"},
}
SEGMENT = 33  # 32 digits of an id, and the slash
LEVELS_MAX = 8
SUFFIX = re.compile(r"(?:号楼|楼栋|栋|幢|座|楼|号|单元|门洞|门)$")
LEADING_ZEROS = re.compile(r"^0+(?=[0-9])")
NUMERALS = {character: number for number, character in enumerate("零一二三四五六七八九")}
NUMERAL = re.compile(r"([一二三四五六七八九])?(十)?([一二三四五六七八九])?")
CODE = re.compile(CODE_PATTERN)


def check_parent(kind: AreaKind, parent: AreaKind | None) -> None:
    """Refuses ParentWrong when an area of this kind may not stand there."""
    allowed = PARENTS[kind]
    if (parent in allowed) if allowed else parent is None:
        return
    raise ParentWrong(
        kind_zh=LABELS[kind]["zh"],
        kind_en=LABELS[kind]["en"],
        right_zh=" / ".join(LABELS[each]["zh"] for each in allowed) or "最上层",
        right_en=" or ".join(LABELS[each]["en"] for each in allowed) or "the top",
    )


def path_of(area_id: UUID, parent_path: str = "") -> str:
    """Write the path of an area below `parent_path`."""
    return f"{parent_path}{area_id.hex}/"


def ids_of(path: str) -> list[UUID]:
    """Read the ids of a path, from the root down to the area itself."""
    return [UUID(part) for part in path.split("/") if part]


def end_of(path: str) -> str:
    """Give the first text after every path that begins with this one: / is followed by 0."""
    return f"{path[:-1]}0"


def is_within(path: str, outer: str) -> bool:
    """Say whether an area is `outer` or lies below it, by their paths."""
    return path.startswith(outer)


def check_code(code: str) -> None:
    """Refuses CodeForm: a code is short, of letters, digits, dots, dashes."""
    if not CODE.fullmatch(code):
        raise CodeForm(length_max=CODE_LENGTH_MAX)


def code_of(name: str) -> str:
    """Derive a code from a name as people write it: 3号楼, 03栋, 三幢 are all 3; 甲单元 is 甲; 梅里新村 stays."""
    short = LEADING_ZEROS.sub("", SUFFIX.sub("", name.strip()).strip()) or name.strip()
    number = _numeral(short)
    text = str(number) if number else short.upper()
    return "".join(character for character in text if CODE.fullmatch(character))[:CODE_LENGTH_MAX]


def _numeral(text: str) -> int | None:
    """Read 一 to 九十九; None for anything else."""
    found = NUMERAL.fullmatch(text)
    if found is None or not text:
        return None
    tens, ten, ones = found.groups()
    if ten is None:
        return NUMERALS[tens or ones] if len(text) == 1 else None
    return 10 * NUMERALS.get(tens or "", 1) + NUMERALS.get(ones or "", 0)
