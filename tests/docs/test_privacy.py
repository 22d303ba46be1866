"""docs/privacy.md names every table that holds something about a person, and both languages name the same."""

import re

import pytest
from sqlalchemy import text

from app.identity.models import Device, Invitation, Person, RecoveryCode, Staff, WechatUser
from app.identity.service import closing
from tests.docs.markdown import read, table_after

DOCUMENTS = ("docs/privacy.md", "docs/privacy.zh-CN.md")
WHO = ("person", "resident", "owner", "holder", "subject", "beneficiary", "reporter", "actor", "ward", "guardian")
WHO = (*WHO, "relative", "receiver")
# A table of people by its name, or by a column that is somebody: an id of a person, who did it, or how to reach him.
PERSONAL = text(r"""
    SELECT DISTINCT c.relname
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
       AND (c.relname ~ '^(identity|enrolment|notices)_' OR a.attname ~ :who OR a.attname IN ('phone', 'openid')
            OR (a.attname ~ '_by$' AND a.atttypid = 'uuid'::regtype))
""")


def named(document):
    """The tables in the first column of the list."""
    rows = table_after(read(document), "tables")
    return set(re.findall(r"\b[a-z]+_[a-z_]+\b", " ".join(next(iter(row.values())) for row in rows)))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_table_about_people_is_named(session, document):
    there = set(session.scalars(PERSONAL, {"who": f"(^|_)({'|'.join(WHO)})_id$"}))
    assert {"identity_people", "enrolment_residents", "reports_reports", "points_accounts"} <= there
    assert there - named(document) == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_row_says_what_why_how_long_and_who(document):
    for row in table_after(read(document), "tables"):
        assert len(row) == 5
        assert all(row.values()), row


def test_both_languages_name_the_same():
    assert named(DOCUMENTS[0]) == named(DOCUMENTS[1])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_route_and_setting_that_is_named_is_there(client, app, document):
    paths = client.get("/openapi.json").json["paths"]
    asked = re.findall(r"`(GET|POST) ([^` ]+)", read(document))
    assert len(asked) >= 11
    for method, path in asked:
        assert method.lower() in paths.get(path.translate({60: "{", 62: "}"}), {}), path
    printed = app.test_cli_runner().invoke(args=["settings"]).output
    for name in re.findall(r"LINLI_[A-Z_]+", read(document)):
        assert name in printed


def test_what_closing_deletes_is_kept_until_the_account_is_closed():
    """The document says so of exactly the tables from which closing deletes."""
    rows = table_after(read(DOCUMENTS[0]), "tables")
    told = {name for row in rows if row["how long"].startswith("until the account is closed") for name in named_in(row)}
    assert told == {each.__tablename__ for each in (Person, WechatUser, Device, Staff, RecoveryCode, Invitation)}
    assert closing.STEPS[-1].__name__ == "_erase_person"  # who is erased last is still there for every other step


def named_in(row):
    return re.findall(r"\b[a-z]+_[a-z_]+\b", row["tables"])
