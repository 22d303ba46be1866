import pytest

from app.points import queries


@pytest.fixture
def flask(app, session):
    """The command line, in the test's transaction."""
    return lambda *words: app.test_cli_runner().invoke(args=["books", *words])


def test_a_book_is_created_and_listed(flask):
    made = flask("create", "meilihua", "--name", "美丽华都积分", "--currency", "积分", "--validity-months", "12")
    assert (made.exit_code, made.output) == (0, "meilihua (美丽华都积分)\n")
    assert flask("list").output == "meilihua\t美丽华都积分\t积分\n"


def test_a_code_is_taken_once(flask):
    flask("create", "meilihua", "--name", "a", "--currency", "b")
    again = flask("create", "meilihua", "--name", "a", "--currency", "b")
    assert again.exit_code == 1
    assert "The book code meilihua is taken" in again.output
    assert "账簿代码 meilihua 已被使用" in again.output


def test_a_book_may_let_points_lapse_once_a_year(flask, uow):
    assert flask("create", "meilihua", "--name", "a", "--currency", "b", "--fixed-day", "12-31").exit_code == 0
    book = queries.get_book(uow.session, "meilihua")
    assert (book.expiry_policy, book.expiry_month, book.expiry_day) == ("yearly", 12, 31)


def test_a_day_that_no_year_has_is_refused(flask):
    never = flask("create", "meilihua", "--name", "a", "--currency", "b", "--fixed-day", "4-31")
    assert never.exit_code == 1
    assert "No year has day 31 of month 4" in never.output
    assert "没有 4 月 31 日这一天" in never.output
    assert flask("list").output == ""


@pytest.mark.parametrize(
    "wrong",
    [
        ("create", "Meilihua", "--name", "a", "--currency", "b"),
        ("create", "m", "--name", "a", "--currency", "b"),
        ("create", "a" * 33, "--name", "a", "--currency", "b"),
        ("create", "ok", "--name", " ", "--currency", "b"),
        ("create", "ok", "--name", "a" * 101, "--currency", "b"),
        ("create", "ok", "--name", "a", "--currency", "b" * 31),
        ("create", "ok", "--name", "a\nb", "--currency", "b"),
        ("create", "ok", "--name", "a"),
        ("create", "ok", "--name", "a", "--currency", "b", "--validity-months", "0"),
        ("create", "ok", "--name", "a", "--currency", "b", "--validity-months", "121"),
        ("create", "ok", "--name", "a", "--currency", "b", "--grace-days", "367"),
        ("create", "ok", "--name", "a", "--currency", "b", "--expired-cost-goes-to", "me"),
        ("create", "ok", "--name", "a", "--currency", "b", "--fixed-day", "31.12."),
        ("create", "ok", "--name", "a", "--currency", "b", "--fixed-day", "12-31-1"),
    ],
)
def test_a_wrong_word_is_refused_before_the_database_is_asked(flask, wrong):
    assert flask(*wrong).exit_code == 2
    assert flask("list").output == ""
