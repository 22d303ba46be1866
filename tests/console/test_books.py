import json

import pytest

from app.points import queries
from app.points import service as points
from app.points.terms import OwnerKind
from app.programmes.schemas import BUILT_IN


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


def test_a_leap_day_is_taken_over_by_a_book_that_is_to_be_alike(flask, uow):
    made = flask("create", "meilihua", "--name", "a", "--currency", "b", "--fixed-day", "2-29")
    assert made.exit_code == 0, made.output
    assert flask("create", "zhongyi", "--like", "meilihua", "--name", "忠义").exit_code == 0
    book = queries.get_book(uow.session, "zhongyi")
    assert (book.expiry_policy, book.expiry_month, book.expiry_day) == ("yearly", 2, 29)


def test_a_day_that_no_year_has_is_refused(flask):
    never = flask("create", "meilihua", "--name", "a", "--currency", "b", "--fixed-day", "4-31")
    assert never.exit_code == 1
    assert "No year has day 31 of month 4" in never.output
    assert "没有 4 月 31 日这一天" in never.output
    for day in ("13-1", "0-1", "12-0"):
        refused = flask("create", "meilihua", "--name", "a", "--currency", "b", "--fixed-day", day)
        assert (refused.exit_code, "No year has day" in refused.output) == (1, True), refused.output
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


def test_a_book_is_set_up_from_a_built_in_template_under_a_name_of_its_own(flask):
    made = flask("create", "meilihua", "--template", "community", "--name", "美丽华都")
    assert made.exit_code == 0, made.output
    lines = made.output.splitlines()
    assert lines[0] == "meilihua (美丽华都)"
    kinds = [line.split("\t")[0] for line in lines[1:]]
    assert (kinds.count("sponsor"), kinds.count("budget"), kinds.count("rule")) == (2, 4, 13)
    assert flask("list").output == "meilihua\t美丽华都\t邻里积分\n"
    again = flask("create", "meilihua", "--template", "community")
    assert (again.exit_code, "is taken" in again.output) == (1, True)


def test_a_book_is_set_up_from_a_file_and_another_like_it(flask, tmp_path):
    file = tmp_path / "template.json"
    wanted = json.loads(BUILT_IN["community"].read_text()) | {"shops": [{"name": "面馆", "street": "忠义街"}]}
    file.write_text(json.dumps(wanted))
    assert "shops\t1" in flask("create", "meilihua", "--template", str(file)).output
    alike = flask("create", "zhongyi", "--like", "meilihua", "--name", "忠义")
    assert (alike.exit_code, alike.output.splitlines()[0]) == (0, "zhongyi (忠义)")
    assert "shops\t1" in alike.output
    assert "There is no such book" in flask("create", "third", "--like", "nowhere").output


def test_a_book_prints_a_template_that_sets_up_another(flask, tmp_path):
    flask("create", "meilihua", "--template", "community")
    printed = flask("template", "meilihua")
    assert printed.exit_code == 0, printed.output
    file = tmp_path / "template.json"
    file.write_text(printed.output)
    made = flask("create", "zhongyi", "--template", str(file))
    assert (made.exit_code, made.output.count("budget\t")) == (0, 4), made.output
    assert "There is no such book" in flask("template", "nowhere").output


def test_a_book_may_be_like_one_with_two_budgets_or_sponsors_of_one_name(flask, uow):
    flask("create", "meilihua", "--template", "community")
    book = queries.get_book(uow.session, "meilihua")
    for sponsor in (uow.new_id(), uow.new_id()):
        points.name_owner(uow, book.id, owner_id=sponsor, kind=OwnerKind.SPONSOR, name="商会")
        points.create_budget(uow, book.id, sponsor_id=sponsor, name="夏季", point_value_fen=10)
    made = flask("create", "zhongyi", "--like", "meilihua")
    assert made.exit_code == 0, made.output
    for name in ("夏季", "夏季 (2)", "商会", "商会 (2)"):
        assert made.output.count(f"\t{name}\n") == 1, made.output


def test_a_book_takes_over_the_shops_of_another_beside_its_template(flask, tmp_path):
    file = tmp_path / "template.json"
    file.write_text(
        json.dumps(json.loads(BUILT_IN["community"].read_text()) | {"shops": [{"name": "面馆", "street": "x"}]})
    )
    flask("create", "meilihua", "--template", str(file))
    made = flask("create", "zhongyi", "--template", "community", "--shops-from", "meilihua")
    assert (made.exit_code, "shops\t1" in made.output) == (0, True), made.output
    bare = flask("create", "third", "--name", "a", "--currency", "b", "--shops-from", "meilihua")
    assert (bare.exit_code, "shops\t1" in bare.output) == (0, True), bare.output
    nowhere = flask("create", "fourth", "--template", "community", "--shops-from", "nowhere")
    assert (nowhere.exit_code, "There is no such book" in nowhere.output) == (1, True)
    assert "fourth" not in flask("list").output


def test_every_wrong_place_of_a_file_is_named(flask, tmp_path):
    file = tmp_path / "template.json"
    wrong = json.loads(BUILT_IN["community"].read_text())
    wrong["rules"][3]["formula"], wrong["budgets"][0]["point_value_fen"] = "", "ten"
    file.write_text(json.dumps(wrong))
    told = flask("create", "meilihua", "--template", str(file))
    assert told.exit_code == 1
    assert "rules.3.formula must be 1 to 200 characters long" in told.output
    assert "budgets.0.point_value_fen must be a JSON integer" in told.output
    wrong = json.loads(BUILT_IN["community"].read_text())
    wrong["rules"][3]["budget"] = "none"
    file.write_text(json.dumps(wrong))
    assert flask("create", "meilihua", "--template", str(file)).output.count("rules.3.budget") == 2  # in two languages
    file.write_text("[}")
    assert flask("create", "meilihua", "--template", str(file)).exit_code == 1
    assert flask("create", "meilihua", "--template", str(tmp_path / "none.json")).exit_code == 2
    assert flask("create", "meilihua", "--template", "community", "--like", "x1").exit_code == 2
    assert flask("list").output == ""
