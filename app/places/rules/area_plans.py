"""What a file of areas would do to the tree: which areas it opens, which it changes, which it only names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.kernel.geo import Position
from app.places.rules.area_files import LEVELS
from app.places.rules.area_rows import Findings, Line
from app.places.rules.tree import code_of
from app.places.terms import AreaKind, Column, ProblemCode

NEEDS: Mapping[Column, Sequence[Column]] = {
    Column.STREET: (Column.DISTRICT,),
    Column.COMMUNITY: (Column.STREET,),
    Column.ESTATE: (Column.COMMUNITY,),
    Column.BUILDING: (Column.COMMUNITY,),
    Column.UNIT: (Column.BUILDING,),
    Column.GRID: (Column.COMMUNITY,),
}
"""What a row must name above what it names."""
ATTRIBUTES = {Column.GRID: "grid", Column.CODE: "code", Column.LAT: "position", Column.BOOK: "book"}
"""What a column says of an area."""


@dataclass(slots=True, eq=False)
class Node:
    """An area that is there (`id`) or would be opened (None), with what the file says of it."""

    kind: AreaKind
    name: str
    code: str
    parent: "Node | None"
    id: UUID | None = None
    path: str = ""
    book: str | None = None
    grid: "Node | None" = None
    position: Position | None = None
    changes: dict[str, object] = field(default_factory=dict)
    said_on: dict[str, int] = field(default_factory=dict)
    """Which line said what of it first."""
    named: bool = False


@dataclass(slots=True)
class Forest:
    """The areas that are known, and those a file would add, found by their neighbours' names and codes."""

    roots: list[Node] = field(default_factory=list)
    opened: list[Node] = field(default_factory=list)
    """In an order in which each comes after its parent."""
    by_name: dict[tuple[Node | None, str], Node] = field(default_factory=dict)
    by_code: dict[tuple[Node | None, AreaKind, str], Node] = field(default_factory=dict)
    by_id: dict[UUID, Node] = field(default_factory=dict)
    by_book: dict[str, Node | None] = field(default_factory=dict)

    def put(self, node: Node) -> None:
        """Add an area."""
        self.by_name[node.parent, node.name] = node
        self.by_code[node.parent, node.kind, node.code] = node
        if node.id is not None:
            self.by_id[node.id] = node
        if node.book is not None:
            self.by_book[node.book] = node
        if node.parent is None:
            self.roots.append(node)

    def nodes(self) -> Iterable[Node]:
        """All of them."""
        return self.by_name.values()


@dataclass(slots=True)
class Planner:
    """Puts the lines of a file into a forest. `above`: the areas that every line lies in, by column."""

    forest: Forest
    findings: Findings
    above: Mapping[Column, Node]
    leaves: dict[Node, int] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Take what a line says, or note why it cannot be so."""
        names = {column: name for column, name in line.names.items() if column not in self.above}
        if not self._lies_within(line) or not self._is_whole(line, names):
            return
        node = self._descend(line, names)
        if node is None:
            return
        leaf = self._grid_of(line, names, node)
        if leaf is None:
            return
        if leaf in self.leaves:
            self.findings.note(line.line, None, ProblemCode.REPEATED, first=self.leaves[leaf])
            return
        self.leaves[leaf] = line.line
        self._say_all(line, leaf)

    def _lies_within(self, line: Line) -> bool:
        """Whether what a line writes of the areas above is right."""
        within = True
        for column, node in self.above.items():
            name = line.names.get(column)
            if name is not None and name != node.name and code_of(name) != node.code:
                self.findings.note(line.line, column, ProblemCode.OUTSIDE, name=node.name)
                within = False
        return within

    def _is_whole(self, line: Line, names: Mapping[Column, str]) -> bool:
        given = names.keys() | self.above.keys()
        missing = {need for column in names for need in NEEDS.get(column, ()) if need not in given}
        for column in sorted(missing):
            self.findings.note(line.line, column, ProblemCode.PARENT_NEEDED)
        if not names:
            self.findings.note(line.line, None, ProblemCode.NOTHING_NAMED)
        return not missing and bool(names)

    def _descend(self, line: Line, names: Mapping[Column, str]) -> Node | None:
        """Go down the levels that a line names, opening what is not there; None when one of them cannot be."""
        known = [self.above[column] for column in LEVELS if column in self.above]
        node: Node | None = known[-1] if known else None
        levels = [column for column in LEVELS if column in names]
        for column in levels:
            is_leaf = column == levels[-1] and Column.GRID not in names
            found = self._enter(line, column, names[column], node, line.code if is_leaf else None)
            if found is None:
                return None
            node = found
        return node

    def _grid_of(self, line: Line, names: Mapping[Column, str], node: Node) -> Node | None:
        """The area that a line is about: the grid itself, or what else it names, with its grid noted."""
        if Column.GRID not in names:
            return node
        community = node
        while community.kind is not AreaKind.COMMUNITY and community.parent is not None:
            community = community.parent
        alone = community is node
        grid = self._enter(line, Column.GRID, names[Column.GRID], community, line.code if alone else None)
        if grid is None or alone:
            return grid
        building = node.parent if node.kind is AreaKind.UNIT and node.parent is not None else node
        if building.kind is not AreaKind.BUILDING:
            self.findings.note(line.line, Column.BUILDING, ProblemCode.GRID_NEEDS_BUILDING)
            return None
        if self._say(line, building, Column.GRID, grid):
            building.grid = grid
        if line.code is not None and not self._set_code(line, node, line.code):
            return None
        return node

    def _enter(self, line: Line, column: Column, name: str, parent: Node | None, code: str | None) -> Node | None:
        kind = AreaKind(column.value)
        found = self.forest.by_name.get((parent, name))
        if found is not None and found.kind is not kind:
            self.findings.note(line.line, column, ProblemCode.NAME_TAKEN, name=name)
            return None
        short = code or code_of(name)
        same_code = self.forest.by_code.get((parent, kind, short))
        if found is None and same_code is not None and code is None:
            found = same_code  # 3栋 and 3号楼 are one building
        if found is not None:
            found.named = True
            return found if code is None or self._set_code(line, found, code) else None
        if same_code is not None:
            self.findings.note(line.line, Column.CODE, ProblemCode.CODE_TAKEN, name=same_code.name)
            return None
        node = Node(kind, name, short, parent, named=True)
        if code is not None:
            node.said_on["code"] = line.line
        self.forest.put(node)
        self.forest.opened.append(node)
        return node

    def _set_code(self, line: Line, node: Node, code: str) -> bool:
        other = self.forest.by_code.get((node.parent, node.kind, code))
        if other is not None and other is not node:
            self.findings.note(line.line, Column.CODE, ProblemCode.CODE_TAKEN, name=other.name)
            return False
        if self._say(line, node, Column.CODE, code):
            self.forest.by_code.pop((node.parent, node.kind, node.code), None)
            node.code = code
            self.forest.by_code[node.parent, node.kind, code] = node
        return True

    def _say_all(self, line: Line, leaf: Node) -> None:
        if line.position is not None and self._say(line, leaf, Column.LAT, line.position):
            leaf.position = line.position
        if line.book is None:
            return
        if leaf.kind is not AreaKind.COMMUNITY or self.above.get(Column.COMMUNITY) is not None:
            self.findings.note(line.line, Column.BOOK, ProblemCode.BOOK_WRONG)
        elif self.forest.by_book.get(line.book, leaf) is not leaf:
            self.findings.note(line.line, Column.BOOK, ProblemCode.BOOK_TAKEN, book=line.book)
        elif self._say(line, leaf, Column.BOOK, line.book):
            leaf.book = line.book
            self.forest.by_book[line.book] = leaf

    def _say(self, line: Line, node: Node, column: Column, now: object) -> bool:
        """Whether a line says something new of an area; notes when an earlier line said otherwise."""
        what = ATTRIBUTES[column]
        if getattr(node, what) == now:
            node.said_on.setdefault(what, line.line)
            return False
        if what in node.said_on:
            self.findings.note(line.line, column, ProblemCode.CONFLICT, first=node.said_on[what])
            return False
        node.said_on[what] = line.line
        node.changes[what] = now
        return True


def unchanged(forest: Forest) -> list[Node]:
    """The areas that were there and that a file names without changing them."""
    return [node for node in forest.nodes() if node.id is not None and node.named and not node.changes]


def changed(forest: Forest) -> list[Node]:
    """The areas that were there and that a file changes."""
    return [node for node in forest.nodes() if node.id is not None and node.changes]
