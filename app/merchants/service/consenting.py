"""What a resident sends along who confirms: a fingerprint or face, checked with WeChat before any transaction."""

from uuid import UUID

from app.identity.service import find_openid
from app.infra import wechat
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM, Actor
from app.merchants.rules.redemptions import challenge_of
from app.merchants.service.taking import Consent


def read_consent(*, actor: Actor, redemption_id: UUID, result: str | None, signature: str | None) -> Consent:
    """Check what wx.startSoterAuthentication gave for the challenge of this redemption. Without it: a plain consent.

    What is not good, or is another redemption's, has `failed`; refuses what WeChat's client refuses.
    """
    if result is None or signature is None:
        return Consent()
    openid = _openid_of(actor.person_id)
    if openid is None:
        return Consent(failed=True)
    good = wechat.client().verify_soter(
        openid=openid, result=result, signature=signature, challenge=challenge_of(redemption_id)
    )
    return Consent(proven=good, failed=not good)


def _openid_of(person_id: UUID | None) -> str | None:
    if person_id is None:
        return None

    def find(uow: UnitOfWork) -> str | None:
        return find_openid(uow.session, person_id)

    return run_in_transaction(find, actor=SYSTEM)
