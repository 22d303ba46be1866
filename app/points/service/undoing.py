"""Taking an award back: asked for by whoever awarded, approved by another person."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points import errors, queries
from app.points.models import AwardRecord, Book, Proposal
from app.points.queries.undoing import taken_back
from app.points.rules.accounts import AccountRef, account_id
from app.points.rules.awarding import compute
from app.points.rules.facts import Fact, fact_key
from app.points.service.corrections import claw_back_award, lock_holders, reverse_transaction
from app.points.service.posting import Outcome
from app.points.service.proposing import open_proposal
from app.points.service.rulebook import definition_of
from app.points.terms import AccountKind, Code, ProposalKind


def propose_undo(uow: UnitOfWork, *, book: str, award_id: UUID, reason: str) -> Proposal:
    """Ask for an award to be taken back. Nothing moves before another person approves.

    Coordinators ask for what they awarded themselves. Refuses BookMissing, AwardMissing (also another coordinator's),
    AwardPaidNothing, AlreadyReversed.
    """
    found = queries.get_book(uow.session, book)
    record = queries.get_award(uow.session, found.id, award_id)
    if Role.TREASURER not in uow.actor.roles and record.awarded_by != uow.actor.id:
        raise errors.AwardMissing
    transaction_id = _paid(record)
    taken = taken_back(uow.session, found.id, [transaction_id]).get(transaction_id, 0)
    if queries.find_reversal(uow.session, found.id, transaction_id) is not None or taken == record.points:
        raise errors.AlreadyReversed
    payload = {
        "award_id": str(record.id),
        "rule": record.rule_code,
        "title": record.title,
        "performed_on": record.performed_on.isoformat(),
        "beneficiary_id": str(record.beneficiary_id),
        "points": record.points - taken,
    }
    return open_proposal(uow, found.id, kind=ProposalKind.UNDO, payload=payload, reason=reason)


def carry_out(uow: UnitOfWork, book: Book, proposal: Proposal, cause: str) -> UUID:  # noqa: ARG001 - the shape of an act
    """Take the award back. Refuses AlreadyReversed. The cause is the fact's own, so that it is undone once."""
    award_id = UUID(proposal.payload["award_id"])
    if queries.find_reversal(uow.session, book.id, _paid(queries.get_award(uow.session, book.id, award_id))):
        raise errors.AlreadyReversed
    return undo_award(uow, book, award_id=award_id, reason=proposal.reason or "undo").subject_id


def undo_award(uow: UnitOfWork, book: Book, *, award_id: UUID, reason: str, cause: str | None = None) -> Outcome:
    """Take an award back, once: whole while its points are there, else what is left of them, and the rest is owed.

    What was taken back in part before is not taken again.

    Its fact stays used, its caps are free again. What an allotment had paid returns to it; one that is closed hands it
    on to its budget with the next night's job. `reason`: 1 to 200 characters. `cause` None: the fact's key with
    `:rev`. Refuses AwardMissing, AwardPaidNothing, AlreadyReversed, and CauseReused for another reason.
    """
    record = queries.get_award(uow.session, book.id, award_id)
    transaction_id = _paid(record)
    key = fact_key(record.rule_code, record.subject, record.passbook_id, record.cycle)
    cause = cause or f"{key}:rev"
    lock_holders(uow, book, transaction_id)
    queries.lock_for_correction(uow.session, book.id, transaction_id)  # so that what is decided here stays true
    before = queries.find_reversal(uow.session, book.id, transaction_id)
    whole = before.code == Code.REVERSAL if before else _is_whole(uow, book, record, transaction_id)
    undo = reverse_transaction if whole else claw_back_award
    return undo(uow, book, cause=cause, transaction_id=transaction_id, reason=reason)


def undo_part(uow: UnitOfWork, book: Book, *, award_id: UUID, points: int, reason: str, cause: str) -> Outcome:
    """Take so many points of an award back, out of their own lot; those that were spent are owed.

    As often as wanted, never more than were given; each cause once. Its caps stay used. Refuses AwardMissing,
    AwardPaidNothing, AlreadyReversed, TakenBackOver, and CauseReused for another part.
    """
    transaction_id = _paid(queries.get_award(uow.session, book.id, award_id))
    return claw_back_award(uow, book, cause=cause, transaction_id=transaction_id, reason=reason, points=points)


def worth_of(uow: UnitOfWork, book: Book, *, award_id: UUID, events: int) -> int:
    """What an award would be for so many events, by the version of its rule that paid it; never more than it was.

    Caps are left aside: what they cut off once is not given afterwards. Refuses AwardMissing.
    """
    record = queries.get_award(uow.session, book.id, award_id)
    version = queries.get_rule_version(uow.session, book.id, record.rule_code, record.rule_version)
    fact = Fact(
        rule=record.rule_code,
        subject=record.subject,
        beneficiary_id=record.beneficiary_id,
        performed_on=record.performed_on,
        title=record.title,
        minutes=record.minutes,
        events=events,
        grade=record.grade,
        chosen_points=record.chosen_points,
    )
    return min(record.points, compute(definition_of(version).terms(version.code, version.version), fact, record.streak))


def _paid(record: AwardRecord) -> UUID:
    if record.transaction_id is None:
        raise errors.AwardPaidNothing
    return record.transaction_id


def _is_whole(uow: UnitOfWork, book: Book, record: AwardRecord, transaction_id: UUID) -> bool:
    """Whether all the points are still in their lot, none taken back, and no hold sets any of them aside."""
    if queries.has_refunds(uow.session, book.id, transaction_id):
        return False
    (move,) = queries.list_lot_moves_of(uow.session, book.id, transaction_id)
    account = account_id(book.id, AccountRef(AccountKind.RESIDENT, record.passbook_id))
    return queries.remains_of(uow.session, book.id, [account], move, now=uow.now).free[account] >= move.points
