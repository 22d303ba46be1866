"""URLs of the webhooks of a shop, for those who look after its book's money."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants.schemas.webhooks import (
    AttemptPage,
    DeliveryBodyOut,
    DeliveryOut,
    DeliveryPage,
    DeliveryQuery,
    ReplayIn,
    ReplayOut,
    WebhookIn,
    WebhookOut,
    WebhookPage,
    WebhookSecretOut,
)
from app.merchants.service.webhooks import owner_of
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery
from app.webhooks import service
from app.webhooks.terms import DeliveryState

blueprint = Blueprint("webhooks", __name__, description="商户事件推送 / events to shops")
WEBHOOKS = "/v1/books/<book>/shops/<uuid:shop_id>/webhooks"
ONE = f"{WEBHOOKS}/<uuid:webhook_id>"
DELIVERY = f"{ONE}/deliveries/<uuid:delivery_id>"
TREASURER = frozenset({Role.TREASURER})
READERS = frozenset({Role.TREASURER, Role.AUDITOR})


@blueprint.route(WEBHOOKS, methods=["POST"])
@endpoint(
    roles=TREASURER, body=WebhookIn, reply=WebhookSecretOut, status=HTTPStatus.CREATED
)  # no key: the answer must not be stored
def open_webhook(uow: UnitOfWork, *, book: str, shop_id: UUID, url: str, types: Sequence[str]) -> object:
    """新开推送地址,密钥只显示这一次 / open an endpoint; its secret is shown this once."""
    return service.open_endpoint(uow, **owner_of(uow, book=book, shop_id=shop_id), url=url, types=types)


@blueprint.route(WEBHOOKS)
@endpoint(roles=READERS, query=PageQuery, reply=WebhookPage)
def list_webhooks(uow: UnitOfWork, *, book: str, shop_id: UUID, limit: int, cursor: str | None) -> object:
    """一家店的推送地址,新的在前 / the endpoints of a shop, newest first."""
    return service.list_endpoints(uow, **owner_of(uow, book=book, shop_id=shop_id), limit=limit, cursor=cursor)


@blueprint.route(f"{ONE}/secret", methods=["POST"])
@endpoint(roles=TREASURER, reply=WebhookSecretOut)  # no key: the answer must not be stored
def change_webhook_secret(uow: UnitOfWork, *, book: str, shop_id: UUID, webhook_id: UUID) -> object:
    """换密钥,旧的再用一天 / a new secret; for a day the old one signs as well."""
    return service.change_secret(uow, **owner_of(uow, book=book, shop_id=shop_id), endpoint_id=webhook_id)


@blueprint.route(f"{ONE}/pause", methods=["POST"])
@endpoint(roles=TREASURER, reply=WebhookOut, idempotent=True)
def pause_webhook(uow: UnitOfWork, *, book: str, shop_id: UUID, webhook_id: UUID) -> object:
    """暂停推送,事件保留五天 / send nothing for now; events are kept for five days."""
    return service.pause_endpoint(uow, **owner_of(uow, book=book, shop_id=shop_id), endpoint_id=webhook_id)


@blueprint.route(f"{ONE}/resume", methods=["POST"])
@endpoint(roles=TREASURER, reply=WebhookOut, idempotent=True)
def resume_webhook(uow: UnitOfWork, *, book: str, shop_id: UUID, webhook_id: UUID) -> object:
    """恢复推送 / send again."""
    return service.resume_endpoint(uow, **owner_of(uow, book=book, shop_id=shop_id), endpoint_id=webhook_id)


@blueprint.route(f"{ONE}/close", methods=["POST"])
@endpoint(roles=TREASURER, reply=WebhookOut, idempotent=True)
def close_webhook(uow: UnitOfWork, *, book: str, shop_id: UUID, webhook_id: UUID) -> object:
    """关闭推送地址 / close an endpoint for ever."""
    return service.close_endpoint(uow, **owner_of(uow, book=book, shop_id=shop_id), endpoint_id=webhook_id)


@blueprint.route(f"{ONE}/test", methods=["POST"])
@endpoint(roles=TREASURER, reply=DeliveryOut, status=HTTPStatus.CREATED, idempotent=True)
def send_webhook_test(uow: UnitOfWork, *, book: str, shop_id: UUID, webhook_id: UUID) -> object:
    """试发 test.ping / send test.ping."""
    return service.send_test(uow, **owner_of(uow, book=book, shop_id=shop_id), endpoint_id=webhook_id)


@blueprint.route(f"{ONE}/replays", methods=["POST"])
@endpoint(roles=TREASURER, body=ReplayIn, reply=ReplayOut, idempotent=True)
def replay_webhook_period(
    uow: UnitOfWork,
    *,
    book: str,
    shop_id: UUID,
    webhook_id: UUID,
    since: datetime,
    until: datetime,
    state: DeliveryState,
) -> object:
    """重发一段时间的事件 / tell the events of a period again."""
    owner = owner_of(uow, book=book, shop_id=shop_id)
    replayed = service.replay_period(uow, **owner, endpoint_id=webhook_id, since=since, until=until, state=state)
    return {"replayed": replayed}


@blueprint.route(f"{ONE}/deliveries")
@endpoint(roles=READERS, query=DeliveryQuery, reply=DeliveryPage)
def list_webhook_deliveries(
    uow: UnitOfWork,
    *,
    book: str,
    shop_id: UUID,
    webhook_id: UUID,
    state: DeliveryState | None,
    limit: int,
    cursor: str | None,
) -> object:
    """推送记录,新的在前;state=dead 为死信 / deliveries, newest first; state=dead are the dead letters."""
    owner = owner_of(uow, book=book, shop_id=shop_id)
    return service.list_deliveries(uow, **owner, endpoint_id=webhook_id, state=state, limit=limit, cursor=cursor)


@blueprint.route(DELIVERY)
@endpoint(roles=READERS, reply=DeliveryBodyOut)
def show_webhook_delivery(uow: UnitOfWork, *, book: str, shop_id: UUID, webhook_id: UUID, delivery_id: UUID) -> object:
    """一条推送及其内容 / one delivery and its body."""
    owner = owner_of(uow, book=book, shop_id=shop_id)
    return service.show_delivery(uow, **owner, endpoint_id=webhook_id, delivery_id=delivery_id)


@blueprint.route(f"{DELIVERY}/attempts")
@endpoint(roles=READERS, query=PageQuery, reply=AttemptPage)
def list_webhook_attempts(
    uow: UnitOfWork,
    *,
    book: str,
    shop_id: UUID,
    webhook_id: UUID,
    delivery_id: UUID,
    limit: int,
    cursor: str | None,
) -> object:
    """一条推送的各次尝试,新的在前 / the attempts of a delivery, newest first."""
    owner = owner_of(uow, book=book, shop_id=shop_id)
    owner |= {"endpoint_id": webhook_id, "delivery_id": delivery_id}
    return service.list_attempts(uow, **owner, limit=limit, cursor=cursor)


@blueprint.route(f"{DELIVERY}/replay", methods=["POST"])
@endpoint(roles=TREASURER, reply=DeliveryOut, idempotent=True)
def replay_webhook_delivery(
    uow: UnitOfWork, *, book: str, shop_id: UUID, webhook_id: UUID, delivery_id: UUID
) -> object:
    """重发一条 / tell one event again."""
    owner = owner_of(uow, book=book, shop_id=shop_id)
    return service.replay_delivery(uow, **owner, endpoint_id=webhook_id, delivery_id=delivery_id)
