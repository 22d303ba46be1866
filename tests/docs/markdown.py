"""What the tests of the documents read: marked tables, fenced blocks, links."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
    if ".venv" not in path.parts
)
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words after it, its text."""

    language: str
    words: str
    text: str


def read(name: str) -> str:
    """The text of a document, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """All fenced blocks, in order."""
    return [Block(language, words.strip(), body) for language, words, body in FENCE.findall(text)]


def table_after(text: str, mark: str) -> list[dict[str, str]]:
    """The rows of the table below `<!-- mark -->`, by column."""
    lines = iter(text.split(f"<!-- {mark} -->\n", 1)[1].splitlines())
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    head, _, *body = rows
    return [dict(zip(head, row, strict=True)) for row in body]


def number(cell: str) -> int:
    """Read `−1,000` or `+30`; an empty cell is nought."""
    return int(cell.replace("−", "-").replace(",", "") or 0)


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one of the same level."""
    level = heading.split(" ", 1)[0]
    return re.split(rf"^{level} ", text.split(f"{heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
