"""Two at once at the desk and at the door: with real commits, in real threads."""

from dataclasses import replace
from datetime import UTC, datetime

from app.kernel.actor import Actor, Role
from app.kernel.signed import Algorithm, Signed
from app.merchants import errors, service
from app.merchants.models import Branch
from app.merchants.service import papers, terminals
from tests.fixtures.together import alone, split, together
from tests.merchants.keys import Pen
from tests.merchants.test_papers import CLERK, FIRST, PAPERS, SECOND
from tests.points.ledger import named, open_ledger

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)


def opened():
    """A book with a shop."""
    book = alone(open_ledger).book.code
    return book, alone(lambda uow: service.open_shop(uow, book=book, name="x", street="忠义街").id)


def by(who, act, **arguments):
    actor = Actor(who, frozenset({Role.TREASURER}))
    return lambda uow: act(replace(uow, actor=actor), **arguments).state


def test_one_code_brings_one_till_however_many_use_it_at_once(real_commits):
    _, shop_id = opened()
    code = alone(
        lambda uow: (
            terminals.make_enrolment_code(uow, uow.session.get_one(Branch, shop_id), name="x", takes_hmac=False).code
        )
    )

    def bring(pen):
        proof = pen.sign(f"LINLI-ENROL\n{code}\n{pen.public}\n".encode())
        return lambda uow: (
            terminals.enrol_terminal(
                uow, code=code, algorithm=Algorithm.ED25519, public_key=pen.public, proof=proof, address="127.0.0.1"
            ).key.serial
        )

    done, refusals = split(together(real_commits, *(bring(Pen()) for _ in range(3)), gate="merchants_enrolment_codes"))
    assert (len(done), {type(each) for each in refusals}) == (1, {errors.EnrolmentCodeNotGood})


def test_of_two_requests_under_one_nonce_one_is_let_on(real_commits):
    """A third one, of long ago, holds the row both wait for: it is over, and one of the two takes its place."""
    opened()

    def use(message):
        signed = Signed("0" * 32, Algorithm.ED25519, "a-nonce-used-twice", message, b"", "127.0.0.1")
        return lambda uow: service.record_signed(uow, signed)

    assert alone(use(b"long ago"), at=datetime(2026, 6, 15, 1, 0, tzinfo=UTC))
    outcomes = together(real_commits, use(b"one"), use(b"two"), use(b"one"), at=AT, gate="merchants_nonces")
    assert sorted(outcomes) in ([False, True, True], [False, False, True])
    assert outcomes[0] == outcomes[2] != outcomes[1]


def test_an_application_is_approved_once_and_never_by_two(real_commits):
    book, _ = opened()
    applied = alone(
        lambda uow: (
            papers.apply_to_enrol(
                replace(uow, actor=Actor(CLERK, frozenset({Role.CLERK}))), book=book, merchant_id=None, papers=PAPERS
            ).id
        )
    )
    alone(by(FIRST, papers.review_application, book=book, application_id=applied))
    acts = [
        by(who, papers.approve_application, book=book, application_id=applied)
        for who in (SECOND, named("papers third"))
    ]
    reject = by(SECOND, papers.reject_application, book=book, application_id=applied, reason="x")
    done, refusals = split(together(real_commits, *acts, reject, gate="merchants_applications"))
    assert len(done) == 1
    assert {type(each) for each in refusals} == {errors.ApplicationDecided}


def test_two_applications_of_one_licence_make_one_merchant(real_commits):
    book, _ = opened()

    def reviewed(applicant):
        made = alone(
            lambda uow: (
                papers.apply_to_enrol(
                    replace(uow, actor=Actor(applicant, frozenset({Role.CLERK}))),
                    book=book,
                    merchant_id=None,
                    papers=PAPERS,
                ).id
            )
        )
        alone(by(FIRST, papers.review_application, book=book, application_id=made))
        return by(SECOND, papers.approve_application, book=book, application_id=made)

    done, refusals = split(
        together(real_commits, reviewed(CLERK), reviewed(named("another clerk")), gate="merchants_applications")
    )
    assert (len(done), [type(each) for each in refusals]) == (1, [errors.LicenceKnown])
