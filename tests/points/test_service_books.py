"""Opening books: two at once get two numbers."""

from threading import Barrier, Thread

import pytest

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import errors, queries
from app.points import service as points


def test_create_book_refuses_a_code_that_is_taken(uow):
    points.create_book(uow, code="first-book", name="一", currency_name="积分")
    with pytest.raises(errors.BookCodeTaken) as refused:
        points.create_book(uow, code="first-book", name="二", currency_name="积分")
    assert "first-book" in refused.value.detail("en")


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
