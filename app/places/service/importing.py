"""Files of areas: checked at once, and taken in as a whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, update

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Cursor, CursorInvalid, Page, page_by_id, read_id
from app.kernel.sheets.csv_files import read_csv
from app.kernel.sheets.xlsx_files import read_sheets
from app.places import queries
from app.places.errors import ImportHasErrors, TreeChanged
from app.places.models import Area, Import, Problem, position_columns
from app.places.rules import area_plans, tree
from app.places.rules.area_files import Picked, Sheet, is_header, read_sheet, read_workbook
from app.places.rules.area_plans import Forest, Node, Planner
from app.places.rules.area_rows import Findings, Line, judge_row
from app.places.terms import IMPORT_KEPT_DAYS, XLSX, AreaKind, Column, ImportState, Severity

PURGE_BATCH = 100
LINE_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would do, and what is wrong with it."""

    forest: Forest
    findings: Findings


def check_import(uow: UnitOfWork, *, book: str | None, content: bytes, media_type: str) -> Import:
    """Read a file and compare it with the tree; nothing is changed before it is committed.

    Refuses BookUnplaced, and what makes a file unreadable: FileRefused of kernel.sheets, AreaHeaderMissing,
    AreaHeaderRepeated, AreaRowsTooMany, AreaRowsMissing, AreaSheetsMany.
    """
    scope = queries.find_scope(uow.session, book)
    xlsx = media_type == XLSX
    sheet = read_workbook(read_sheets(content)) if xlsx else read_sheet(read_csv(content, is_header))
    plan = _plan(uow, scope, sheet)
    values = {
        "id": uow.new_id(),
        "area_id": None if scope is None else scope.id,
        "media_type": media_type,
        "state": str(ImportState.CHECKED),
        "rows": _plain(sheet),
        "rows_total": len(sheet.rows),
        "errors": plan.findings.count(Severity.ERROR),
        "warnings": plan.findings.count(Severity.WARNING),
        "uploaded_by": uow.actor.id,
        "uploaded_at": uow.now,
    }
    made = uow.session.scalars(insert(Import).values(values | _counts(plan)).returning(Import)).one()
    problems = [
        {
            "import_id": made.id,
            "line": each.line,
            "field": each.field,
            "code": str(each.code),
            "cell": each.cell,
            "severity": str(each.severity),
            "detail": each.detail,
        }
        for each in plan.findings.problems
    ]
    if problems:
        uow.session.execute(insert(Problem), problems)
    return made


def commit_import(uow: UnitOfWork, *, book: str | None, tree_import_id: UUID) -> Import:
    """Take a checked file in as a whole. Once more it changes nothing and answers what it did.

    Refuses BookUnplaced, ImportMissing, ImportHasErrors, TreeChanged.
    """
    scope = queries.find_scope(uow.session, book)
    queries.lock_tree(uow.session)
    found = queries.lock_import(uow.session, tree_import_id, within=scope)
    if found.state == ImportState.COMMITTED:
        return found
    if found.errors:
        raise ImportHasErrors(count=found.errors)
    plan = _plan(uow, scope, _sheet_of(found.rows or []))
    wrong = next((each for each in plan.findings.problems if each.severity is Severity.ERROR), None)
    if wrong is not None:
        raise TreeChanged(line=wrong.line)
    changed, counts = area_plans.changed(plan.forest), _counts(plan)
    _open(uow, plan.forest.opened)
    _change(uow, changed)
    found.rows = None
    found.state = str(ImportState.COMMITTED)
    found.committed_by, found.committed_at = uow.actor.id, uow.now
    for name, count in counts.items():
        setattr(found, name, count)
    uow.session.flush()
    return found


def show_import(uow: UnitOfWork, *, book: str | None, tree_import_id: UUID) -> Import:
    """What a file would do, or did. Refuses BookUnplaced, ImportMissing."""
    return queries.get_import(uow.session, tree_import_id, within=queries.find_scope(uow.session, book))


def list_imports(uow: UnitOfWork, *, book: str | None, limit: int, cursor: str | None) -> Page[Import]:
    """Files of areas, the youngest first. Refuses BookUnplaced, CursorInvalid."""
    scope = queries.find_scope(uow.session, book)
    rows = queries.list_imports(uow.session, within=scope, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda found: found.id)


def list_problems(
    uow: UnitOfWork, *, book: str | None, tree_import_id: UUID, limit: int, cursor: str | None
) -> Page[Problem]:
    """What is wrong or doubtful, by line. Refuses BookUnplaced, ImportMissing, CursorInvalid."""
    found = show_import(uow, book=book, tree_import_id=tree_import_id)
    rows = queries.list_problems(uow.session, found.id, after=_read_problem(cursor), limit=limit + 1)
    if len(rows) <= limit:
        return Page(rows)
    last = rows[limit - 1]
    return Page(rows[:limit], Cursor((last.line, last.field, last.code)).encode())


def purge_imports(uow: UnitOfWork) -> int:
    """Forget files that were checked long ago and never taken in; returns how many, a batch at a time."""
    old = uow.now - timedelta(days=IMPORT_KEPT_DAYS)
    ids = queries.list_forgotten_imports(uow.session, before=old, limit=PURGE_BATCH)
    uow.session.execute(delete(Import).where(Import.id.in_(ids)))
    return len(ids)


def _plan(uow: UnitOfWork, scope: Area | None, sheet: Sheet) -> Plan:
    findings = Findings(sheet)
    lines = [line for line in (judge_row(row, findings) for row in sheet.rows) if line is not None]
    forest = _forest(uow, scope, lines)
    planner = Planner(forest, findings, _above(forest, scope, sheet))
    for line in lines:
        planner.add(line)
    return Plan(forest, findings)


def _forest(uow: UnitOfWork, scope: Area | None, lines: Sequence[Line]) -> Forest:
    """The areas that a file may name: all communities and what is above them, and below those that it does name."""
    upper = queries.list_upper_areas(uow.session)
    if scope is not None:
        upper = [area for area in upper if tree.is_within(scope.path, area.path)]
    named = {line.names[Column.COMMUNITY] for line in lines if Column.COMMUNITY in line.names}
    codes = {tree.code_of(name) for name in named}
    wanted = [
        area.id
        for area in upper
        if area.kind == AreaKind.COMMUNITY and (scope is not None or area.name in named or area.code in codes)
    ]
    forest = Forest()
    lower = queries.list_areas_of_communities(uow.session, wanted)
    for area in (*upper, *lower):
        parent = None if area.parent_id is None else forest.by_id.get(area.parent_id)
        kind, code = AreaKind(area.kind), area.code
        forest.put(Node(kind, area.name, code, parent, area.id, area.path, area.book, position=area.position))
    for area in lower:
        if area.grid_id is not None:
            forest.by_id[area.id].grid = forest.by_id.get(area.grid_id)
    taken = queries.list_books(uow.session, {line.book for line in lines if line.book is not None})
    for area in taken:
        if area.book is not None:
            forest.by_book[area.book] = forest.by_id.get(area.id)
    return forest


def _above(forest: Forest, scope: Area | None, sheet: Sheet) -> Mapping[Column, Node]:
    """The areas that every line lies in: those above a community and itself, or the one district there is."""
    if scope is not None:
        nodes = [forest.by_id[each] for each in tree.ids_of(scope.path)]
        return {Column(node.kind.value): node for node in nodes}
    if len(forest.roots) == 1 and Column.DISTRICT not in sheet.columns:
        return {Column.DISTRICT: forest.roots[0]}
    return {}


def _open(uow: UnitOfWork, nodes: Sequence[Node]) -> None:
    for node in nodes:
        node.id = uow.new_id()
        node.path = tree.path_of(node.id, node.parent.path if node.parent else "")
    rows = [
        {
            "id": node.id,
            "parent_id": node.parent.id if node.parent else None,
            "kind": str(node.kind),
            "name": node.name,
            "code": node.code,
            "path": node.path,
            "book": node.book,
            "grid_id": None,
            "opened_by": uow.actor.id,
            "opened_at": uow.now,
        }
        | position_columns(node.position)
        for node in nodes
    ]
    if rows:
        uow.session.execute(insert(Area), rows)
    _change(uow, [node for node in nodes if node.grid is not None])  # grids may be opened after their buildings


def _change(uow: UnitOfWork, nodes: Sequence[Node]) -> None:
    rows = [
        {"id": node.id, "code": node.code, "book": node.book, "grid_id": node.grid.id if node.grid else None}
        | position_columns(node.position)
        for node in nodes
    ]
    if rows:
        uow.session.execute(update(Area), rows)


def _counts(plan: Plan) -> dict[str, int]:
    forest = plan.forest
    return {
        "opened": len(forest.opened),
        "changed": len(area_plans.changed(forest)),
        "unchanged": len(area_plans.unchanged(forest)),
    }


def _plain(sheet: Sheet) -> list[object]:
    columns = {str(column): number for column, number in sheet.columns.items()}
    rows = [[row.line, row.hidden, {str(column): cell for column, cell in row.cells.items()}] for row in sheet.rows]
    return [columns, rows]


def _sheet_of(plain: list[Any]) -> Sheet:
    columns, rows = plain
    picked = [
        Picked(line, hidden, {Column(name): cell for name, cell in cells.items()}) for line, hidden, cells in rows
    ]
    return Sheet({Column(name): number for name, number in columns.items()}, picked)


def _read_problem(cursor: str | None) -> tuple[int, str, str] | None:
    if cursor is None:
        return None
    line, field, code = Cursor.decode(cursor, int, str, str).parts
    if not 0 <= int(line) <= LINE_MAX:
        raise CursorInvalid
    return int(line), str(field), str(code)
