"""Taking callbacks in: checked, written down once, answered. The work is done later, by a sweep."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.infra import metrics, wechatpay
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.infra.wechatpay.callbacks import Stamp
from app.mall import terms
from app.mall.models import Callback, Earn, MallRefund
from app.mall.rules import messages
from app.mall.rules.messages import PaymentTold, RefundTold
from app.mall.service import consents
from app.mall.terms import EarnState, Event, RefundState, ReportState


def receive_callback(uow: UnitOfWork, *, stamp: Stamp, content: bytes) -> None:
    """Take a callback of WeChat Pay in, once however often it comes.

    Refuses CallbackRefused, MessageWrong, MallNotSetUp.
    """
    told = wechatpay.callbacks().open(stamp, content, now=uow.now)
    row = insert(Callback).values(id=told.id, event=told.event[:64], received_at=uow.now)
    first = uow.session.scalar(row.on_conflict_do_nothing(index_elements=["id"]).returning(Callback.id))
    metrics.mall_callbacks_total.labels("accepted" if first else "repeated").inc()
    if first is None:
        return
    if told.event == Event.CONSENT:
        consent = messages.read_consent(told.resource)
        consents.give(uow, consent.appid, _index(consent.appid, consent.openid), at=told.at)
    elif told.event == Event.WITHDRAWAL:
        consent = messages.read_consent(told.resource)
        consents.withdraw(uow, consent.appid, _index(consent.appid, consent.openid), at=told.at)
    elif told.event == Event.PAYMENT:
        _take_payment(uow, messages.read_payment(told.resource))
    elif told.event == Event.REFUND:
        _take_refund(uow, messages.read_refund(told.resource))


def openid_context(transaction_id: str) -> str:
    """Name the place an openid is sealed for."""
    return f"mall.earns.openid:{transaction_id}"


def _index(appid: str, openid: str) -> bytes:
    return vault().index(openid, kind=f"openid:{appid}")  # as identity has it: so a person is found by it


def _take_payment(uow: UnitOfWork, told: PaymentTold) -> None:
    row = insert(Earn).values(
        id=uow.new_id(),
        transaction_id=told.transaction_id,
        shop_number=told.shop_number,
        appid=told.appid,
        openid_index=_index(told.appid, told.openid),
        openid_sealed=vault().seal(told.openid, context=openid_context(told.transaction_id)),
        amount_fen=told.amount_fen,
        refunded_fen=0,
        paid_at=told.paid_at,
        received_at=uow.now,
        state=EarnState.PARKED,
        look_at=uow.now,
        parked_until=uow.now + terms.PARKED_MAX,
        points=0,
        corrections=0,
        report=ReportState.NONE,
        report_earns=False,
        report_points=0,
        report_attempts=0,
        consent_asks=0,
    )
    uow.session.execute(row.on_conflict_do_nothing(index_elements=["transaction_id"]))


def _take_refund(uow: UnitOfWork, told: RefundTold) -> None:
    row = insert(MallRefund).values(
        refund_id=told.refund_id,
        transaction_id=told.transaction_id,
        refund_fen=told.refund_fen,
        refunded_at=told.refunded_at,
        received_at=uow.now,
        state=RefundState.OPEN,
        look_at=uow.now,
    )
    uow.session.execute(row.on_conflict_do_nothing(index_elements=["refund_id"]))


def purge_callbacks(uow: UnitOfWork) -> int:
    """Forget one batch of callbacks received sixty days ago; returns how many. Payments and refunds stay."""
    old = (
        select(Callback.id)
        .where(Callback.received_at < uow.now - terms.CALLBACKS_KEPT)
        .order_by(Callback.received_at)
        .limit(terms.PURGE_BATCH)
    )
    gone = uow.session.scalars(
        delete(Callback)
        .where(Callback.id.in_(old.scalar_subquery()))
        .returning(Callback.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
