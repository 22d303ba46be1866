"""A book to test with, and the acts of the ledger in short words."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid5

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.kernel.periods import local_date
from app.points import queries
from app.points import service as points
from app.points.models import Book, Proposal
from app.points.rules.accounts import AccountRef, account_id, allotment_account
from app.points.rules.postings import Leg, LotChange, Posting
from app.points.service import Award, ExpiryStep, HoldPlaced, OpeningBalance, Outcome, proposals, transferring
from app.points.terms import AccountKind, Code, HolderKind, HoldResolution, OwnerKind, TransferKind

NAMES = UUID("6f0c2a86-9a0e-4c0a-8a53-5d6d1f0a4f11")
NUMBERS = count(1)


def named(name: str) -> UUID:
    """The id of whoever or whatever the tests call so."""
    return uuid5(NAMES, name)


ANNA, BORIS, SHOP, OTHER_SHOP, SPONSOR = map(named, ("anna", "boris", "shop", "other shop", "sponsor"))


CLERK, DEPUTY = (Actor(id=named(name), roles=frozenset({Role.TREASURER})) for name in ("clerk", "deputy"))


@dataclass(frozen=True)
class Ledger:
    """A book, its sponsor, and one budget."""

    book: Book
    budget_id: UUID
    sponsor_id: UUID = SPONSOR

    @property
    def id(self) -> int:
        return self.book.id

    def passbook(self, resident_id: UUID) -> UUID:
        """The account of a resident."""
        return account_id(self.book.id, AccountRef(AccountKind.RESIDENT, resident_id))


def open_ledger(
    uow: UnitOfWork,
    *,
    minted: int = 100_000,
    value_fen: int = 10,
    expired_cost_goes_to: str = "sponsor",
    validity_months: int = 24,
    fixed_day: tuple[int, int] | None = None,
) -> Ledger:
    """Open a book whose sponsor has paid for `minted` points and has not a fen left."""
    book = points.create_book(
        uow,
        code=f"book-{next(NUMBERS)}",
        name="Test",
        currency_name="points",
        validity_months=validity_months,
        fixed_day=fixed_day,
        expired_cost_goes_to=expired_cost_goes_to,
    )
    budget = points.create_budget(uow, book.id, sponsor_id=SPONSOR, name="Budget", point_value_fen=value_fen)
    acts = Acts(uow, Ledger(book, budget.id))
    if minted:
        if value_fen:
            acts.fund(minted * value_fen)
        acts.mint(minted)
    return acts.ledger


def some_cause() -> str:
    """A cause nobody used before."""
    return f"cause-{next(NUMBERS)}"


@dataclass
class Acts:
    """The acts of the ledger on one book, at one time."""

    uow: UnitOfWork
    ledger: Ledger
    actor_shop: UUID = field(default=SHOP)

    @property
    def book(self) -> Book:
        return self.ledger.book

    def later(self, **span: float) -> "Acts":
        """The same, later."""
        return Acts(replace(self.uow, now=self.uow.now + timedelta(**span)), self.ledger)

    def on(self, day: date) -> "Acts":
        """The same, at noon of another day in the district."""
        now = datetime(day.year, day.month, day.day, 4, tzinfo=self.uow.now.tzinfo)
        return Acts(replace(self.uow, now=now), self.ledger)

    def fund(self, amount_fen: int, *, cause: str = "") -> Outcome:
        return points.fund_sponsor(
            self.uow,
            self.ledger.id,
            cause=cause or some_cause(),
            sponsor_id=self.ledger.sponsor_id,
            amount_fen=amount_fen,
            bank_reference="paid in",
        )

    def mint(self, amount: int, *, cause: str = "") -> Outcome:
        return points.mint_points(
            self.uow, self.ledger.id, cause=cause or some_cause(), budget_id=self.ledger.budget_id, points=amount
        )

    def hand_over(self, allotment_id: UUID, amount: int, *, cause: str = "") -> Outcome:
        """What an allotment books, without one."""
        return points.allot_points(
            self.uow,
            self.ledger.id,
            cause=cause or some_cause(),
            budget_id=self.ledger.budget_id,
            allotment_id=allotment_id,
            points=amount,
        )

    def allot(self, holder_id: UUID, amount: int, *, days: int = 30, spender_ids: tuple[UUID, ...] = ()) -> UUID:
        """Hand points to a station for `days` from today on; answers the allotment."""
        points.name_owner(self.uow, self.ledger.id, owner_id=holder_id, kind=OwnerKind.STATION, name="Station")
        today = local_date(self.uow.now)
        made = points.allot(
            self.uow,
            book=self.book.code,
            budget_id=self.ledger.budget_id,
            holder_kind=HolderKind.STATION,
            holder_id=holder_id,
            period_from=today,
            period_to=today + timedelta(days=days - 1),
            points=amount,
            spender_ids=spender_ids,
        )
        return made.line.allotment.id

    def award_allotted(self, allotment_id: UUID, resident_id: UUID, amount: int, *, cause: str = "") -> Outcome:
        """Award from an allotment, as a bare posting."""
        budget = queries.get_budget(self.uow.session, self.ledger.id, self.ledger.budget_id)
        cost = amount * budget.point_value_fen
        passbook = AccountRef(AccountKind.RESIDENT, resident_id)
        money = (
            Leg(AccountRef(AccountKind.BUDGET_RESERVE, budget.id), -cost),
            Leg(AccountRef(AccountKind.POINTS_LIABILITY), cost),
        )
        day = points.last_day(self.book, local_date(self.uow.now))
        posting = Posting(
            cause=cause or some_cause(),
            code=Code.AWARD,
            legs=(
                Leg(allotment_account(allotment_id), -amount),
                Leg(passbook, amount),
                *(money if cost else ()),
            ),
            lots=(LotChange(passbook, day, budget.id, amount, cost),),
        )
        return points.post_one(self.uow, self.ledger.id, posting)

    def close_allotment(self, allotment_id: UUID) -> int:
        """Close it; answers what flowed back."""
        closed = points.close_allotment(self.uow, book=self.book.code, allotment_id=allotment_id)
        return closed.line.allotment.returned_points or 0

    def close_due_allotments(self) -> None:
        """The daily job."""
        while points.close_allotments_step(self.uow, self.book.code, None):
            pass

    def left_in(self, allotment_id: UUID) -> int:
        return queries.sum_allotment_points(self.uow.session, self.ledger.id, [allotment_id])[allotment_id]

    def pay(self, amount_fen: int, *, cause: str = "") -> Outcome:
        return points.pay_merchant(
            self.uow,
            self.ledger.id,
            cause=cause or some_cause(),
            shop_id=SHOP,
            amount_fen=amount_fen,
            bank_reference="paid",
        )

    def awards(self, *awards: Award) -> list[Outcome]:
        return points.award_points(self.uow, self.book, budget_id=self.ledger.budget_id, awards=awards)

    def award(
        self, resident_id: UUID, amount: int, *, cause: str = "", evidence: str | None = None, code: Code = Code.AWARD
    ) -> Outcome:
        award = Award(cause or some_cause(), resident_id, amount, evidence)
        outcomes = points.award_points(self.uow, self.book, budget_id=self.ledger.budget_id, awards=[award], code=code)
        return outcomes[0].raise_if_declined()

    def opening(self, resident_id: UUID, amount: int, expires_on: date, *, cause: str = "") -> Outcome:
        row = OpeningBalance(cause or some_cause(), resident_id, amount, expires_on)
        outcomes = points.take_over_balances(self.uow, self.book, budget_id=self.ledger.budget_id, balances=[row])
        return outcomes[0].raise_if_declined()

    def redeem(self, resident_id: UUID, amount: int, *, cause: str = "") -> Outcome:
        return points.redeem_points(
            self.uow,
            self.ledger.id,
            cause=cause or some_cause(),
            resident_id=resident_id,
            shop_id=SHOP,
            points=amount,
        )

    def hold(self, resident_id: UUID, amount: int, *, cause: str = "", seconds: float = 300) -> HoldPlaced:
        return points.hold_points(
            self.uow,
            self.ledger.id,
            cause=cause or some_cause(),
            resident_id=resident_id,
            points=amount,
            expires_at=self.uow.now + timedelta(seconds=seconds),
        )

    def capture(self, hold_id: UUID, resident_id: UUID, amount: int | None = None, *, cause: str = "") -> Outcome:
        return points.capture_hold(
            self.uow,
            self.ledger.id,
            cause=cause or some_cause(),
            hold_id=hold_id,
            resident_id=resident_id,
            shop_id=SHOP,
            points=amount,
        )

    def release(self, hold_id: UUID) -> HoldResolution:
        return points.release_hold(self.uow, self.ledger.id, hold_id=hold_id)

    def sweep(self, *, limit: int = 500) -> int:
        return points.release_expired_holds(self.uow, self.ledger.id, limit=limit)

    def refund(
        self, transaction_id: UUID, resident_id: UUID, amount: int, *, cause: str = "", shop_id: UUID = SHOP
    ) -> Outcome:
        return points.refund_redemption(
            self.uow,
            self.book,
            cause=cause or some_cause(),
            transaction_id=transaction_id,
            resident_id=resident_id,
            shop_id=shop_id,
            points=amount,
        )

    def reverse(self, transaction_id: UUID, *, cause: str = "", reason: str = "mistake") -> Outcome:
        return points.reverse_transaction(
            self.uow, self.book, cause=cause or some_cause(), transaction_id=transaction_id, reason=reason
        )

    def claw_back(
        self, transaction_id: UUID, amount: int | None = None, *, cause: str = "", reason: str = "fraud"
    ) -> Outcome:
        return points.claw_back_award(
            self.uow,
            self.book,
            cause=cause or some_cause(),
            transaction_id=transaction_id,
            reason=reason,
            points=amount,
        )

    def recover(self, transaction_id: UUID) -> int:
        return points.recover_owed(self.uow, self.book, transaction_id=transaction_id)

    def expire(self, *, limit: int = 1000) -> ExpiryStep:
        """The whole run, in steps of `limit`."""
        total = ExpiryStep(0, 0, 0, more=True)
        while total.more:
            step = points.expire_points(self.uow, self.book, limit=limit)
            total = ExpiryStep(
                total.accounts + step.accounts, total.points + step.points, total.fen + step.fen, step.more
            )
        return total

    def give_notices(self, *, limit: int = 1000) -> None:
        """All notices due, in steps of `limit`."""
        after = points.give_notices(self.uow, self.book, limit=limit)
        while after is not None:
            after = points.give_notices(self.uow, self.book, after=after, limit=limit)

    def propose_transfer(self, owner: UUID, successor: UUID, kind: str = "move") -> Proposal:
        """What the first of two people does."""
        return transferring.propose_transfer(
            replace(self.uow, actor=CLERK),
            book=self.book.code,
            owner_id=owner,
            successor_id=successor,
            kind=TransferKind(kind),
            reason="moved away",
        )

    def approve(self, proposal: Proposal) -> Proposal:
        """What the second does."""
        uow = replace(self.uow, actor=DEPUTY)
        return proposals.approve_proposal(uow, book=self.book.code, proposal_id=proposal.id)

    def transfer(self, owner: UUID, successor: UUID, kind: str = "move") -> Proposal:
        """Both."""
        return self.approve(self.propose_transfer(owner, successor, kind))

    def freeze(self, resident_id: UUID) -> bool:
        return points.freeze_passbook(self.uow, self.ledger.id, resident_id=resident_id, reason="suspicion")

    def thaw(self, resident_id: UUID) -> bool:
        return points.thaw_passbook(self.uow, self.ledger.id, resident_id=resident_id, reason="cleared")

    def fold(self, *, limit: int = 2000) -> int:
        return points.fold_balances(self.uow, self.ledger.id, limit=limit)

    def figures(self, resident_id: UUID) -> queries.PassbookFigures:
        return queries.get_passbook(
            self.uow.session,
            self.ledger.id,
            self.ledger.passbook(resident_id),
            today=local_date(self.uow.now),
            now=self.uow.now,
        )

    def available(self, resident_id: UUID) -> int:
        return self.figures(resident_id).available

    def trial(self) -> dict[str, int]:
        """Balance by kind."""
        return {row[0]: row[2] for row in queries.list_trial_balance(self.uow.session, self.ledger.id)}
