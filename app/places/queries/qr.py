"""Posted codes."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.places.errors import QrPointMissing
from app.places.models import Area, QrPoint, QrScans
from app.places.queries.areas import below
from app.places.rules import tree
from app.places.terms import AreaKind, Purpose


def get_qr_point(session: Session, qr_point_id: UUID, *, within: Area, lock: bool = False) -> QrPoint:
    """One posted code of an area or of one below it. Refuses QrPointMissing."""
    found = session.get(QrPoint, qr_point_id, populate_existing=True, with_for_update=True if lock else None)
    path = None if found is None else session.scalar(select(Area.path).where(Area.id == found.area_id))
    if found is None or path is None or not tree.is_within(path, within.path):
        raise QrPointMissing
    return found


def find_qr_point_in_use(session: Session, short: str) -> tuple[QrPoint, Area] | None:
    """The code that hangs somewhere under this short text, and where: neither it nor its area is out of use."""
    query = select(QrPoint, Area).join(Area, Area.id == QrPoint.area_id)
    found = session.execute(
        query.where(QrPoint.short == short, QrPoint.revoked_at.is_(None), Area.closed_at.is_(None))
    ).first()
    return None if found is None else (found[0], found[1])


def list_qr_points(
    session: Session,
    *,
    within: Area,
    purpose: Purpose | None,
    revoked: bool,
    after: UUID | None,
    limit: int,
) -> Sequence[QrPoint]:
    """Codes that hang in an area or below, by their ids, those after one."""
    query = select(QrPoint).join(Area, Area.id == QrPoint.area_id).where(below(within.path))
    if purpose is not None:
        query = query.where(QrPoint.purpose == purpose)
    if not revoked:
        query = query.where(QrPoint.revoked_at.is_(None))
    if after is not None:
        query = query.where(QrPoint.id > after)
    return session.scalars(query.order_by(QrPoint.id).limit(limit)).all()


def list_qr_points_to_print(
    session: Session, *, within: Area, purpose: Purpose | None, limit: int
) -> Sequence[QrPoint]:
    """Codes in use in an area or below, in the order of the tree, as somebody walks to post them."""
    query = select(QrPoint).join(Area, Area.id == QrPoint.area_id)
    query = query.where(below(within.path), QrPoint.revoked_at.is_(None))
    if purpose is not None:
        query = query.where(QrPoint.purpose == purpose)
    return session.scalars(query.order_by(Area.path, QrPoint.place, QrPoint.id).limit(limit)).all()


def list_posting_places(session: Session, *, within: Area, kind: AreaKind, limit: int) -> Sequence[Area]:
    """Open areas of a kind in an area or below, in the order of the tree."""
    query = select(Area).where(below(within.path), Area.kind == kind, Area.closed_at.is_(None))
    return session.scalars(query.order_by(Area.path).limit(limit)).all()


def sum_scans(session: Session, ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How often each of some codes was scanned."""
    query = (
        select(QrScans.point_id, func.sum(QrScans.scans)).where(QrScans.point_id.in_(ids)).group_by(QrScans.point_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}
