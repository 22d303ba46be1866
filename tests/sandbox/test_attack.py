"""The catalogue of attacks: whole, true to the tests that are there, and never content with what is missing.

And those attacks that belong to no single feature.
"""

import ast
import re
from dataclasses import replace
from uuid import uuid4

import pytest

from app.risk.service import Event, decide, settle_decision
from app.risk.terms import EventKind, Outcome
from sandbox.attack.catalogue import CATALOGUE, Attack
from sandbox.attack.table import HELD, MISSING, SUCCEEDED, judge, render
from tests.fixtures.servers import ROOT
from tests.points.ledger import ANNA, SHOP, named, open_ledger

NAMES_OF_WECHAT = {"openid", "unionid", "session_key", "sessionkey"}
ONE = Attack(1, "one", "a lock", ("x::test_a", "x::test_b"))
A, B = ONE.nodes


def names_in(file):
    """Its tests, also those in classes."""
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_the_catalogue_has_all_33_attacks_in_order_and_says_of_each_what_is_the_case():
    assert [each.number for each in CATALOGUE] == list(range(1, 34))
    for each in CATALOGUE:
        assert each.missing or (each.control and each.tests), each.name


def test_every_test_it_names_is_there():
    for each in CATALOGUE:
        for node in each.nodes:
            file, name = node.split("::")
            assert name in names_in(ROOT / file), node


def test_every_test_that_bears_an_attacks_number_is_in_its_row():
    for file in (ROOT / "tests").rglob("test_*.py"):
        for name in names_in(file):
            number = re.match(r"test_attack_(\d+)_", name)
            if number:
                node = f"{file.relative_to(ROOT)}::{name}"
                assert node in CATALOGUE[int(number[1]) - 1].nodes, node


@pytest.mark.parametrize(
    ("ended", "missing", "state"),
    [
        ({A: ["passed"], B: ["passed", "passed"]}, "", HELD),
        ({A: ["passed"], B: ["passed", "failed"]}, "", SUCCEEDED),
        ({A: ["passed"], B: ["failed"]}, "half of it", SUCCEEDED),
        ({A: ["passed"], B: ["passed"]}, "half of it", MISSING),
        ({A: ["passed"]}, "", MISSING),
        ({A: ["passed"], B: ["skipped"]}, "", MISSING),
        ({}, "", MISSING),
    ],
)
def test_only_what_was_tried_whole_and_failed_is_held(ended, missing, state):
    outcome = judge(replace(ONE, missing=missing), ended)
    assert outcome.state == state
    assert f"{state}: 1" in render([outcome])


def test_an_attack_without_tests_is_missing():
    assert judge(replace(ONE, tests=()), {}).state == MISSING


# --- attacks that belong to no single feature


@pytest.fixture
def ledger(uow):
    made = open_ledger(uow)
    uow.session.flush()
    return made


def test_attack_15_the_fourth_account_on_a_device_is_looked_at(uow):
    device, outcomes = named("farm"), []
    for number in range(5):
        event = Event(
            kind=EventKind.LOGIN,
            book_id=None,
            subject_id=uuid4(),
            person_id=named(f"account {number}"),
            device_id=device,
        )
        outcomes.append(decide(uow, event).outcome)
    assert outcomes == [Outcome.APPROVE] * 3 + [Outcome.REVIEW] * 2


def test_attack_18_no_answer_and_no_request_knows_wechats_names_of_somebody(client):
    names = set()

    def walk(node):
        if isinstance(node, dict):
            names.update(node.get("properties", {}) if isinstance(node.get("properties"), dict) else ())
            names.update({node["name"]} if "in" in node and "name" in node else ())
            for part in node.values():
                walk(part)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(client.get("/openapi.json").json)
    assert {"code", "book", "points"} <= names  # the walk finds names
    assert not {name for name in names if name.lower().replace("-", "_") in NAMES_OF_WECHAT}


@pytest.mark.parametrize("name", ["openid", "session_key", "unionid", "person_id"])
def test_attack_18_whoever_brings_an_openid_along_is_refused_by_its_name(client, name):
    body = {"code": "c" * 32, "install_id": "i" * 32, "model": "phone", name: "o" * 28}
    answer = client.post("/v1/sessions/wechat", json=body)
    assert answer.status_code == 422
    assert name in [error["field"] for error in answer.json["errors"]]


def test_attack_23_who_spends_and_gives_back_again_and_again_is_looked_at(uow, ledger):
    outcomes = []
    for number in range(9):
        event = Event(
            kind=EventKind.REDEEM,
            book_id=ledger.book.id,
            subject_id=named(f"purchase {number}"),
            resident_id=ANNA,
            shop_id=SHOP,
            points=800,
            order_fen=20_000,
            mode="code",
        )
        outcomes.append(decide(uow, event).outcome)
        settle_decision(uow, event.book_id, EventKind.REDEEM, event.subject_id, points=0)
    assert outcomes[0] is Outcome.APPROVE
    assert outcomes[-1] is not Outcome.APPROVE
