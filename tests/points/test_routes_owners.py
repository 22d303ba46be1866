"""Sponsors, stations, teams and posts over HTTP."""

import pytest

from app.kernel.actor import Role
from app.points import service as points
from app.points.terms import OwnerKind
from tests.points.api import Api, refused, statements
from tests.points.ledger import ANNA, SPONSOR, named, open_ledger

BANK = named("bank")


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def sponsors(api):
    return {each["sponsor_id"]: each for each in api.get("/sponsors").json["items"]}


def test_a_sponsor_gets_a_name_and_another_one(api):
    first = api.post("/sponsors", {"sponsor_id": str(SPONSOR), "name": "社区基金"})
    assert (first.status_code, first.json) == (
        200,
        {"sponsor_id": str(SPONSOR), "name": "社区基金", "named_at": "2026-06-15T10:00:00+08:00"},
    )
    api.post("/sponsors", {"sponsor_id": str(SPONSOR), "name": "Community fund"})
    assert sponsors(api)[str(SPONSOR)]["name"] == "Community fund"


def test_sponsors_are_shown_with_money_free_and_reserved(api, acts):
    acts.fund(700)
    api.post("/sponsors", {"sponsor_id": str(BANK), "name": "银行"})
    acts.award(ANNA, 40)
    acts.fold(limit=3)  # part is folded, part is not
    acts.award(ANNA, 2)
    acts.allot(named("station"), 500)  # its money stays reserved
    acts.uow.session.flush()
    assert sponsors(api) == {
        str(SPONSOR): {
            "sponsor_id": str(SPONSOR),
            "name": None,  # pays, and has no name yet
            "free_fen": 700,
            "reserved_fen": 10 * (100_000 - 42),
        },
        str(BANK): {"sponsor_id": str(BANK), "name": "银行", "free_fen": 0, "reserved_fen": 0},
    }


def test_reserves_of_several_budgets_of_a_sponsor_are_one_sum(api, acts):
    other = points.create_budget(acts.uow, acts.ledger.id, sponsor_id=SPONSOR, name="winter", point_value_fen=5)
    acts.fund(100)
    points.mint_points(acts.uow, acts.ledger.id, cause="w", budget_id=other.id, points=20)
    acts.uow.session.flush()
    assert sponsors(api)[str(SPONSOR)]["reserved_fen"] == 1_000_100


def test_sponsors_are_paged_in_a_fixed_number_of_reads(api):
    for n in range(6):
        api.post("/sponsors", {"sponsor_id": str(named(f"s{n}")), "name": f"s{n}"})
    walked = [each["sponsor_id"] for each in api.walk("/sponsors", Role.AUDITOR, limit=3)]
    assert walked == sorted([*(str(named(f"s{n}")) for n in range(6)), str(SPONSOR)])
    for limit in (1, 7):
        with statements() as run:
            api.get(f"/sponsors?limit={limit}")
        assert len(run) == 2  # the book, the sponsors


@pytest.mark.parametrize("kind", ["station", "team", "coordinator"])
def test_holders_are_named_and_listed_by_kind(api, kind):
    for n in range(3):
        made = api.post("/holders", {"holder_id": str(named(f"h{n}")), "kind": kind, "name": f"{kind} {n}"})
        assert made.status_code == 200
        assert made.json | {"named_at": ""} == {
            "holder_id": str(named(f"h{n}")),
            "kind": kind,
            "name": f"{kind} {n}",
            "named_at": "",
        }
    api.post("/sponsors", {"sponsor_id": str(SPONSOR), "name": "x"})
    seen = [each["holder_id"] for each in api.walk(f"/holders?kind={kind}", Role.COORDINATOR, limit=2)]
    assert seen == sorted(str(named(f"h{n}")) for n in range(3))
    assert api.get("/holders?kind=" + ("team" if kind == "station" else "station")).json["items"] == []


def test_an_id_is_of_one_kind(api):
    api.post("/sponsors", {"sponsor_id": str(SPONSOR), "name": "基金"})
    answer = api.post("/holders", {"holder_id": str(SPONSOR), "kind": "station", "name": "一号站"})
    assert refused(answer) == (409, "points.owner_named_otherwise", ["holder_id"])
    assert "基金" in answer.json["detail"]
    api.post("/holders", {"holder_id": str(BANK), "kind": "team", "name": "楼组"})
    answer = api.post("/sponsors", {"sponsor_id": str(BANK), "name": "银行"})
    assert refused(answer) == (409, "points.owner_named_otherwise", ["sponsor_id"])
    assert api.get("/holders?kind=team").json["items"][0]["name"] == "楼组"


def test_names_of_another_book_are_not_seen(api, uow):
    other = open_ledger(uow)
    points.name_owner(uow, other.id, owner_id=BANK, kind=OwnerKind.SPONSOR, name="there")
    uow.session.flush()
    assert str(BANK) not in sponsors(api)
    assert api.post("/holders", {"holder_id": str(BANK), "kind": "team", "name": "here"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "right", "wrong"),
    [
        ("/sponsors", {"sponsor_id": str(SPONSOR), "name": "n"}, {"sponsor_id": "x"}),
        ("/sponsors", {"sponsor_id": str(SPONSOR), "name": "n"}, {"name": ""}),
        ("/sponsors", {"sponsor_id": str(SPONSOR), "name": "n"}, {"name": " "}),
        ("/sponsors", {"sponsor_id": str(SPONSOR), "name": "n"}, {"name": "x" * 101}),
        ("/sponsors", {"sponsor_id": str(SPONSOR), "name": "n"}, {"name": "a\u0000b"}),
        ("/sponsors", {"sponsor_id": str(SPONSOR), "name": "n"}, {"kind": "sponsor"}),
        ("/holders", {"holder_id": str(SPONSOR), "kind": "team", "name": "n"}, {"holder_id": None}),
        ("/holders", {"holder_id": str(SPONSOR), "kind": "team", "name": "n"}, {"kind": "sponsor"}),
        ("/holders", {"holder_id": str(SPONSOR), "kind": "team", "name": "n"}, {"kind": "shop"}),
        ("/holders", {"holder_id": str(SPONSOR), "kind": "team", "name": "n"}, {"name": 5}),
    ],
)
def test_a_wrong_value_is_named(api, path, right, wrong):
    assert refused(api.post(path, right | wrong)) == (422, "web.invalid", list(wrong))


@pytest.mark.parametrize(("path", "field"), [("/holders", "kind"), ("/holders?kind=shop", "kind")])
def test_a_list_of_holders_is_of_one_kind(api, path, field):
    assert refused(api.get(path)) == (422, "web.invalid", [field])
