"""What happened: written down for those who listen, in the transaction in which it happens. Nothing is sent here.

One statement, and no NOTIFY: a sweep every two seconds finds it. So it may stand on a payment's path.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy import DateTime, Integer, SmallInteger, Text, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.infra.unit_of_work import UnitOfWork
from app.webhooks import terms
from app.webhooks.models import Delivery, Endpoint
from app.webhooks.rules.events import EVENTS, EXTRA, EventType, write_body, write_data
from app.webhooks.terms import DeliveryState, EndpointState

COLUMNS = (
    "endpoint_id",
    "id",
    "type",
    "key",
    "body",
    "published_at",
    "state",
    "tries",
    "attempts",
    "due_at",
    "gives_up_at",
)


def publish(
    uow: UnitOfWork,
    *,
    owner_ids: Collection[UUID],
    type: str,  # noqa: A002 - Standard Webhooks calls it so
    data: Mapping[str, object],
    key: str,
) -> None:
    """Write an event down for the endpoints of these owners that listen to `type`; nothing when nobody does.

    The same `key` (1 to 200 characters) again changes nothing. Endpoints that were opened for a book hear only events
    whose data say `book`. Refuses EventTypeUnknown, EventDataWrong (a field that app/webhooks/rules/events.py lacks).
    """
    if owner_ids:
        write_for(uow, [Endpoint.owner_id.in_(list(owner_ids)), any_(Endpoint.types) == type], type, data, key)


def list_event_types() -> Mapping[str, EventType]:
    """Every type of event, with all fields its data may have."""
    return {
        name: replace(each, fields=(*each.fields, *sorted(EXTRA - set(each.fields)))) for name, each in EVENTS.items()
    }


def write_for(uow: UnitOfWork, who: Collection[object], type_: str, data: Mapping[str, object], key: str) -> None:
    """Write an event down for the endpoints these conditions find, closed ones left out."""
    plain = write_data(type_, data)
    instant = DateTime(timezone=True)
    found = select(
        Endpoint.id,
        bindparam("event_id", uow.new_id(), Uuid),
        bindparam("event_type", type_, Text),
        bindparam("event_key", key, Text),
        bindparam("event_body", write_body(type_, plain, uow.now), Text),
        bindparam("published_at", uow.now, instant),
        bindparam("state", str(DeliveryState.PENDING), Text),
        bindparam("tries", 0, SmallInteger),
        bindparam("attempts", 0, Integer),
        bindparam("due_at", uow.now, instant),
        bindparam("gives_up_at", uow.now + terms.GIVEN_UP_AFTER, instant),
    ).where(
        Endpoint.state != EndpointState.CLOSED,
        Endpoint.hears.contained_by(bindparam("data", plain, JSONB)),
        *who,  # type: ignore[arg-type]  # conditions
    )
    row = insert(Delivery).from_select(COLUMNS, found)
    uow.session.execute(row.on_conflict_do_nothing(index_elements=["endpoint_id", "key"]))
