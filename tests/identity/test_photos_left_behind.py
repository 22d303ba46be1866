"""Photos somebody handed in: he takes along what is known of them, and where each is looked at; nobody else's."""

import json
from uuid import uuid4

from app.media import service as media
from app.media.rules import Drawn
from app.points import service as points
from tests.identity.conftest import headers

DRAWN = Drawn(jpeg=b"jpeg", width=4, height=3, digest=bytes(32), hash=None, mirror=None)


def test_photos_are_in_the_export(client, desk):
    points.create_book(desk.uow, code="meilihua", name="梅里花", currency_name="积分", validity_months=24)
    desk.uow.session.flush()
    mine, other = desk.wechat("李桂芳"), desk.wechat("王建国")
    taken = [media.take_photo(desk.as_person(mine.person_id), book="meilihua", drawn=DRAWN) for _ in range(105)]
    media.take_photo(desk.as_person(other.person_id), book="meilihua", drawn=DRAWN)
    desk.uow.session.flush()
    subject = f"report:{uuid4()}"
    media.attach_photos(desk.as_person(mine.person_id), book="meilihua", photo_ids=[taken[0].id], subject=subject)
    desk.uow.session.flush()
    photos = json.loads(client.get("/v1/me/data", headers=headers(mine)).text)["photos"]
    assert [each["id"] for each in photos] == sorted(str(photo.id) for photo in taken)
    assert photos[0] | {"uploaded_at": ""} == {
        "id": str(taken[0].id),
        "book": "meilihua",
        "handed_in_with": subject,
        "uploaded_at": "",
        "width": 4,
        "height": 3,
        "check": "waiting",
        "picture": f"/v1/books/meilihua/photos/{taken[0].id}",
    }
