"""What a resident sends along who confirms: a fingerprint or face, checked with WeChat before any transaction."""

from collections.abc import Callable
from uuid import UUID

from app.identity.service import find_openid
from app.infra import wechat
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import Actor
from app.merchants import errors, queries
from app.merchants.rules.redemptions import challenge_of
from app.merchants.service.taking import Consent
from app.merchants.terms import RedemptionState
from app.points import queries as points_queries


def read_consent(*, actor: Actor, book: str, redemption_id: UUID, result: str | None, signature: str | None) -> Consent:
    """Check what wx.startSoterAuthentication gave for the challenge of this redemption. Without it: a plain consent.

    WeChat is asked only about what waits for it. Refuses RedemptionMissing, StepUpFailed for what is not good, or is
    another redemption's; and what WeChat's client refuses.
    """

    def waits(uow: UnitOfWork) -> bool:
        book_id = points_queries.get_book(uow.session, book).id
        redemption = queries.get_own_redemption(uow.session, book_id, uow.actor.id, redemption_id)
        return redemption.state == RedemptionState.PENDING_CONFIRM

    return prove(actor, redemption_id, result, signature, waits=waits)


def prove(
    actor: Actor, challenged_id: UUID, result: str | None, signature: str | None, *, waits: Callable[[UnitOfWork], bool]
) -> Consent:
    """Have WeChat check a fingerprint or face for a challenge, if what it is for is there and `waits` for one.

    What no longer waits is given as not proven; the act answers for itself. Refuses StepUpFailed, and what `waits`
    refuses.
    """
    if result is None or signature is None:
        return Consent()

    def find(uow: UnitOfWork) -> tuple[bool, str | None]:
        return waits(uow), None if actor.person_id is None else find_openid(uow.session, actor.person_id)

    is_waiting, openid = run_in_transaction(find, actor=actor)
    if not is_waiting:
        return Consent()
    challenge = challenge_of(challenged_id)
    if openid is None or not wechat.client().verify_soter(
        openid=openid, result=result, signature=signature, challenge=challenge
    ):
        raise errors.StepUpFailed
    return Consent(proven=True)
