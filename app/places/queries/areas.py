"""The tree of areas: where something stands, what lies below it, what covers it."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from app.places.errors import AreaMissing, BookUnplaced
from app.places.models import Area, QrPoint, Unit
from app.places.rules import tree
from app.places.terms import AreaKind


def lock_tree(session: Session) -> None:
    """Wait until nobody else changes the shape of the tree: whoever moves a subtree must be alone with it."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("places.tree"))))


def below(path: str) -> ColumnElement[bool]:
    """The condition that an area is the one of this path or lies below it: one range of the index."""
    return (Area.path >= path) & (Area.path < tree.end_of(path))


def get_area_of_book(session: Session, book: str) -> Area:
    """The community whose points are in this book. Refuses BookUnplaced."""
    found = session.scalar(select(Area).where(Area.book == book))
    if found is None:
        raise BookUnplaced
    return found


def find_scope(session: Session, book: str | None) -> Area | None:
    """The community of a book, and None, which is the whole district, without one. Refuses BookUnplaced."""
    return None if book is None else get_area_of_book(session, book)


def get_area(session: Session, area_id: UUID, *, within: Area | None = None, field: str = "area_id") -> Area:
    """One area, if it is `within` or lies below it. Refuses AreaMissing, which names `field`."""
    found = session.get(Area, area_id, populate_existing=True)
    if found is None or (within is not None and not tree.is_within(found.path, within.path)):
        raise AreaMissing(field=field)
    return found


def find_area(session: Session, area_id: UUID, *, within: Area | None) -> Area | None:
    """One area, if it is `within` or lies below it."""
    try:
        return get_area(session, area_id, within=within)
    except AreaMissing:
        return None


def list_areas(
    session: Session,
    *,
    within: Area | None,
    kind: AreaKind | None = None,
    closed: bool = False,
    after: str | None = None,
    limit: int,
) -> Sequence[Area]:
    """Areas in the order of their paths, so that a subtree stands together; those after a path."""
    query = select(Area)
    if within is not None:
        query = query.where(below(within.path))
    if kind is not None:
        query = query.where(Area.kind == kind)
    if not closed:
        query = query.where(Area.closed_at.is_(None))
    if after is not None:
        query = query.where(Area.path > after)
    return session.scalars(query.order_by(Area.path).limit(limit)).all()


def list_areas_by_id(session: Session, ids: Collection[UUID]) -> Mapping[UUID, Area]:
    """Areas by their ids; those that are not there are left out."""
    return {area.id: area for area in session.scalars(select(Area).where(Area.id.in_(ids)))} if ids else {}


def list_ancestor_ids(session: Session, area_id: UUID) -> list[UUID]:
    """The ids from the root down to the area itself; empty for one that is not there."""
    path = session.scalar(select(Area.path).where(Area.id == area_id))
    return [] if path is None else tree.ids_of(path)


def find_book_of(session: Session, area: Area) -> str | None:
    """The points book of the community that an area is or lies in; None: it lies in none, or that one has no book."""
    return session.scalar(select(Area.book).where(Area.id.in_(tree.ids_of(area.path)), Area.book.is_not(None)).limit(1))


def list_covering_ids(session: Session, area_id: UUID) -> list[UUID]:
    """Every area that this one is, lies below, or is covered by as a grid does, the nearest first.

    A grant or a service on any of them holds for the area. The grid of a building comes right above the building.
    """
    building = aliased(Area)
    grid_of = select(building.id, building.grid_id).where(
        building.kind == AreaKind.BUILDING,
        building.grid_id.is_not(None),
        building.id.in_([area_id, select(Area.parent_id).where(Area.id == area_id).scalar_subquery()]),
    )
    ids = list_ancestor_ids(session, area_id)[::-1]
    for building_id, grid_id in session.execute(grid_of):
        if grid_id is not None:  # never, by the condition above
            ids.insert(ids.index(building_id) + 1, grid_id)
    return ids


_COVERS = text("""
    SELECT EXISTS (
        SELECT 1 FROM places_areas i, places_areas o
         WHERE i.id = :inner_id AND o.id = :outer_id
           AND (starts_with(i.path, o.path)
                OR (o.kind = 'grid'
                    AND EXISTS (SELECT 1 FROM places_areas b WHERE b.id IN (i.id, i.parent_id) AND b.grid_id = o.id))))
""")


_LEAVE_GRIDS = text("""
    UPDATE places_areas b SET grid_id = NULL FROM places_areas g
     WHERE b.path >= :path AND b.path < :end AND g.id = b.grid_id
       AND NOT starts_with(b.path, left(g.path, -:segment))
""")


def covers(session: Session, outer_id: UUID, inner_id: UUID) -> bool:
    """Say whether an area is, lies below, or (for a grid) is in a building of another: one query by primary keys."""
    return bool(session.scalar(_COVERS, {"outer_id": outer_id, "inner_id": inner_id}))


def find_building(session: Session, within_id: UUID, name: str, *, unit: str | None = None) -> Area | None:
    """The building (or stairwell, if `unit` is named) that people call so within an area: 3号楼, 3栋 and 3 are one.

    None when there is none, or when several are called so, such as 3号楼 of two estates.
    """
    outer = session.get(Area, within_id)
    if outer is None:
        return None
    open_ones = select(Area).where(below(outer.path), Area.kind == AreaKind.BUILDING, Area.closed_at.is_(None))
    found = session.scalars(open_ones.where(_called(name)).limit(2)).all()
    if len(found) != 1 or unit is None:
        return found[0] if len(found) == 1 else None
    stairs = select(Area).where(Area.parent_id == found[0].id, Area.kind == AreaKind.UNIT, Area.closed_at.is_(None))
    several = session.scalars(stairs.where(_called(unit)).limit(2)).all()
    return several[0] if len(several) == 1 else None


def _called(name: str) -> ColumnElement[bool]:
    return or_(Area.name == name, Area.code == tree.code_of(name))


def find_neighbour(session: Session, parent_id: UUID | None, *, name: str, other_than: UUID | None) -> Area | None:
    """An open area of this name under the same parent."""
    query = select(Area).where(Area.parent_id.is_not_distinct_from(parent_id), Area.closed_at.is_(None))
    return session.scalar(query.where(Area.name == name, Area.id.is_distinct_from(other_than)).limit(1))


def find_neighbour_by_code(
    session: Session, parent_id: UUID | None, *, kind: str, code: str, other_than: UUID | None
) -> Area | None:
    """An open area of this kind and code under the same parent."""
    query = select(Area).where(Area.parent_id.is_not_distinct_from(parent_id), Area.closed_at.is_(None))
    query = query.where(Area.kind == kind, Area.code == code, Area.id.is_distinct_from(other_than))
    return session.scalar(query.limit(1))


def find_other_of_book(session: Session, book: str, *, other_than: UUID | None) -> Area | None:
    """Another area that has this book, open or closed."""
    return session.scalar(select(Area).where(Area.book == book, Area.id.is_distinct_from(other_than)))


def leave_grids(session: Session, path: str) -> None:
    """Take the buildings of a subtree out of grids that are not of their community (any more)."""
    session.execute(_LEAVE_GRIDS, {"path": path, "end": tree.end_of(path), "segment": tree.SEGMENT})


def is_in_use(session: Session, area: Area) -> bool:
    """Say whether anything open stands under an area, is covered by it, hangs in it, or belongs to it."""
    children = select(Area.id).where(Area.parent_id == area.id, Area.closed_at.is_(None))
    covered = select(Area.id).where(Area.grid_id == area.id, Area.closed_at.is_(None))
    posted = select(QrPoint.id).where(QrPoint.area_id == area.id, QrPoint.revoked_at.is_(None))
    units = select(Unit.id).where(Unit.area_id == area.id, Unit.closed_at.is_(None))
    return any(session.scalar(select(query.exists())) for query in (children, covered, posted, units))
