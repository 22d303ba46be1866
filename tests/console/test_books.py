import pytest


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
    ],
)
def test_a_wrong_word_is_refused_before_the_database_is_asked(flask, wrong):
    assert flask(*wrong).exit_code == 2
    assert flask("list").output == ""
