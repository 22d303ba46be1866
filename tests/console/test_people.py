import pytest
from sqlalchemy import text

from app.identity.service import staff
from tests.identity.conftest import PASSWORD

HELD = """
    SELECT p.name, array_agg(g.role ORDER BY g.role), count(DISTINCT a.id), bool_and(approved_at IS NOT NULL)
      FROM identity_grants g JOIN identity_people p ON p.id = g.person_id JOIN places_areas a ON a.id = g.area_id
     WHERE a.name = '梁溪区' GROUP BY p.name ORDER BY p.name"""


@pytest.fixture
def run(app, session):
    runner = app.test_cli_runner()

    def invite(*arguments):
        return runner.invoke(args=["people", "invite-first", *arguments])

    return invite


def test_the_first_two_administrators_are_invited_and_get_in(run, uow, session):
    first, second = (
        run("王芳", "wang.fang", "--district", "梁溪区"),
        run("李强", "li.qiang", "--district", "梁溪区", "--role", "admin"),
    )
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    token = first.output.splitlines()[1]
    assert staff.prepare_staff(uow, token=token, password=PASSWORD).secret
    held = session.execute(text(HELD)).all()
    assert [(name, roles) for name, roles, *_ in held] == [("李强", ["admin"]), ("王芳", ["admin", "district"])]
    assert all(areas == 1 and approved for *_, areas, approved in held)
    assert session.scalar(text("SELECT count(*) FROM places_areas WHERE name = '梁溪区'")) == 1


def test_a_wrong_name_is_refused_with_a_sentence(run):
    wrong = run("王芳", "王", "--district", "梁溪区")
    assert wrong.exit_code != 0
    assert "a-z" in wrong.output
