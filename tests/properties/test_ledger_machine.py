"""Any history of acts, on real PostgreSQL, against a ledger in memory that foretells each answer."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError
from app.points.service import post
from tests.fixtures.work import NOW
from tests.points import invariants
from tests.points.ledger import Acts, named, open_ledger, some_cause
from tests.points.test_service_posting import gift, spend
from tests.properties import predictions as foretell
from tests.properties import profiles
from tests.properties.auditor import GRACE_DAYS, VALUE, Answer, Auditor
from tests.properties.reading import read_balances, read_journal, read_lots

profiles.load()
PEOPLE = [named(name) for name in ("anna", "boris", "chen")]
HEIR = named("dora")
people = st.sampled_from(PEOPLE)
amounts = st.integers(1, 60)
fates = st.sampled_from(["fresh"] * 6 + ["again", "stolen"])


class LedgerMachine(RuleBasedStateMachine):
    """Each rule asks the ledger, asks the auditor, and compares; each invariant compares the whole book."""

    session = None

    @initialize(minted=st.sampled_from([0, 90, 400, 400]), rich=st.sampled_from([True, True, False]))
    def open(self, minted, rich):
        uow = UnitOfWork(session=self.session, actor=SYSTEM, now=NOW)
        self.acts = Acts(uow, open_ledger(uow, minted=0, value_fen=VALUE, validity_months=1))
        self.model = Auditor(NOW)
        self.past: list[tuple[str, tuple]] = []
        if minted:
            self.ask("fund", minted * VALUE)
            self.ask("mint", minted)
        if rich:
            self.live_a_little()

    def live_a_little(self):
        """Purchases over two lots, holds and lapsing points for everybody, so that any rule finds something to do."""
        for number, who in enumerate(PEOPLE):
            self.ask("opening", who, 20, self.model.today + timedelta(days=number))
            self.ask("award", who, 40)
            self.ask("redeem", who, 25)
            self.ask("hold", who, 10, 100_000)

    # how an act is asked and compared

    def cause_for(self, name, arguments, fate, data):
        """A fresh cause; or one of the past, with the act it had (again) or with this one (stolen)."""
        if fate == "fresh" or not self.past:
            return some_cause(), name, arguments
        cause, old_name, old_arguments = data.draw(st.sampled_from(self.past))
        return (cause, old_name, old_arguments) if fate == "again" else (cause, name, arguments)

    def ask(self, name, *arguments, fate="fresh", data=None):
        cause, name, arguments = self.cause_for(name, arguments, fate, data)
        journal, lapses = read_journal(self.session, self.acts.ledger.id), self.model.lapses
        expected, made = getattr(foretell, ALIASES.get(name, name))(self.model, cause, *arguments)
        act = getattr(self.acts, ALIASES.get(name, name)) if name != "opening" else self.acts.opening
        options = {"seconds": arguments[-1]} if name == "hold" else {}
        values = arguments[:-1] if name == "hold" else arguments
        try:
            answer = act(*values, cause=cause, **options)
        except DomainError as refused:
            answer = refused
        if isinstance(answer, DomainError):
            assert type(answer).__name__ == expected.refusal
            if expected.available is not None:
                assert answer.params["available"] == expected.available
            self.expect_unchanged(journal, lapses)
        else:
            assert expected.refusal is None, (name, arguments, expected)
            self.compare(name, answer, expected)
            self.remember(name, answer, made)
        if expected.sticky:
            self.past.append((cause, name, arguments))

    def expect_unchanged(self, journal, lapses):
        """A refusal changes nothing, but that it may find holds whose time was over."""
        after = read_journal(self.session, self.acts.ledger.id)
        if self.model.lapses == lapses:
            assert after == journal
        else:
            assert after[0] == journal[0]

    def compare(self, name, answer, expected: Answer):
        assert answer.replayed == expected.replayed
        if name == "hold":
            return
        assert (answer.points, answer.cost_fen) == (expected.points, expected.fen)
        if expected.balance is not None:
            assert answer.balance_after == expected.balance

    def remember(self, name, answer, made):
        if made is None:
            return
        if name == "hold":
            self.model.holds[answer.hold_id] = made
        else:
            self.model.done[answer.subject_id] = made

    # rules

    @rule(who=people, points=amounts, fate=fates, data=st.data())
    def award(self, who, points, fate, data):
        self.ask("award", who, points, fate=fate, data=data)

    @rule(who=people, points=amounts, ahead=st.integers(0, 40), fate=fates, data=st.data())
    def opening(self, who, points, ahead, fate, data):
        self.ask("opening", who, points, self.model.today + timedelta(days=ahead), fate=fate, data=data)

    @rule(who=people, points=amounts, fate=fates, data=st.data())
    def redeem(self, who, points, fate, data):
        self.ask("redeem", who, points, fate=fate, data=data)

    @rule(who=people, points=amounts, seconds=st.sampled_from([30, 3600, 100_000]), fate=fates, data=st.data())
    def hold(self, who, points, seconds, fate, data):
        self.ask("hold", who, points, seconds, fate=fate, data=data)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), points=st.none() | amounts, fate=fates, stranger=st.integers(0, 9))
    def capture(self, data, points, fate, stranger):
        hold_id = data.draw(st.sampled_from(list(self.model.holds)))
        who = self.model.holds[hold_id].who if stranger else PEOPLE[0]
        self.ask("capture", hold_id, who, points, fate=fate, data=data)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release(self, data):
        hold_id = data.draw(st.sampled_from(list(self.model.holds)))
        expected = foretell.release(self.model, hold_id)
        try:
            answer = str(self.acts.release(hold_id))
        except DomainError as refused:
            answer = type(refused).__name__
        assert answer == expected.refusal

    @precondition(lambda self: any(done.code == "redemption" for done in self.model.done.values()))
    @rule(data=st.data(), points=amounts, fate=fates)
    def refund_in_full(self, data, points, fate):
        """Twice in a row, so that the second asks for more than is left as often as not."""
        bought = [id_ for id_, done in self.model.done.items() if done.code == "redemption"]
        of = data.draw(st.sampled_from(bought))
        done = self.model.done[of]
        self.ask("refund", of, done.who, min(points, done.points), fate=fate, data=data)
        self.ask("refund", of, done.who, done.points, data=data)
        self.ask("refund", of, done.who, max(done.points - done.refunded, 1), data=data)

    @precondition(lambda self: self.model.done)
    @rule(data=st.data(), points=amounts, fate=fates)
    def refund(self, data, points, fate):
        bought = [id_ for id_, done in self.model.done.items() if done.code == "redemption"] or list(self.model.done)
        of = data.draw(st.sampled_from(bought))
        who = self.model.done[of].who or PEOPLE[0]
        left = self.model.done[of].points - self.model.done[of].refunded
        self.ask("refund", of, who, data.draw(st.sampled_from([points, max(left, 1)])), fate=fate, data=data)

    @precondition(lambda self: self.model.done)
    @rule(data=st.data(), fate=fates, kind=st.sampled_from(["reverse", "reverse", "claw_back"]))
    def correct(self, data, fate, kind):
        code = data.draw(st.sampled_from(sorted({done.code for done in self.model.done.values()})))
        of = data.draw(st.sampled_from([id_ for id_, done in self.model.done.items() if done.code == code]))
        self.ask(kind, of, fate=fate, data=data)

    @precondition(lambda self: any(done.code == "award" for done in self.model.done.values()))
    @rule(data=st.data(), points=amounts, fate=fates)
    def take_part(self, data, points, fate):
        given = [id_ for id_, done in self.model.done.items() if done.code == "award"]
        of = data.draw(st.sampled_from(given))
        left = self.model.done[of].points - self.model.done[of].taken
        self.ask("claw_back", of, data.draw(st.sampled_from([points, max(left, 1)])), fate=fate, data=data)

    @precondition(lambda self: any(held.ended is None for held in self.model.holds.values()))
    @rule(data=st.data())
    def capture_while_frozen(self, data):
        hold_id = data.draw(st.sampled_from([id_ for id_, held in self.model.holds.items() if held.ended is None]))
        who = self.model.holds[hold_id].who
        self.freeze(who, frozen=True)
        self.ask("capture", hold_id, who, None)
        if who not in self.model.closed:
            self.freeze(who, frozen=False)

    @rule(points=st.integers(1, 200), fate=fates, data=st.data(), money=st.booleans())
    def mint(self, points, fate, data, money):
        if money:
            self.ask("fund", points * VALUE)
        self.ask("mint", points, fate=fate, data=data)

    @rule(data=st.data())
    def batch(self, data):
        """Several awards and purchases at once, in their order: mixed outcomes, causes used before and twice."""
        causes = [some_cause() for _ in range(5)] + [p[0] for p in self.past[-3:]]
        row = st.tuples(st.sampled_from(causes), st.sampled_from(["award", "redeem"]), people, amounts)
        rows = data.draw(st.lists(row, min_size=1, max_size=6))
        foretold = foretell.batch(self.model, rows)
        make = {"award": lambda *a: gift(self.acts, *a), "redeem": spend}
        outcomes = post(self.acts.uow, self.acts.ledger.id, [make[n](who, p, c) for c, n, who, p in rows])
        for (cause, name, who, points), outcome, (expected, made) in zip(rows, outcomes, foretold, strict=True):
            assert (outcome.decline is None) == (expected.refusal is None), (rows, outcomes)
            assert outcome.detail.get("available") == expected.available
            if outcome.decline is None:
                self.compare(name, outcome, expected)
                self.remember(name, outcome, made)
            if expected.sticky:
                self.past.append((cause, name, (who, points)))

    @rule()
    def sweep(self):
        assert self.acts.sweep() == foretell.sweep(self.model)

    @rule()
    def expire(self):
        made = foretell.expire(self.model)
        run = self.acts.expire()
        points = sum(done.points for done in made)
        assert (run.accounts, run.points, run.fen) == (len(made), points, points * VALUE)
        known = [str(id_) for id_ in self.model.done]
        query = """SELECT t.id, a.owner_id FROM points_transactions t
                     JOIN points_entries e ON e.book_id = t.book_id AND e.transaction_id = t.id
                     JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id AND a.kind = 'resident'
                    WHERE t.book_id = %(book)s AND t.code = 'expiry' AND t.id <> ALL (%(known)s::uuid[])"""
        arguments = {"book": self.acts.ledger.id, "known": known}
        found = {owner: id_ for id_, owner in self.session.connection().exec_driver_sql(query, arguments)}
        self.model.done |= {found[done.who]: done for done in made}

    @precondition(lambda self: any(passbook.posted for passbook in self.model.residents.values()))
    @rule(data=st.data(), to=st.sampled_from([*PEOPLE, HEIR, HEIR]), kind=st.sampled_from(["death", "move", "merge"]))
    def transfer(self, data, to, kind):
        """Rarely, because it closes a passbook; each history has one more person to inherit."""
        owners = [who for who, passbook in self.model.residents.items() if passbook.posted]
        who = data.draw(st.sampled_from(owners))
        if who not in self.model.closed and not data.draw(st.sampled_from([True, False, False])):
            return
        expected, made = foretell.transfer(self.model, who, to, kind)
        try:
            answer = self.acts.transfer(who, to, kind)
        except DomainError as refused:
            answer = refused
        assert (type(answer).__name__ if isinstance(answer, DomainError) else None) == expected
        assert (getattr(answer, "result_id", None) is None) == (made is None)
        if made is not None:
            self.model.done[answer.result_id] = made

    @rule(who=people, frozen=st.booleans())
    def freeze_or_thaw(self, who, frozen):
        if frozen or who not in self.model.closed:
            self.freeze(who, frozen=frozen)

    def freeze(self, who, *, frozen):
        changed = (self.acts.freeze if frozen else self.acts.thaw)(who)
        assert changed == (self.model.passbook(who).frozen != frozen)
        self.model.passbook(who).frozen = frozen

    @rule(limit=st.integers(1, 9))
    def fold(self, limit):
        self.acts.fold(limit=limit)

    @rule(seconds=st.sampled_from([-2, 20, 40, 4000, 90_000, 90_000, 10 * 86_400, 25 * 86_400]))
    def let_time_pass(self, seconds):
        self.acts = self.acts.later(seconds=seconds)
        self.model.now = self.acts.uow.now

    # what must be so after every step

    @invariant()
    def every_balance_is_foretold(self):
        if hasattr(self, "model"):
            assert read_balances(self.session, self.acts.ledger.id) == self.model.snapshot()
            assert read_lots(self.session, self.acts.ledger.id) == self.model.lots()

    @invariant()
    def every_passbook_says_what_can_be_spent(self):
        if hasattr(self, "model"):
            for who in PEOPLE:
                assert self.acts.available(who) == self.model.available(who)

    def teardown(self):
        if hasattr(self, "model"):
            assert self.acts.book.grace_days == GRACE_DAYS
            assert invariants.list_wrongs(invariants.fetch_in(self.session), self.acts.ledger.id) == []


ALIASES = {"opening": "award"}


@pytest.mark.slow
def test_every_history_is_foretold(session):
    """Forty histories of up to forty acts in every run; thousands with LINLI_HYPOTHESIS=deep."""
    machine = type("Machine", (LedgerMachine,), {"session": session})
    run_state_machine_as_test(machine, settings=profiles.histories(brief=40, deep=1500, steps=40))
