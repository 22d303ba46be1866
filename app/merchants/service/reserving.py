"""A resident sets a gift aside, with its points held; proves himself first where that is asked; gives it back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor
from app.kernel.errors import Declined
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, terms
from app.merchants.models import Gift, Reservation
from app.merchants.queries import gifts as gift_queries
from app.merchants.queries.standing import find_known
from app.merchants.queries.tills import get_till_of
from app.merchants.rules import redemptions as rules
from app.merchants.rules.evidence import Known
from app.merchants.rules.tills import check_trading
from app.merchants.service import claims, judging, telling
from app.merchants.service.consenting import prove
from app.merchants.service.taking import Consent
from app.merchants.terms import RedeemMode, ReservationState, Verdict
from app.points import queries as points_queries
from app.points import service as points_service
from app.points.queries.books import highest_point_value

OPEN = frozenset({ReservationState.PENDING_CONFIRM, ReservationState.RESERVED})

_TAKE = text("""
    UPDATE merchants_gifts SET stock = stock - 1
     WHERE book_id = :book_id AND id = :gift_id AND stock > 0 AND ended_at IS NULL
""")
# Somebody may have filled the stock up meanwhile; what is over the most that can be is not counted.
_GIVE_BACK = text("""
    WITH given AS (SELECT book_id, id, pieces
                     FROM unnest(CAST(:books AS integer[]), CAST(:gifts AS uuid[]), CAST(:pieces AS integer[]))
                          AS u (book_id, id, pieces)),
         locked AS (SELECT g.book_id, g.id, n.pieces
                      FROM given n JOIN merchants_gifts g ON g.book_id = n.book_id AND g.id = n.id
                     ORDER BY g.book_id, g.id FOR NO KEY UPDATE OF g)
    UPDATE merchants_gifts g SET stock = least(g.stock + k.pieces, :stock_max)
      FROM locked k WHERE g.book_id = k.book_id AND g.id = k.id
""")


@dataclass(frozen=True, slots=True)
class Reserved:
    """A reservation with what it is of."""

    reservation: Reservation
    title: str

    @property
    def challenge(self) -> str | None:
        """What the sensor of the phone is asked to sign, as long as that is awaited."""
        waits = self.reservation.state == ReservationState.PENDING_CONFIRM
        return rules.challenge_of(self.reservation.id) if waits else None


def reserve_gift(uow: UnitOfWork, *, book: str, gift_id: UUID) -> Reserved:
    """Set one piece aside for the caller and hold its points for three days; asking for it is his consent.

    What anti-fraud blocks, and what is worth more than a tap confirms, waits two minutes for fingerprint or face, and
    holds nothing before. Refuses GiftMissing, GiftEnded, GiftGone, BranchClosed, ReservationsTooMany, GiftPersonOver;
    and, with the decision kept, OwnShop, GiftRefused, PointsInsufficient, AccountFrozen.
    """
    ledger = points_queries.get_book(uow.session, book)
    gift = gift_queries.get_gift(uow.session, ledger.id, gift_id)
    claims.lock_day(uow, ledger.id, uow.actor.id)  # one at a time, so that they are counted
    known = _check_reservable(uow, book, gift)
    _check_counts(uow, gift)

    reservation = _make(uow, gift)
    value_fen = gift.points * highest_point_value(uow.session, ledger.id)
    judged = judging.judge_gift(uow, reservation, known, value_fen=value_fen)
    reservation.outcome, reservation.decision_id = judged.verdict, judged.decision_id
    if judged.verdict is Verdict.DECLINE:
        raise errors.GiftRefused
    if judged.verdict is not Verdict.BLOCK_AND_REVIEW and not rules.needs_soter(RedeemMode.CODE, value_fen):
        _set_aside(uow, gift, reservation)
    else:
        _check_covered(uow, reservation)
    uow.session.add(reservation)
    uow.session.flush()
    return Reserved(reservation, gift.title)


def read_gift_consent(
    *, actor: Actor, book: str, reservation_id: UUID, result: str | None, signature: str | None
) -> Consent:
    """Check the fingerprint or face for a reservation that waits for it. Refuses ReservationMissing, and as `prove`."""

    def waits(uow: UnitOfWork) -> bool:
        book_id = points_queries.get_book(uow.session, book).id
        found = gift_queries.get_reservation(uow.session, book_id, uow.actor.id, reservation_id)
        return found.state == ReservationState.PENDING_CONFIRM

    return prove(actor, reservation_id, result, signature, waits=waits)


def confirm_reservation(uow: UnitOfWork, *, book: str, reservation_id: UUID, consent: Consent) -> Reserved:
    """Set aside what waited for fingerprint or face. Again it is answered as it stands.

    Refuses ReservationMissing, ReservationClosed, ConfirmLapsed, StepUpFailed, StepUpNeeded, and what `reserve_gift`
    does.
    """
    book_id = points_queries.get_book(uow.session, book).id
    found = gift_queries.get_reservation(uow.session, book_id, uow.actor.id, reservation_id, lock=True)
    gift = gift_queries.get_gift(uow.session, book_id, found.gift_id)
    if found.state == ReservationState.RESERVED:
        return Reserved(found, gift.title)
    if found.state != ReservationState.PENDING_CONFIRM:
        raise errors.ReservationClosed(state=found.state)
    if found.expires_at <= uow.now:
        raise errors.ConfirmLapsed
    if not consent.proven:
        raise errors.StepUpNeeded
    _check_reservable(uow, book, gift)

    found.proven_at = uow.now
    _set_aside(uow, gift, found)
    uow.session.flush()
    return Reserved(found, gift.title)


def cancel_reservation(uow: UnitOfWork, *, book: str, reservation_id: UUID) -> Reserved:
    """Give a gift back that one set aside. Refuses ReservationMissing, ReservationClosed (collected or expired)."""
    book_id = points_queries.get_book(uow.session, book).id
    found = gift_queries.get_reservation(uow.session, book_id, uow.actor.id, reservation_id, lock=True)
    if found.state not in OPEN | {ReservationState.CANCELLED}:
        raise errors.ReservationClosed(state=found.state)
    if found.state in OPEN:
        if found.hold_id is not None:
            points_service.release_hold(uow, found.book_id, hold_id=found.hold_id)
        _give_back(uow, [found], ReservationState.CANCELLED)
    return with_titles(uow, book_id, [found])[0]


def show_reservation(uow: UnitOfWork, *, book: str, reservation_id: UUID) -> Reserved:
    """A reservation of the caller's. Refuses ReservationMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    found = gift_queries.get_reservation(uow.session, book_id, uow.actor.id, reservation_id)
    return with_titles(uow, book_id, [found])[0]


def list_reservations(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Reserved]:
    """What the caller set aside, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = gift_queries.list_reservations(uow.session, book_id, uow.actor.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(with_titles(uow, book_id, rows), limit, lambda each: each.reservation.id)


def expire_reservations(uow: UnitOfWork) -> int:
    """Give back one batch of gifts nobody collected or confirmed in time; answers how many. Called until it returns 0.

    The ledger gives back the points by itself: a hold that is over sets nothing aside.
    """
    due = gift_queries.lock_due(uow.session, now=uow.now, limit=terms.RESERVATIONS_BATCH)
    _give_back(uow, due, ReservationState.EXPIRED)
    return len(due)


def with_titles(uow: UnitOfWork, book_id: int, rows: Sequence[Reservation]) -> list[Reserved]:
    """Reservations with what they are of."""
    titles = gift_queries.titles_of(uow.session, book_id, [each.gift_id for each in rows])
    return [Reserved(each, titles[each.gift_id]) for each in rows]


def _check_reservable(uow: UnitOfWork, book: str, gift: Gift) -> Known:
    """See whether this resident, and whoever acts for him, may have it; answers what anti-fraud is told of him."""
    if gift.ended_at is not None:
        raise errors.GiftEnded(title=gift.title)
    if gift.stock < 1:
        raise errors.GiftGone(title=gift.title)
    till = get_till_of(uow.session, gift.shop_id)
    check_trading(till)
    actor = uow.actor
    own, known = find_known(
        uow.session,
        till,
        book=book,
        resident_id=actor.id,
        person_id=actor.person_id,
        device_id=actor.device_id,
        acted_by=actor.acted_by,
        now=uow.now,
    )
    if own:
        raise errors.OwnShop
    return known


def _check_counts(uow: UnitOfWork, gift: Gift) -> None:
    """Hold a resident to what he may have set aside at one time, and of one gift in thirty days."""
    if gift_queries.count_open_reservations(uow.session, gift.book_id, uow.actor.id) >= terms.RESERVATIONS_OPEN_MAX:
        raise errors.ReservationsTooMany(open_max=terms.RESERVATIONS_OPEN_MAX)
    if gift_queries.count_had(uow.session, gift, uow.actor.id, now=uow.now) >= gift.per_person_max:
        raise errors.GiftPersonOver(title=gift.title, days=terms.GIFTS_COUNTED.days, pieces_max=gift.per_person_max)


def _make(uow: UnitOfWork, gift: Gift) -> Reservation:
    return Reservation(
        book_id=gift.book_id,
        id=uow.new_id(),
        gift_id=gift.id,
        shop_id=gift.shop_id,
        resident_id=uow.actor.id,
        person_id=uow.actor.person_id,
        acted_by=uow.actor.acted_by,
        points=gift.points,
        state=ReservationState.PENDING_CONFIRM,
        reserved_at=uow.now,
        expires_at=uow.now + terms.QUOTE_LIFE,
    )


def _check_covered(uow: UnitOfWork, reservation: Reservation) -> None:
    """See that the points are there: nobody is asked to prove himself for what he does not have."""
    book_id, resident_id = reservation.book_id, reservation.resident_id
    try:
        points_service.check_holdable(uow, book_id, resident_id=resident_id, points=reservation.points)
    except Declined:
        judging.forget_gift(uow, reservation)
        raise


def _set_aside(uow: UnitOfWork, gift: Gift, reservation: Reservation) -> None:
    """Hold the points, then take the piece: the hold's decline stays written, beside what anti-fraud said."""
    expires_at = uow.now + terms.RESERVATION_LIFE
    try:
        hold = points_service.hold_points(
            uow,
            gift.book_id,
            cause=f"gift:{reservation.id}",
            resident_id=reservation.resident_id,
            points=reservation.points,
            expires_at=expires_at,
            evidence=f"gift:{gift.id}",
        )
    except Declined:
        judging.forget_gift(uow, reservation)
        raise
    taken = uow.session.execute(_TAKE, {"book_id": gift.book_id, "gift_id": gift.id})
    if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
        raise errors.GiftGone(title=gift.title)
    reservation.state, reservation.hold_id = ReservationState.RESERVED, hold.hold_id
    reservation.expires_at = expires_at
    telling.tell_gifts(uow, "gift.reserved", [reservation])


def _give_back(uow: UnitOfWork, given: Sequence[Reservation], state: ReservationState) -> None:
    """End reservations and put their pieces back, all in one statement."""
    pieces = Counter((each.book_id, str(each.gift_id)) for each in given if each.hold_id is not None)
    if pieces:
        books, gifts = [book_id for book_id, _ in pieces], [gift_id for _, gift_id in pieces]
        counted = {"books": books, "gifts": gifts, "pieces": list(pieces.values())}
        uow.session.execute(_GIVE_BACK, counted | {"stock_max": terms.GIFT_STOCK_MAX})
    judging.settle_gifts(uow, given)
    for each in given:
        each.state, each.closed_by, each.closed_at = state, uow.actor.id, uow.now
    telling.tell_gifts(uow, f"gift.{state}", given)
