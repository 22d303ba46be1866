"""The same photo again: over HTTP, from the upload to the clerk's list."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.kernel.actor import Role
from app.media.errors import PhotoMissing, PhotoTwice, PhotoUsed
from tests.media.pictures import CHANGED, jpeg, scene
from tests.media.upload import upload
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS

FIRST = scene(7)


def report(api, *contents, person_id=ANNA, photo_ids=None):
    ids = (
        photo_ids if photo_ids is not None else [upload(api, each, person_id=person_id).json["id"] for each in contents]
    )
    body = {"text": "路灯不亮", "place": "3号楼", "photo_ids": ids}
    return api.post("/reports", body, Role.RESIDENT, person_id=person_id)


@pytest.mark.parametrize("change", CHANGED)
def test_attack_13_a_photo_handed_in_again_is_seen_by_the_clerk(api, change):
    first = report(api, jpeg(FIRST)).json["photos"][0]
    assert first["like"] is None
    report(api, CHANGED[change](FIRST), person_id=BORIS)
    latest = api.walk("/reports", Role.CLERK, limit=5)[0]
    assert latest["photos"][0]["like"]["photo_id"] == first["id"]
    assert latest["photos"][0]["like"]["bits"] <= 10


def test_attack_13_another_photo_is_nobodys(api):
    report(api, jpeg(FIRST))
    assert [each["like"] for each in report(api, jpeg(scene(8)), jpeg(scene(9))).json["photos"]] == [None, None]


def test_attack_13_the_same_view_twice_in_one_report_is_honest(api):
    photos = report(api, jpeg(FIRST), CHANGED["compressed"](FIRST)).json["photos"]
    assert [each["like"] for each in photos] == [None, None]


def test_attack_13_the_very_file_is_known_after_the_window_too(api):
    report(api, jpeg(FIRST))
    api.at = "2026-12-15T10:00:00+08:00"
    assert report(api, jpeg(FIRST)).json["photos"][0]["like"]["bits"] == 0
    assert report(api, CHANGED["mirrored"](scene(9))).json["photos"][0]["like"] is None


def test_photos_are_ones_own_once_and_there(api):
    own = upload(api, jpeg(FIRST), person_id=ANNA).json["id"]
    assert refused(report(api, photo_ids=[own], person_id=BORIS)) == (404, PhotoMissing.code, ["photo_ids"])
    assert refused(report(api, photo_ids=[own, own])) == (422, PhotoTwice.code, ["photo_ids"])
    assert refused(report(api, photo_ids=[own, str(uuid4())])) == (404, PhotoMissing.code, ["photo_ids"])
    assert report(api, photo_ids=[own]).status_code == 201
    assert refused(report(api, photo_ids=[own])) == (409, PhotoUsed.code, ["photo_ids"])
    assert report(api, photo_ids=[str(uuid4()) for _ in range(10)]).status_code == 422


def test_a_refused_report_takes_no_photo_with_it(api):
    own = upload(api, jpeg(FIRST), person_id=ANNA).json["id"]
    report(api, photo_ids=[own, str(uuid4())])
    assert report(api, photo_ids=[own]).json["photos"][0]["id"] == own


def test_what_a_photo_was_handed_in_with_is_written_once(api, uow):
    own = report(api, jpeg(FIRST)).json["photos"][0]["id"]
    with pytest.raises(Exception, match="written once"), uow.session.begin_nested():
        uow.session.execute(
            text("UPDATE media_photos SET subject = :other WHERE id = :id"), {"other": f"report:{uuid4()}", "id": own}
        )


def test_likeness_reads_no_more_than_the_newest(uow):
    """Twenty thousand of the book's newest, from an index, however many there are."""
    plan = uow.session.scalar(
        text(
            "EXPLAIN (FORMAT JSON) SELECT id, subject, hash FROM media_photos"
            " WHERE book = 'x' AND attached_at > now() - interval '90 days' ORDER BY attached_at DESC LIMIT 20000"
        )
    )
    assert "ix_media_photos_recent" in json.dumps(plan)


def test_attack_13_a_photo_handed_in_again_is_not_paid_by_one_person_alone(api, acts):
    report(api, jpeg(FIRST))
    again = report(api, CHANGED["compressed"](FIRST), person_id=BORIS).json
    path = f"/reports/{again['id']}/accept"
    first = api.post(path, {}, Role.CLERK)
    assert (first.status_code, first.json["state"], first.json["needs_second"]) == (200, "filed", True)
    assert api.post(path, {}, Role.CLERK).status_code == 409
    second = api.post(path, {}, Role.CLERK, name="deputy")
    assert (second.status_code, second.json["state"]) == (200, "accepted")
