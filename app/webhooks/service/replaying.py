"""Looking at what was told, telling it again, and trying out whether somebody hears."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Cursor, Page, page_by_id, read_id, whole
from app.webhooks import errors, queries, terms
from app.webhooks.models import Attempt, Delivery, Endpoint
from app.webhooks.rules.events import PING
from app.webhooks.service.endpoints import Hears, lock_open
from app.webhooks.service.publishing import write_for
from app.webhooks.terms import DeliveryState

PERIOD_MAX = timedelta(days=7)


def list_deliveries(
    uow: UnitOfWork,
    *,
    owner_id: UUID,
    hears: Hears,
    endpoint_id: UUID,
    state: DeliveryState | None,
    limit: int,
    cursor: str | None,
) -> Page[Delivery]:
    """What was and is to be told, newest first; the dead letters by `state`. Refuses EndpointMissing, CursorInvalid."""
    queries.get_endpoint(uow.session, owner_id, hears, endpoint_id)
    rows = queries.list_deliveries(uow.session, endpoint_id, state=state, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda delivery: delivery.id)


def show_delivery(uow: UnitOfWork, *, owner_id: UUID, hears: Hears, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """One delivery, with what is sent. Refuses EndpointMissing, DeliveryMissing."""
    queries.get_endpoint(uow.session, owner_id, hears, endpoint_id)
    return queries.get_delivery(uow.session, endpoint_id, delivery_id)


def list_attempts(
    uow: UnitOfWork,
    *,
    owner_id: UUID,
    hears: Hears,
    endpoint_id: UUID,
    delivery_id: UUID,
    limit: int,
    cursor: str | None,
) -> Page[Attempt]:
    """The attempts of a delivery, newest first. Refuses EndpointMissing, DeliveryMissing, CursorInvalid."""
    show_delivery(uow, owner_id=owner_id, hears=hears, endpoint_id=endpoint_id, delivery_id=delivery_id)
    before = whole(Cursor.decode(cursor, int).parts[0]) if cursor is not None else None
    rows = queries.list_attempts(uow.session, endpoint_id, delivery_id, before=before, limit=limit + 1)
    items = rows[:limit]
    return Page(items, Cursor((items[-1].number,)).encode() if len(rows) > limit else None)


def replay_delivery(uow: UnitOfWork, *, owner_id: UUID, hears: Hears, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """Tell it again, under the same webhook-id, for another five days.

    Refuses EndpointMissing, EndpointClosed, DeliveryMissing.
    """
    lock_open(uow, owner_id, hears, endpoint_id)
    delivery = queries.lock_delivery(uow.session, endpoint_id, delivery_id)
    delivery.state, delivery.tries, delivery.ended_at = DeliveryState.PENDING, 0, None
    delivery.due_at, delivery.gives_up_at = uow.now, uow.now + terms.GIVEN_UP_AFTER
    return delivery


def replay_period(
    uow: UnitOfWork,
    *,
    owner_id: UUID,
    hears: Hears,
    endpoint_id: UUID,
    since: datetime,
    until: datetime,
    state: DeliveryState,
) -> int:
    """Tell again what was published from `since` to before `until` and is `state`; 1,000 at most, the oldest first.

    Answers how many; asked again, it goes on with the rest of the dead ones. Refuses EndpointMissing, EndpointClosed,
    PeriodWrong.
    """
    if not timedelta(0) < until - since <= PERIOD_MAX:
        raise errors.PeriodWrong(days=PERIOD_MAX.days)
    lock_open(uow, owner_id, hears, endpoint_id)
    chosen = (
        select(Delivery.id)
        .where(Delivery.endpoint_id == endpoint_id, Delivery.state == state)
        .where(Delivery.published_at >= since, Delivery.published_at < until)
        .order_by(Delivery.published_at)
        .limit(terms.REPLAY_BATCH)
    )
    again = uow.session.scalars(
        update(Delivery)
        .where(Delivery.endpoint_id == endpoint_id, Delivery.id.in_(chosen.scalar_subquery()))
        .values(
            state=DeliveryState.PENDING,
            tries=0,
            ended_at=None,
            due_at=uow.now,
            gives_up_at=uow.now + terms.GIVEN_UP_AFTER,
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(again.all())


def send_test(uow: UnitOfWork, *, owner_id: UUID, hears: Hears, endpoint_id: UUID) -> Delivery:
    """Send test.ping to one endpoint, whatever it listens to. Refuses EndpointMissing, EndpointClosed."""
    lock_open(uow, owner_id, hears, endpoint_id)
    data, key = {**hears, "webhook_id": endpoint_id}, f"test:{uow.new_id()}"
    write_for(uow, [Endpoint.id == endpoint_id], PING, data, key)
    return uow.session.scalars(select(Delivery).where(Delivery.endpoint_id == endpoint_id, Delivery.key == key)).one()
