"""Reads and locks of endpoints, deliveries and attempts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import any_, func, select
from sqlalchemy.orm import Session

from app.webhooks.errors import DeliveryMissing, EndpointMissing
from app.webhooks.models import Attempt, Delivery, Endpoint
from app.webhooks.terms import BOOKS_MAX, DeliveryState, EndpointState


def lock_endpoint(session: Session, owner_id: UUID, hears: Mapping[str, str], endpoint_id: UUID) -> Endpoint:
    """One endpoint of this owner that hears just this, locked; publishing goes on. Refuses EndpointMissing."""
    wanted = select(Endpoint).where(
        Endpoint.id == endpoint_id, Endpoint.owner_id == owner_id, Endpoint.hears == dict(hears)
    )
    found = session.scalar(
        wanted.with_for_update(key_share=True).execution_options(populate_existing=True),
    )
    if found is None:
        raise EndpointMissing
    return found


def get_endpoint(session: Session, owner_id: UUID, hears: Mapping[str, str], endpoint_id: UUID) -> Endpoint:
    """One endpoint of this owner that hears just this. Refuses EndpointMissing."""
    found = session.get(Endpoint, endpoint_id)
    if found is None or found.owner_id != owner_id or found.hears != dict(hears):
        raise EndpointMissing
    return found


def lock_own_endpoints(session: Session, owner_id: UUID, hears: Mapping[str, str]) -> int:
    """How many endpoints of this owner are not closed; nobody opens another until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"webhooks:{owner_id}"))))
    wanted = select(func.count()).where(
        Endpoint.owner_id == owner_id, Endpoint.hears == dict(hears), Endpoint.state != EndpointState.CLOSED
    )
    return session.scalar(wanted) or 0


def list_endpoints(
    session: Session, owner_id: UUID, hears: Mapping[str, str], *, before: UUID | None, limit: int
) -> Sequence[Endpoint]:
    """Endpoints of this owner, newest first, the closed ones as well."""
    wanted = select(Endpoint).where(Endpoint.owner_id == owner_id, Endpoint.hears == dict(hears))
    if before is not None:
        wanted = wanted.where(Endpoint.id < before)
    return session.scalars(wanted.order_by(Endpoint.id.desc()).limit(limit)).all()


def list_listeners(session: Session, owner_ids: Collection[UUID], type_: str) -> set[UUID]:
    """Which of these owners have an endpoint that listens to a type of event."""
    if not owner_ids:
        return set()
    wanted = select(Endpoint.owner_id).where(
        Endpoint.owner_id.in_(owner_ids), any_(Endpoint.types) == type_, Endpoint.state != EndpointState.CLOSED
    )
    return set(session.scalars(wanted))


def list_heard_books(session: Session, owner_id: UUID, type_: str) -> Sequence[str]:
    """The books for which an owner has an endpoint that listens to a type of event."""
    book = Endpoint.hears["book"].astext
    wanted = (
        select(book)
        .where(Endpoint.owner_id == owner_id, any_(Endpoint.types) == type_, Endpoint.state != EndpointState.CLOSED)
        .where(book.is_not(None))
        .distinct()
        .order_by(book)
        .limit(BOOKS_MAX)
    )
    return [code for code in session.scalars(wanted) if code is not None]


def lock_endpoints_due(session: Session, *, now: datetime, claimed_before: datetime, limit: int) -> Sequence[Endpoint]:
    """Endpoints for which something is due and nobody sends, the longest unserved first; not those that are locked."""
    due = (
        select(Delivery.id)
        .where(Delivery.endpoint_id == Endpoint.id, Delivery.state == DeliveryState.PENDING, Delivery.due_at <= now)
        .exists()
    )
    wanted = (
        select(Endpoint)
        .where(Endpoint.state == EndpointState.ACTIVE, Endpoint.claimed_at < claimed_before)
        .where(Endpoint.rests_until <= now, due)
        .order_by(Endpoint.claimed_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def list_due(session: Session, endpoint_id: UUID, *, now: datetime, limit: int) -> Sequence[Delivery]:
    """What is due for an endpoint, the longest due first."""
    wanted = select(Delivery).where(
        Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.PENDING, Delivery.due_at <= now
    )
    return session.scalars(wanted.order_by(Delivery.due_at, Delivery.id).limit(limit)).all()


def lock_claimed(session: Session, endpoint_id: UUID) -> Endpoint | None:
    """The endpoint somebody sent for, locked."""
    wanted = select(Endpoint).where(Endpoint.id == endpoint_id).with_for_update(key_share=True)
    return session.scalar(wanted.execution_options(populate_existing=True))


def lock_deliveries(session: Session, endpoint_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Delivery]:
    """Deliveries of an endpoint by id, locked."""
    wanted = select(Delivery).where(Delivery.endpoint_id == endpoint_id, Delivery.id.in_(ids)).order_by(Delivery.id)
    rows = session.scalars(wanted.with_for_update().execution_options(populate_existing=True))
    return {row.id: row for row in rows}


def lock_delivery(session: Session, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """One delivery, locked. Refuses DeliveryMissing."""
    found = lock_deliveries(session, endpoint_id, [delivery_id]).get(delivery_id)
    if found is None:
        raise DeliveryMissing
    return found


def get_delivery(session: Session, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """One delivery of an endpoint. Refuses DeliveryMissing."""
    found = session.get(Delivery, (endpoint_id, delivery_id))
    if found is None:
        raise DeliveryMissing
    return found


def list_deliveries(
    session: Session, endpoint_id: UUID, *, state: DeliveryState | None, before: UUID | None, limit: int
) -> Sequence[Delivery]:
    """What was and is to be told to an endpoint, newest first; in one state where given."""
    wanted = select(Delivery).where(Delivery.endpoint_id == endpoint_id)
    if state is not None:
        wanted = wanted.where(Delivery.state == state)
    if before is not None:
        wanted = wanted.where(Delivery.id < before)
    return session.scalars(wanted.order_by(Delivery.id.desc()).limit(limit)).all()


def list_attempts(
    session: Session, endpoint_id: UUID, delivery_id: UUID, *, before: int | None, limit: int
) -> Sequence[Attempt]:
    """The attempts of a delivery, newest first."""
    wanted = select(Attempt).where(Attempt.endpoint_id == endpoint_id, Attempt.delivery_id == delivery_id)
    if before is not None:
        wanted = wanted.where(Attempt.number < before)
    return session.scalars(wanted.order_by(Attempt.number.desc()).limit(limit)).all()
