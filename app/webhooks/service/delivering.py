"""Sending: endpoints are claimed in one transaction, sent to outside of any, the outcomes recorded in another.

At least once: whoever dies between claim and record leaves what he sent pending, and after a minute it is sent again
under the same webhook-id. A claim is of an endpoint, with up to twenty of its deliveries, and endpoints are served
beside each other: one that is slow holds up its own events only, and one that fails rests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, select, tuple_, update

from app.infra import metrics, outbound
from app.infra.outbound.sending import Post, Result
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import SealBroken, vault
from app.webhooks import queries, terms
from app.webhooks.models import Attempt, Delivery, Endpoint
from app.webhooks.rules.retrying import next_try, read_outcome, rest
from app.webhooks.rules.signing import headers
from app.webhooks.service.endpoints import end, secret_context
from app.webhooks.terms import DeliveryState, EndpointState, Outcome, Why

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """An endpoint that is this sender's for a minute, and what is to be sent there, one after another."""

    endpoint_id: UUID
    number: int
    delivery_ids: tuple[UUID, ...]
    posts: tuple[Post, ...] = field(repr=False)


Claims = Sequence[Claim]
Results = Mapping[UUID, Sequence[Result]]


def claim_due(uow: UnitOfWork) -> list[Claims]:
    """Claim up to sixteen endpoints for which something is due, as one errand; empty when there is none."""
    free = uow.now - terms.LEASE
    found = queries.lock_endpoints_due(uow.session, now=uow.now, claimed_before=free, limit=terms.ENDPOINTS_AT_ONCE)
    claims = [claim for endpoint in found if (claim := _claim(uow, endpoint)) is not None]
    uow.session.flush()
    return [claims] if claims else []


def _claim(uow: UnitOfWork, endpoint: Endpoint) -> Claim | None:
    try:
        secrets = _secrets(uow, endpoint)
    except SealBroken:
        _stop(uow, endpoint, EndpointState.PAUSED, Why.SECRET_LOST)
        return None
    due = queries.list_due(uow.session, endpoint.id, now=uow.now, limit=terms.SERIES_MAX)
    endpoint.claims, endpoint.claimed_at = endpoint.claims + 1, uow.now
    posts = tuple(
        Post(endpoint.url, headers(event_id=each.id, at=uow.now, body=each.body, secrets=secrets), each.body.encode())
        for each in due
    )
    return Claim(endpoint.id, endpoint.claims, tuple(each.id for each in due), posts)


def _secrets(uow: UnitOfWork, endpoint: Endpoint) -> list[str]:
    """Open the secret, and the old one as long as it is good."""
    sealed = [endpoint.secret_sealed]
    if endpoint.old_secret_sealed and endpoint.old_secret_until and endpoint.old_secret_until > uow.now:
        sealed.append(endpoint.old_secret_sealed)
    return [vault().open(each, context=secret_context(endpoint.id)) for each in sealed]


def carry_out(claims: Claims) -> Results:
    """Send, to all endpoints beside each other. Takes seconds: outside of any transaction."""
    sent = outbound.sender().send_each([claim.posts for claim in claims])
    return {claim.endpoint_id: results for claim, results in zip(claims, sent, strict=True)}


def record(uow: UnitOfWork, claims: Claims, results: Results) -> None:
    """Write down how it went, and give the endpoints free. What was claimed and not tried stays as it was."""
    for claim in sorted(claims, key=lambda each: each.endpoint_id):  # one order, so that two never wait in a ring
        endpoint = queries.lock_claimed(uow.session, claim.endpoint_id)
        if endpoint is None or endpoint.claims != claim.number:
            continue  # the minute was over, and somebody else sends by now
        endpoint.claimed_at = uow.now - terms.LEASE - timedelta(seconds=1)
        tried = dict(zip(claim.delivery_ids, results[claim.endpoint_id], strict=False))
        rows = queries.lock_deliveries(uow.session, endpoint.id, list(tried))
        for delivery_id, result in tried.items():
            if delivery_id in rows:
                _note(uow, endpoint, rows[delivery_id], result)
        uow.session.flush()


def _note(uow: UnitOfWork, endpoint: Endpoint, delivery: Delivery, result: Result) -> None:
    outcome = read_outcome(result.status, result.failure)
    metrics.webhook_attempts_total.labels(str(outcome)).inc()
    delivery.attempts, delivery.tries = delivery.attempts + 1, delivery.tries + 1
    uow.session.add(
        Attempt(
            endpoint_id=endpoint.id,
            delivery_id=delivery.id,
            number=delivery.attempts,
            attempted_at=uow.now,
            outcome=outcome,
            status=result.status,
            took_ms=result.took_ms,
        )
    )
    if outcome is Outcome.DELIVERED:
        endpoint.failures, endpoint.failing_since = 0, None
        delivery.state, delivery.ended_at = DeliveryState.DELIVERED, uow.now
        return
    endpoint.failures, endpoint.failing_since = endpoint.failures + 1, endpoint.failing_since or uow.now
    endpoint.rests_until = uow.now + rest(endpoint.failures)
    if delivery.state == DeliveryState.PENDING:
        _put_off(uow, delivery)
    if outcome is Outcome.GONE and endpoint.state != EndpointState.CLOSED:
        uow.session.flush()
        _stop(uow, endpoint, EndpointState.CLOSED, Why.GONE)
    elif uow.now - endpoint.failing_since >= terms.FAILING_MAX and endpoint.state == EndpointState.ACTIVE:
        _stop(uow, endpoint, EndpointState.PAUSED, Why.FAILING)


def _put_off(uow: UnitOfWork, delivery: Delivery) -> None:
    """Try again later, or not at all any more."""
    chance = int.from_bytes(uow.new_bytes(2), "big") / 0xFFFF
    delivery.due_at = next_try(uow.now, delivery.tries, chance)
    if delivery.due_at > delivery.gives_up_at:
        delivery.state, delivery.ended_at = DeliveryState.DEAD, uow.now


def _stop(uow: UnitOfWork, endpoint: Endpoint, state: EndpointState, why: Why) -> None:
    """Pause or close an endpoint without being asked to: its owner reads it there, the operator in the log."""
    end(uow, endpoint, state, why)
    log.warning("webhook_endpoint_stopped", endpoint_id=str(endpoint.id), state=str(state), why=str(why))


def give_up_old(uow: UnitOfWork) -> int:
    """End one batch of what waited for five days, say, for an endpoint that is paused; returns how many."""
    old = (
        select(Delivery.endpoint_id, Delivery.id)
        .where(Delivery.state == DeliveryState.PENDING, Delivery.gives_up_at < uow.now)
        .order_by(Delivery.gives_up_at)
        .limit(terms.PURGE_BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = [tuple(row) for row in uow.session.execute(old)]
    if rows:
        uow.session.execute(
            update(Delivery)
            .where(_is_one_of(rows))
            .values(state=DeliveryState.DEAD, ended_at=uow.now)
            .execution_options(synchronize_session=False)
        )
    return len(rows)


def purge_deliveries(uow: UnitOfWork) -> int:
    """Forget one batch of deliveries that ended thirty days ago, with their attempts; returns how many."""
    old = (
        select(Delivery.endpoint_id, Delivery.id)
        .where(Delivery.ended_at < uow.now - terms.KEPT)
        .order_by(Delivery.ended_at)
        .limit(terms.PURGE_BATCH)
    )
    rows = [tuple(row) for row in uow.session.execute(old)]
    if rows:
        uow.session.execute(delete(Delivery).where(_is_one_of(rows)).execution_options(synchronize_session=False))
    return len(rows)


def _is_one_of(rows: Sequence[tuple[UUID, ...]]) -> ColumnElement[bool]:
    return tuple_(Delivery.endpoint_id, Delivery.id).in_(rows)
