"""The rows that the bench prints and keeps in bench/latest.json."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

LATEST = Path(__file__).with_name("latest.json")


@dataclass(frozen=True, slots=True)
class Row:
    """One claim: `ratio` against `target` (None: printed only), whether it is met, and what bounds it."""

    name: str
    ratio: float
    target: float | None
    met: bool | None
    note: str


def at_least(name: str, ratios: Sequence[float], target: float, note: str) -> Row:
    """A claim whose median over the rounds must reach the target."""
    middle = median(ratios)
    spread = f"rounds {min(ratios):.2f} to {max(ratios):.2f}; " if len(ratios) > 1 else ""
    return Row(name, round(middle, 3), target, middle >= target, spread + note)


def at_most(name: str, ratio: float, target: float, note: str) -> Row:
    """A claim that must stay under its target."""
    return Row(name, round(ratio, 3), target, ratio <= target, note)


def shown(name: str, value: float, note: str) -> Row:
    """A figure without a target."""
    return Row(name, round(value, 3), None, None, note)


def render(rows: Sequence[Row]) -> str:
    """The table for a terminal; a miss is printed as a miss."""
    width = max(len(row.name) for row in rows)
    lines = [f"{'what':<{width}}  {'ratio':>9}  {'target':>7}  met   note"]
    for row in rows:
        target = "" if row.target is None else f"{row.target:g}"
        met = {None: "", True: "yes", False: "MISS"}[row.met]
        lines.append(f"{row.name:<{width}}  {row.ratio:>9.3f}  {target:>7}  {met:<4}  {row.note}")
    return "\n".join(lines)


def keep_part(rows: Sequence[Row], path: Path = LATEST) -> None:
    """Write the rows of one part in the place of their last ones, and leave the others as they are."""
    kept = {each["name"]: Row(**each) for each in json.loads(path.read_text(encoding="utf-8"))}
    keep([*(kept | {row.name: row for row in rows}).values()], path)


def keep(rows: Sequence[Row], path: Path = LATEST) -> None:
    """Write the rows for the next reader."""
    path.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
