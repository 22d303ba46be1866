"""Sign-ins are decided on: identity asks by a function that the factory gives it, as it stands below."""

from collections.abc import Collection, Mapping
from uuid import UUID

from app.identity.service import Friction, Judgement, SignIn
from app.infra.unit_of_work import UnitOfWork
from app.risk import queries
from app.risk.rules.events import Event
from app.risk.service.deciding import decide
from app.risk.terms import NO_BOOK, EventKind, Outcome, Pivot

FRICTION: Mapping[Outcome, Friction] = {
    Outcome.APPROVE: Friction.NONE,
    Outcome.REVIEW: Friction.NONE,
    Outcome.BLOCK_AND_REVIEW: Friction.PAUSE,
    Outcome.DECLINE: Friction.REFUSE,
}
HEARD_MAX = 1000
"""Of so many appeals in a case it is known that they were right."""


def judge_sign_in(uow: UnitOfWork, sign_in: SignIn) -> Judgement:
    """Decide on a sign-in, those from one device one after another.

    When the rules cannot be asked it is a review: everybody reads what is his, and whether points go out is decided
    with the redemption, which then waits for a stronger proof.
    """
    if sign_in.installation is not None:
        queries.lock_device(uow.session, sign_in.installation)
    decision = decide(
        uow,
        Event(
            kind=EventKind.LOGIN,
            book_id=None,
            subject_id=sign_in.session_id,
            person_id=sign_in.person_id,
            device_id=sign_in.installation,
            mode=str(sign_in.channel),
            facts=sign_in.facts,
        ),
    )
    friction = FRICTION[decision.outcome]
    if friction is Friction.NONE:
        return Judgement(friction, decision.id, None, note_paused=note_paused)
    case_id = queries.get_decision(uow.session, NO_BOOK, decision.id).case_id
    about_device = case_id is not None and queries.get_case(uow.session, NO_BOOK, case_id).about == Pivot.DEVICE
    heard = queries.list_heard(uow.session, NO_BOOK, case_id, limit=HEARD_MAX) if case_id and about_device else ()
    return Judgement(friction, decision.id, case_id, about_device, heard, note_paused)


def note_paused(uow: UnitOfWork, case_id: UUID, person_ids: Collection[UUID]) -> None:
    """Write for accounts that were paused without a sign-in of their own that it was decided so: they may appeal.

    Each is a decision of the case, by what was found of whoever brought it about, whom its owner is not told.
    """
    queries.copy_decision(uow.session, case_id, {uow.new_id(): person_id for person_id in person_ids}, now=uow.now)
