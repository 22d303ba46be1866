import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.identity.errors import (
    ConsentNeeded,
    ConsentNotGiven,
    ConsentTextMissing,
    ConsentVersionOld,
    PersonMissing,
)
from app.identity.service import check_consent, closing, consents
from app.identity.service.consents import FILE, TEXTS

VERSION = TEXTS["privacy"].version


@pytest.fixture
def anna(desk):
    return desk.as_person(desk.person("李桂芳"))


def acts(uow):
    uow.session.flush()
    return [(each.text, each.act) for each in consents.list_own_consents(uow, limit=9, cursor=None).items]


def test_a_consent_is_given_once_taken_back_and_given_again(anna):
    with pytest.raises(ConsentNeeded):
        check_consent(anna, text="privacy")
    first = consents.give_consent(anna, text="privacy", version=VERSION)
    assert first.text_hash == TEXTS["privacy"].hash
    anna.session.flush()
    check_consent(anna, text="privacy")
    assert consents.give_consent(anna, text="privacy", version=VERSION).id == first.id
    consents.withdraw_consent(anna, text="privacy")
    anna.session.flush()
    with pytest.raises(ConsentNeeded):
        check_consent(anna, text="privacy")
    with pytest.raises(ConsentNotGiven):
        consents.withdraw_consent(anna, text="privacy")
    consents.give_consent(anna, text="privacy", version=VERSION)
    assert acts(anna) == [("privacy", "given"), ("privacy", "withdrawn"), ("privacy", "given")]
    check_consent(anna, text="privacy")


def test_one_text_says_nothing_of_another_nor_one_person_of_another(desk, anna):
    consents.give_consent(anna, text="privacy", version=VERSION)
    anna.session.flush()
    with pytest.raises(ConsentNeeded):
        check_consent(anna, text="terms")
    with pytest.raises(ConsentNeeded):
        check_consent(anna, text="privacy", person_id=desk.person("王建国"))


def test_only_the_current_version_is_agreed_to_and_an_old_consent_does_not_count(anna):
    with pytest.raises(ConsentVersionOld) as refused:
        consents.give_consent(anna, text="privacy", version="2020-01-01")
    assert VERSION in refused.value.detail("en")
    consents.give_consent(anna, text="privacy", version=VERSION)
    anna.session.flush()
    columns = "person_id, text, '2020-01-01', text_hash, act, at"
    stale = f"INSERT INTO identity_consents SELECT :id, {columns} FROM identity_consents"
    anna.session.execute(text(stale), {"id": anna.new_id()})
    with pytest.raises(ConsentNeeded):
        check_consent(anna, text="privacy")


def test_there_is_no_other_text(anna):
    for act in (
        lambda: consents.give_consent(anna, text="cookies", version=VERSION),
        lambda: consents.withdraw_consent(anna, text="cookies"),
        lambda: check_consent(anna, text="cookies"),
    ):
        with pytest.raises(ConsentTextMissing):
            act()


def test_a_closed_account_agrees_to_nothing_and_what_it_agreed_to_stays(desk, anna):
    consents.give_consent(anna, text="privacy", version=VERSION)
    anna.session.flush()
    closing.close_account(desk.uow, person_id=anna.actor.person_id)
    with pytest.raises(PersonMissing):
        consents.give_consent(anna, text="terms", version=TEXTS["terms"].version)
    with pytest.raises(PersonMissing):
        consents.withdraw_consent(anna, text="privacy")
    assert acts(anna) == [("privacy", "given")]


@pytest.mark.parametrize("table", ["identity_consents", "identity_proxy_acts"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET at = now()"])
def test_nothing_of_it_is_changed_or_deleted(session, table, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement.format(table)))


def test_texts_are_in_both_languages_and_their_hash_is_of_all_that_is_shown():
    for code, each in json.loads(FILE.read_text(encoding="utf-8")).items():
        assert set(each) == {"version", "title", "body"}
        assert set(each["title"]) == set(each["body"]) == {"zh", "en"}
        assert TEXTS[code].hash == consents.ConsentText(code, **each).hash
        changed = {**each, "body": {**each["body"], "zh": each["body"]["zh"] + "。"}}
        assert TEXTS[code].hash != consents.ConsentText(code, **changed).hash
