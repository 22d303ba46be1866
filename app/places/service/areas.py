"""Setting up the tree of areas. Whoever acts for a book sees its community and what lies below, and nothing else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, insert, update

from app.infra.unit_of_work import UnitOfWork
from app.kernel.geo import Datum, Position, Seen
from app.kernel.paging import Cursor, Page
from app.places import queries
from app.places.errors import (
    AreaClosed,
    AreaNotClosed,
    AreaNotEmpty,
    BookOnlyOfCommunity,
    BookTaken,
    ClearedAndGiven,
    CodeTaken,
    GridWrong,
    NameTaken,
)
from app.places.models import Area, position_columns
from app.places.rules import tree
from app.places.terms import AreaKind, Clearable


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area as a client sees it. `ancestors`: from the root down to its parent."""

    area: Area
    ancestors: tuple[Area, ...]
    position: Seen | None


def open_area(
    uow: UnitOfWork,
    *,
    book: str | None,
    parent_id: UUID | None,
    kind: AreaKind,
    name: str,
    code: str | None = None,
    points_book: str | None = None,
    grid_id: UUID | None = None,
    position: Position | None = None,
) -> Area:
    """Open an area under `parent_id`; without a code it gets the one its name says (3 for 3号楼).

    Refuses BookUnplaced, AreaMissing, AreaClosed, ParentWrong, NameTaken, CodeTaken, CodeForm, BookTaken,
    BookOnlyOfCommunity, GridWrong.
    """
    scope = queries.find_scope(uow.session, book)
    queries.lock_tree(uow.session)
    parent = None if parent_id is None else _open_one(uow, parent_id, scope, field="parent_id")
    tree.check_parent(kind, None if parent is None else AreaKind(parent.kind))
    short = code or tree.code_of(name)
    _check_names(uow, parent_id, kind, name=name, code=short, itself=None)
    _check_book(uow, kind, points_book, None)
    area_id = uow.new_id()
    path = tree.path_of(area_id, parent.path if parent else "")
    if grid_id is not None:
        _check_grid(uow, kind, path, grid_id, scope)
    made = {
        "id": area_id,
        "parent_id": parent_id,
        "kind": str(kind),
        "name": name,
        "code": short,
        "path": path,
        "book": points_book,
        "grid_id": grid_id,
        "opened_by": uow.actor.id,
        "opened_at": uow.now,
    }
    uow.session.execute(insert(Area).values(made | position_columns(position)))
    return queries.get_area(uow.session, area_id)


def change_area(
    uow: UnitOfWork,
    *,
    book: str | None,
    area_id: UUID,
    name: str | None = None,
    code: str | None = None,
    points_book: str | None = None,
    grid_id: UUID | None = None,
    position: Position | None = None,
    clear: Collection[Clearable] = (),
) -> Area:
    """Change what is given of an area; what is not given stays, and what is named in `clear` is taken away.

    Refuses ClearedAndGiven, BookUnplaced, AreaMissing, AreaClosed, NameTaken, CodeTaken, CodeForm, BookTaken,
    BookOnlyOfCommunity, GridWrong.
    """
    _check_cleared(clear, {Clearable.GRID: grid_id, Clearable.POSITION: position})
    scope = queries.find_scope(uow.session, book)
    queries.lock_tree(uow.session)
    area = _open_one(uow, area_id, scope)
    kind = AreaKind(area.kind)
    _check_names(uow, area.parent_id, kind, name=name or area.name, code=code or area.code, itself=area.id)
    _check_book(uow, kind, points_book, area.id)
    if grid_id is not None:
        _check_grid(uow, kind, area.path, grid_id, scope)
    changes: dict[str, object] = {"name": name, "code": code, "book": points_book, "grid_id": grid_id}
    changes = {column: value for column, value in changes.items() if value is not None}
    if position is not None or Clearable.POSITION in clear:
        changes |= position_columns(position)
    if Clearable.GRID in clear:
        changes["grid_id"] = None
    if changes:
        uow.session.execute(update(Area).where(Area.id == area.id).values(changes))
    return queries.get_area(uow.session, area.id)


def move_area(uow: UnitOfWork, *, book: str | None, area_id: UUID, parent_id: UUID) -> Area:
    """Put an area and everything below it under another parent; buildings that leave their community leave its grids.

    Refuses BookUnplaced, AreaMissing, AreaClosed, ParentWrong, NameTaken, CodeTaken.
    """
    scope = queries.find_scope(uow.session, book)
    queries.lock_tree(uow.session)
    area = _open_one(uow, area_id, scope)
    parent = _open_one(uow, parent_id, scope, field="parent_id")
    kind = AreaKind(area.kind)
    tree.check_parent(kind, AreaKind(parent.kind))
    _check_names(uow, parent.id, kind, name=area.name, code=area.code, itself=area.id)
    before, after = area.path, tree.path_of(area.id, parent.path)
    if after == before:
        return area
    subtree = queries.below(before)
    uow.session.execute(update(Area).where(Area.id == area.id).values(parent_id=parent.id, path=after))
    below = Area.__table__.c.path
    uow.session.execute(
        update(Area)
        .where(subtree, Area.id != area.id)
        .values(path=func.concat(after, func.substr(below, len(before) + 1)))
        .execution_options(synchronize_session=False)
    )
    queries.leave_grids(uow.session, after)
    return queries.get_area(uow.session, area.id)


def close_area(uow: UnitOfWork, *, book: str | None, area_id: UUID) -> Area:
    """Close an area that nothing uses any more; its name and code are free again.

    Refuses BookUnplaced, AreaMissing, AreaClosed, AreaNotEmpty.
    """
    scope = queries.find_scope(uow.session, book)
    queries.lock_tree(uow.session)
    area = _open_one(uow, area_id, scope)
    if queries.is_in_use(uow.session, area):
        raise AreaNotEmpty(name=area.name)
    area.closed_by, area.closed_at = uow.actor.id, uow.now
    uow.session.flush()
    return area


def reopen_area(uow: UnitOfWork, *, book: str | None, area_id: UUID) -> Area:
    """Open an area again that was closed, as it was; a grid that is closed by now does not cover it any more.

    Refuses BookUnplaced, AreaMissing, AreaNotClosed, AreaClosed (what it stands under), NameTaken, CodeTaken.
    """
    scope = queries.find_scope(uow.session, book)
    queries.lock_tree(uow.session)
    area = queries.get_area(uow.session, area_id, within=scope)
    if area.closed_at is None:
        raise AreaNotClosed(name=area.name)
    if area.parent_id is not None:
        _open_one(uow, area.parent_id, None)
    _check_names(uow, area.parent_id, AreaKind(area.kind), name=area.name, code=area.code, itself=area.id)
    if area.grid_id is not None and queries.get_area(uow.session, area.grid_id).closed_at is not None:
        area.grid_id = None
    area.closed_by = area.closed_at = None
    uow.session.flush()
    return area


def show_area(uow: UnitOfWork, *, book: str | None, area_id: UUID, datum: Datum) -> AreaView:
    """An area with those above it. Refuses BookUnplaced, AreaMissing."""
    scope = queries.find_scope(uow.session, book)
    return view_area(uow, queries.get_area(uow.session, area_id, within=scope), datum)


def view_area(uow: UnitOfWork, area: Area, datum: Datum) -> AreaView:
    """Show an area to a client of this datum."""
    return _views(uow, [area], datum)[0]


def list_areas(
    uow: UnitOfWork,
    *,
    book: str | None,
    within: UUID | None,
    kind: AreaKind | None,
    closed: bool,
    datum: Datum,
    limit: int,
    cursor: str | None,
) -> Page[AreaView]:
    """An area and what lies below it, in the order of the tree. Refuses BookUnplaced, CursorInvalid."""
    scope = queries.find_scope(uow.session, book)
    outer = scope if within is None else queries.find_area(uow.session, within, within=scope)
    if within is not None and outer is None:
        return Page([])  # as empty as below any area that is not there
    after = None if cursor is None else str(Cursor.decode(cursor, str).parts[0])
    rows = queries.list_areas(uow.session, within=outer, kind=kind, closed=closed, after=after, limit=limit + 1)
    more = Cursor((rows[limit - 1].path,)).encode() if len(rows) > limit else None
    return Page(_views(uow, list(rows[:limit]), datum), more)


def _views(uow: UnitOfWork, areas: list[Area], datum: Datum) -> list[AreaView]:
    above = {area.id: tree.ids_of(area.path)[:-1] for area in areas}
    known = queries.list_areas_by_id(uow.session, {each for ids in above.values() for each in ids})
    return [
        AreaView(
            area,
            tuple(known[each] for each in above[area.id]),
            None if area.position is None else area.position.seen_in(datum),
        )
        for area in areas
    ]


def _open_one(uow: UnitOfWork, area_id: UUID, scope: Area | None, *, field: str = "area_id") -> Area:
    area = queries.get_area(uow.session, area_id, within=scope, field=field)
    if area.closed_at is not None:
        raise AreaClosed(name=area.name, field=field)
    return area


def _check_cleared(clear: Collection[Clearable], given: Mapping[Clearable, object]) -> None:
    for name in clear:
        if given[name] is not None:
            raise ClearedAndGiven(name=str(name))


def _check_names(
    uow: UnitOfWork, parent_id: UUID | None, kind: AreaKind, *, name: str, code: str, itself: UUID | None
) -> None:
    tree.check_code(code)
    if queries.find_neighbour(uow.session, parent_id, name=name, other_than=itself):
        raise NameTaken(name=name)
    if queries.find_neighbour_by_code(uow.session, parent_id, kind=kind, code=code, other_than=itself):
        raise CodeTaken(code=code)


def _check_book(uow: UnitOfWork, kind: AreaKind, points_book: str | None, itself: UUID | None) -> None:
    if points_book is None:
        return
    if kind is not AreaKind.COMMUNITY:
        raise BookOnlyOfCommunity
    if queries.find_other_of_book(uow.session, points_book, other_than=itself):
        raise BookTaken(book=points_book)


def _check_grid(uow: UnitOfWork, kind: AreaKind, path: str, grid_id: UUID, scope: Area | None) -> None:
    grid = _open_one(uow, grid_id, scope, field="grid_id")
    community = grid.path[: -tree.SEGMENT]
    if kind is not AreaKind.BUILDING or grid.kind != AreaKind.GRID or not tree.is_within(path, community):
        raise GridWrong
