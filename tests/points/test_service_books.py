"""Opening books: two at once get two numbers."""

from threading import Barrier, Thread

import pytest

from app.infra.db import new_session
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import errors, queries
from app.points import service as points
from app.points.queries.books import known_book_id
from tests.points.api import statements


def test_create_book_refuses_a_code_that_is_taken(uow):
    points.create_book(uow, code="first-book", name="一", currency_name="积分")
    with pytest.raises(errors.BookCodeTaken) as refused:
        points.create_book(uow, code="first-book", name="二", currency_name="积分")
    assert "first-book" in refused.value.detail("en")


def test_the_key_of_a_book_is_asked_once_and_that_there_is_none_is_not_remembered(uow):
    assert known_book_id(uow.session, "later-book") is None
    made = points.create_book(uow, code="later-book", name="三", currency_name="积分")
    with statements() as asked:
        assert [known_book_id(session, "later-book") for session in (uow.session, new_session())] == [made.id] * 2
    assert len(asked) == 1


def test_books_opened_at_once_get_numbers_of_their_own(real_commits):
    app = real_commits
    barrier = Barrier(4)
    failures: list[Exception] = []

    def open_book(number: int) -> None:
        def work(uow: UnitOfWork) -> None:
            points.create_book(uow, code=f"book-{number}", name="书", currency_name="积分")

        with app.app_context():
            barrier.wait()
            try:
                run_in_transaction(work, actor=SYSTEM)
            except Exception as failure:  # noqa: BLE001 - whatever it is, the test names it
                failures.append(failure)

    threads = [Thread(target=open_book, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with app.app_context():
        books = run_in_transaction(lambda uow: queries.list_books(uow.session), actor=SYSTEM)
    assert sorted(book.id for book in books) == [1, 2, 3, 4]
