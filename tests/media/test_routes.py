"""Photos over HTTP: taken in, shown to whom they concern, judged, deleted."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.infra.wechat.terms import Suggestion
from app.kernel.actor import Actor, Role
from app.media import service
from app.media.errors import PhotoTwice, PhotoUsed
from app.media.models import Photo, Picture
from app.media.service import PhotoAnswer
from app.media.terms import KEPT, STRAY_AFTER
from app.notices.models import MediaCheck
from tests.fixtures.work import NOW
from tests.media.pictures import jpeg, scene
from tests.media.upload import upload
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS

PHOTO = jpeg(scene(1))


@pytest.fixture
def taken(api):
    answer = upload(api, PHOTO, person_id=ANNA)
    assert answer.status_code == 201, answer.text
    return answer.json


def see(api, photo_id, role=Role.RESIDENT, **who):
    return api.get(f"/photos/{photo_id}", role, **who)


def test_a_photo_is_taken_in_and_its_owner_sees_it(api, taken):
    assert taken == {
        "id": taken["id"],
        "width": 640,
        "height": 480,
        "uploaded_at": "2026-06-15T10:00:00+08:00",
        "check": "waiting",
    }
    shown = see(api, taken["id"], person_id=ANNA)
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert Image.open(BytesIO(shown.data)).size == (640, 480)


def test_staff_see_photos_and_other_residents_do_not(api, taken):
    assert see(api, taken["id"], Role.CLERK).status_code == see(api, taken["id"], Role.AUDITOR).status_code == 200
    assert refused(see(api, taken["id"], person_id=BORIS)) == (404, "media.photo_missing", ["photo_id"])
    assert refused(see(api, uuid4(), Role.CLERK)) == (404, "media.photo_missing", ["photo_id"])


def test_a_photo_sent_twice_under_one_key_is_one(api):
    first, again = (upload(api, PHOTO, key="photo-1-of-anna", person_id=ANNA) for _ in range(2))
    assert first.json["id"] == again.json["id"]


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"GIF89a and so on", "image/jpeg", 422, "media.photo_unreadable"),
        (PHOTO, "image/heic", 415, "web.upload_type_wrong"),
        (PHOTO, "application/json", 415, "web.upload_type_wrong"),
        (b"", "image/jpeg", 400, "web.upload_empty"),
        (b"\xff" * (10 * 1024 * 1024 + 1), "image/jpeg", 413, "web.upload_too_large"),
    ],
    ids=["no picture", "another kind", "json", "nothing", "too long"],
)
def test_what_is_no_photo_is_refused(api, content, media_type, status, code):
    found = refused(upload(api, content, media_type=media_type, person_id=ANNA))
    assert found[:2] == (status, code)


def test_a_photo_of_too_many_pixels_is_refused_with_the_number_that_would_do(api):
    written = BytesIO()
    Image.new("1", (5000, 5000)).save(written, "PNG")
    answer = upload(api, written.getvalue(), media_type="image/png", person_id=ANNA)
    assert refused(answer) == (422, "media.photo_too_large", ["content"])
    assert "5000×5000" in answer.json["detail"]
    assert "24" in answer.json["detail"]


def test_wechat_fetches_a_photo_by_its_key_until_it_has_judged(api, uow, client, taken):
    (question,) = service.claim_photo_check(uow, openid_of=lambda _session, _person: "openid-of-anna")
    uow.session.flush()
    path = "/v1/photos/" + question.url.partition("/v1/photos/")[2]
    at = {"Linli-Demo-Clock": NOW.isoformat()}
    assert client.get(path, headers=at).status_code == 200
    assert client.get(path).status_code == 404  # a day later, and more
    for wrong in (path[:-1] + ("0" if path[-1] != "0" else "1"), path + "zz", path[:-32] + "00", path[:-32] + "é"):
        assert refused(client.get(wrong, headers=at)) == (404, "media.photo_missing", ["photo_id"])

    service.record_photo_check(uow, question, PhotoAnswer("trace-1"))
    waiting = uow.session.get(MediaCheck, "trace-1")
    assert (waiting.subject, waiting.job) == (taken["id"], "media.hear_verdict")
    assert service.claim_photo_check(uow, openid_of=lambda _session, _person: "openid-of-anna") == []

    service.hear_verdict(uow, trace_id="trace-1", subject=taken["id"], suggestion=Suggestion.RISKY)
    service.hear_verdict(uow, trace_id="trace-1", subject=taken["id"], suggestion=Suggestion.PASS)
    uow.session.flush()
    assert photo_of(uow, taken).check_state == "risky"
    assert client.get(path, headers=at).status_code == 404


def photo_of(uow, taken):
    uow.session.expire_all()
    return uow.session.scalar(select(Photo).where(Photo.id == UUID(taken["id"])))


def test_whom_wechat_does_not_know_a_person_judges(uow, api, taken):
    assert service.claim_photo_check(uow, openid_of=lambda _session, _person: None) == []
    assert photo_of(uow, taken).check_state == "review"


def test_what_wechat_does_not_take_is_asked_again_and_at_last_a_person_looks(uow, api, taken):
    for _ in range(5):
        (question,) = service.claim_photo_check(uow, openid_of=lambda _session, _person: "openid-of-anna")
        service.record_photo_check(uow, question, None)
        assert photo_of(uow, taken).check_state == "waiting"
        assert service.claim_photo_check(uow, openid_of=lambda _session, _person: "openid-of-anna") == []
        uow.now += timedelta(hours=1)
    assert service.claim_photo_check(uow, openid_of=lambda _session, _person: "openid-of-anna") == []
    assert photo_of(uow, taken).check_state == "review"


def test_a_photo_nothing_was_handed_in_with_is_deleted_with_its_picture(uow, api, taken):
    uow.now = NOW + STRAY_AFTER - timedelta(seconds=1)
    assert service.purge_photos(uow) == 0
    uow.now += timedelta(seconds=2)
    assert service.purge_photos(uow) == 1
    assert uow.session.scalar(select(func.count()).select_from(Picture)) == 0


def test_a_photo_that_was_handed_in_is_kept_for_its_time(uow, api, taken):
    report = {"text": "路灯不亮", "place": "3号楼", "photo_ids": [taken["id"]]}
    assert api.post("/reports", report, Role.RESIDENT, person_id=ANNA).status_code == 201
    uow.now = NOW + KEPT - timedelta(seconds=1)
    assert service.purge_photos(uow) == 0
    uow.now += timedelta(seconds=2)
    assert service.purge_photos(uow) == 1


def test_photos_of_a_closed_account_are_deleted(uow, api, taken):
    other = upload(api, PHOTO, person_id=BORIS).json
    owner = photo_of(uow, taken).person_id
    service.forget_photos(uow, person_id=str(owner))
    assert photo_of(uow, taken) is None
    assert photo_of(uow, other) is not None


def test_photos_are_handed_in_once_and_named_once(uow, api, taken):
    owner = replace(uow, actor=Actor(ANNA, frozenset({Role.RESIDENT})))
    photo_id, handed_in = UUID(taken["id"]), {"book": api.book, "subject": f"report:{uuid4()}"}
    with pytest.raises(PhotoTwice):
        service.attach_photos(owner, photo_ids=[photo_id, photo_id], **handed_in)
    service.attach_photos(owner, photo_ids=[photo_id], **handed_in)
    with pytest.raises(PhotoUsed):
        service.attach_photos(owner, photo_ids=[photo_id], **handed_in)
