"""Endpoints of an owner, who is known by an opaque id. `hears` narrows what is heard, such as {"book": "…"}."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from app.infra import outbound
from app.infra.outbound.addresses import UrlRefused, read_url
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.paging import Page, page_by_id, read_id
from app.webhooks import errors, queries, terms
from app.webhooks.models import Delivery, Endpoint
from app.webhooks.rules.events import check_types
from app.webhooks.rules.signing import write_secret
from app.webhooks.terms import DeliveryState, EndpointState, Why

Hears = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """An endpoint and its secret, which is told this once."""

    endpoint: Endpoint
    secret: str = field(repr=False)


def open_endpoint(uow: UnitOfWork, *, owner_id: UUID, hears: Hears, url: str, types: Sequence[str]) -> Opened:
    """Open an endpoint for 1 to 40 types of events. Refuses UrlNotAllowed, EventTypeUnknown, EndpointsTooMany."""
    try:
        read_url(url, local=outbound.sender().local)
    except UrlRefused:
        raise errors.UrlNotAllowed from None
    if queries.lock_own_endpoints(uow.session, owner_id, hears) >= terms.ENDPOINTS_MAX:
        raise errors.EndpointsTooMany(most=terms.ENDPOINTS_MAX)
    made, secret = uow.new_id(), _new_secret(uow)
    endpoint = Endpoint(
        id=made,
        owner_id=owner_id,
        hears=dict(hears),
        url=url,
        types=check_types(list(types)),
        state=EndpointState.ACTIVE,
        secret_sealed=vault().seal(secret, context=secret_context(made)),
        opened_by=uow.actor.id,
        opened_at=uow.now,
        changed_at=uow.now,
        failures=0,
        rests_until=uow.now,
        claims=0,
        claimed_at=_unclaimed(uow),
    )
    uow.session.add(endpoint)
    uow.session.flush()
    return Opened(endpoint, secret)


def change_secret(uow: UnitOfWork, *, owner_id: UUID, hears: Hears, endpoint_id: UUID) -> Opened:
    """Give a new secret; for a day the old one signs as well. Refuses EndpointMissing, EndpointClosed."""
    endpoint = lock_open(uow, owner_id, hears, endpoint_id)
    secret = _new_secret(uow)
    endpoint.old_secret_sealed, endpoint.old_secret_until = endpoint.secret_sealed, uow.now + terms.OVERLAP
    if endpoint.why == Why.SECRET_LOST:  # nothing opens the old one
        endpoint.old_secret_sealed = endpoint.old_secret_until = None
    endpoint.secret_sealed = vault().seal(secret, context=secret_context(endpoint_id))
    endpoint.changed_at = uow.now
    return Opened(endpoint, secret)


def pause_endpoint(uow: UnitOfWork, *, owner_id: UUID, hears: Hears, endpoint_id: UUID) -> Endpoint:
    """Send nothing until it is resumed; what happens is kept for five days. Refuses EndpointMissing, EndpointClosed."""
    endpoint = lock_open(uow, owner_id, hears, endpoint_id)
    end(uow, endpoint, EndpointState.PAUSED, Why.ASKED)
    return endpoint


def resume_endpoint(uow: UnitOfWork, *, owner_id: UUID, hears: Hears, endpoint_id: UUID) -> Endpoint:
    """Send again, as if it had never failed. Refuses EndpointMissing, EndpointClosed."""
    endpoint = lock_open(uow, owner_id, hears, endpoint_id)
    endpoint.state, endpoint.why, endpoint.changed_at = EndpointState.ACTIVE, None, uow.now
    endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, uow.now
    return endpoint


def close_endpoint(uow: UnitOfWork, *, owner_id: UUID, hears: Hears, endpoint_id: UUID) -> Endpoint:
    """Close it for ever; what waits for it is given up. Asked again, nothing changes. Refuses EndpointMissing."""
    endpoint = queries.lock_endpoint(uow.session, owner_id, hears, endpoint_id)
    if endpoint.state != EndpointState.CLOSED:
        end(uow, endpoint, EndpointState.CLOSED, Why.ASKED)
    return endpoint


def list_endpoints(uow: UnitOfWork, *, owner_id: UUID, hears: Hears, limit: int, cursor: str | None) -> Page[Endpoint]:
    """The endpoints of an owner, newest first."""
    rows = queries.list_endpoints(uow.session, owner_id, hears, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda endpoint: endpoint.id)


def end(uow: UnitOfWork, endpoint: Endpoint, state: EndpointState, why: Why) -> None:
    """Pause or close an endpoint that is locked."""
    endpoint.state, endpoint.why, endpoint.changed_at = state, why, uow.now
    if state is EndpointState.CLOSED:
        uow.session.execute(
            update(Delivery)
            .where(Delivery.endpoint_id == endpoint.id, Delivery.state == DeliveryState.PENDING)
            .values(state=DeliveryState.DEAD, ended_at=uow.now)
            .execution_options(synchronize_session=False)
        )


def lock_open(uow: UnitOfWork, owner_id: UUID, hears: Hears, endpoint_id: UUID) -> Endpoint:
    """Lock an endpoint that is not closed. Refuses EndpointMissing, EndpointClosed."""
    endpoint = queries.lock_endpoint(uow.session, owner_id, hears, endpoint_id)
    if endpoint.state == EndpointState.CLOSED:
        raise errors.EndpointClosed
    return endpoint


def secret_context(endpoint_id: UUID) -> str:
    """Name the place a secret is sealed for."""
    return f"webhooks.endpoints.secret:{endpoint_id}"


def _unclaimed(uow: UnitOfWork) -> object:
    return uow.now - terms.LEASE - timedelta(seconds=1)


def _new_secret(uow: UnitOfWork) -> str:
    return write_secret(uow.new_bytes(terms.SECRET_BYTES))
