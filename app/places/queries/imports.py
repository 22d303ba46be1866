"""Files of areas on their way, and the part of the tree they are compared with."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.places.errors import ImportMissing
from app.places.models import Area, Import, Problem
from app.places.terms import AreaKind, ImportState

UPPER = (AreaKind.DISTRICT, AreaKind.STREET, AreaKind.COMMUNITY)


def get_import(session: Session, import_id: UUID, *, within: Area | None) -> Import:
    """One import of the community, or of the district's. Refuses ImportMissing."""
    return _import(session, import_id, within, lock=False)


def lock_import(session: Session, import_id: UUID, *, within: Area | None) -> Import:
    """The same, held until the transaction ends. Refuses ImportMissing."""
    return _import(session, import_id, within, lock=True)


def _import(session: Session, import_id: UUID, within: Area | None, *, lock: bool) -> Import:
    found = session.get(Import, import_id, populate_existing=True, with_for_update=True if lock else None)
    if found is None or found.area_id != (None if within is None else within.id):
        raise ImportMissing
    return found


def list_imports(session: Session, *, within: Area | None, before: UUID | None, limit: int) -> Sequence[Import]:
    """Imports of the community, or of the district's, the youngest first, those with an id below `before`."""
    query = select(Import).where(Import.area_id.is_not_distinct_from(None if within is None else within.id))
    if before is not None:
        query = query.where(Import.id < before)
    return session.scalars(query.order_by(Import.id.desc()).limit(limit)).all()


def list_problems(
    session: Session, import_id: UUID, *, after: tuple[int, str, str] | None, limit: int
) -> Sequence[Problem]:
    """What is wrong or doubtful, by line, those after a (line, field, code)."""
    query = select(Problem).where(Problem.import_id == import_id)
    if after is not None:
        query = query.where(func.row(Problem.line, Problem.field, Problem.code) > func.row(*after))
    return session.scalars(query.order_by(Problem.line, Problem.field, Problem.code).limit(limit)).all()


def list_upper_areas(session: Session) -> Sequence[Area]:
    """All open districts, streets and communities; there are some hundreds."""
    return session.scalars(select(Area).where(Area.kind.in_(UPPER), Area.closed_at.is_(None)).order_by(Area.path)).all()


def list_areas_of_communities(session: Session, ids: Collection[UUID]) -> Sequence[Area]:
    """All open areas below some communities, parents first."""
    outer = aliased(Area)
    end = func.concat(func.left(outer.path, -1), "0")
    query = select(Area).join(outer, (Area.path > outer.path) & (Area.path < end))
    query = query.where(outer.id.in_(ids), Area.closed_at.is_(None))
    return session.scalars(query.order_by(Area.path)).all()


def list_books(session: Session, books: Collection[str]) -> Sequence[Area]:
    """The areas that have these books, open or closed."""
    return session.scalars(select(Area).where(Area.book.in_(books))).all()


def list_forgotten_imports(session: Session, *, before: datetime, limit: int) -> Sequence[UUID]:
    """Imports that were checked before an instant and never taken in."""
    query = select(Import.id).where(Import.state == ImportState.CHECKED, Import.uploaded_at < before)
    return session.scalars(query.order_by(Import.uploaded_at).limit(limit)).all()
