"""Posted codes on a real database: made, listed, scanned, revoked, printed and read back."""

import io
import time
from dataclasses import replace

import pypdfium2
import pytest
import sqlalchemy
import zxingcpp
from pypdf import PdfReader

from app.infra.config import Mode
from app.kernel.geo import Datum, Source, locate
from app.places import errors, queries, service
from app.places.models import QrScans
from app.places.schemas.qr_sheet import print_sheet
from app.places.service import PrintedCode, QrSigns
from app.places.terms import Per, Purpose
from tests.places.ground import lay

BOOK = "meilihua"
SIGNS = QrSigns({1: b"k" * 32}, "https://linli.example/")
HERE = locate(31.4912, 120.3119, Datum.GCJ02, source=Source.MAP)


def post(uow, area, place="东门", purpose=Purpose.REPORT, position=None):
    return service.post_code(
        uow,
        SIGNS,
        book=BOOK,
        area_id=area.id,
        purpose=purpose,
        place=place,
        position=position,
        datum=Datum.GCJ02,
    )


def scan(uow, scene, position=None, signs=SIGNS):
    return service.scan_code(uow, signs, scene=scene, position=position)


def revoke(uow, point):
    return service.revoke_code(uow, SIGNS, book=BOOK, qr_point_id=point.id, reason="被撕掉", datum=Datum.GCJ02)


def listed(uow, book=BOOK, **more):
    asked = {"within": None, "purpose": None, "revoked": False, "datum": Datum.GCJ02, "limit": 50, "cursor": None}
    return service.list_codes(uow, SIGNS, book=book, **(asked | more)).items


def test_a_scanned_code_says_where_it_hangs_and_whose_it_is(ground, uow):
    made = ground.estate()
    view = post(uow, made[""], position=HERE)
    found = scan(uow, view.scene)
    assert (found.point.place, found.area.id, found.book, found.distance_m) == ("东门", made[""].id, BOOK, None)
    assert [each.name for each in found.ancestors] == ["梁溪区", "中山街道", "梅里社区"]
    beside = locate(31.4921, 120.3119, Datum.GCJ02, source=Source.DEVICE)
    assert scan(uow, view.scene, beside).distance_m == pytest.approx(100, abs=1)
    mixed_up = locate(31.4912, 120.3119, Datum.WGS84, source=Source.DEVICE)
    assert scan(uow, view.scene, mixed_up).distance_m > 300
    assert (view.position.lat, view.position.datum) == (31.4912, Datum.GCJ02)


def test_whatever_is_wrong_with_a_code_is_refused_alike(ground, uow):
    made = ground.estate()
    revoked, closed = post(uow, made[""]), ground.open("estate", "旧村")
    gone = post(uow, closed)
    revoke(uow, revoked.point)
    uow.session.execute(  # by hand: the act of closing minds the codes in it
        sqlalchemy.text("UPDATE places_areas SET closed_at = now(), closed_by = id WHERE id = :id"), {"id": closed.id}
    )
    unknown = f"p.0000000000.1.{'0' * 12}"
    said = set()
    for scene, signs in (
        (revoked.scene, SIGNS),
        (gone.scene, SIGNS),
        (unknown, SIGNS),
        ("nonsense", SIGNS),
        (post(uow, made[""], "西门").scene, QrSigns({2: b"n" * 32}, None)),
    ):
        with pytest.raises(errors.QrInvalid) as refused:
            scan(uow, scene, signs=signs)
        said.add((refused.value.code, refused.value.detail("zh"), refused.value.field))
    assert len(said) == 1


def test_scans_are_counted_over_several_rows(ground, uow, session):
    view = post(uow, ground.community)
    for _ in range(60):
        scan(uow, view.scene)
    rows = session.scalars(sqlalchemy.select(QrScans).where(QrScans.point_id == view.point.id)).all()
    assert len(rows) > 5
    assert sum(row.scans for row in rows) == 60
    assert [each.scans for each in listed(uow)] == [60]


def test_an_area_with_codes_in_use_is_not_closed(ground, uow):
    estate = ground.open("estate", "旧村")
    view = post(uow, estate)
    with pytest.raises(errors.AreaNotEmpty):
        service.close_area(uow, book=BOOK, area_id=estate.id)
    revoke(uow, view.point)
    with pytest.raises(errors.QrRevoked):
        revoke(uow, view.point)
    service.close_area(uow, book=BOOK, area_id=estate.id)
    with pytest.raises(errors.AreaClosed):
        post(uow, estate)


def test_one_code_hangs_at_one_place_for_one_purpose(ground, uow):
    first = post(uow, ground.community)
    with pytest.raises(errors.QrPointTaken):
        post(uow, ground.community)
    post(uow, ground.community, purpose=Purpose.NOTICE)
    revoke(uow, first.point)
    again = post(uow, ground.community)
    assert again.scene != first.scene
    assert [each.point.id for each in listed(uow, purpose=Purpose.REPORT)] == [again.point.id]
    assert len(listed(uow, revoked=True)) == 3


def batch(uow, area, per=Per.UNIT, spot="门口"):
    return service.post_codes(uow, SIGNS, book=BOOK, within=area.id, purpose=Purpose.REPORT, per=per, spot=spot)


def test_an_estate_gets_its_codes_in_one_go_and_once(ground, uow, monkeypatch):
    made = ground.estate(buildings=3, units=2)
    assert batch(uow, made[""]) == service.QrBatch(6, 0)
    assert batch(uow, made[""]) == service.QrBatch(0, 6)
    ground.open("unit", "3单元", made["1号楼"])
    assert batch(uow, made[""]) == service.QrBatch(1, 6)
    assert batch(uow, made["1号楼"], Per.BUILDING, None) == service.QrBatch(1, 0)
    places = {each.point.place for each in listed(uow, within=made["1号楼"].id)}
    assert places == {"梅里新村 1号楼"} | {f"梅里新村 1号楼 {number}单元 门口" for number in (1, 2, 3)}
    with pytest.raises(errors.QrNothing):
        batch(uow, made["1号楼/1单元"], Per.BUILDING)
    monkeypatch.setattr("app.places.service.qr.QR_BATCH_MAX", 3)
    with pytest.raises(errors.QrTooMany):
        batch(uow, made[""])
    with pytest.raises(errors.QrTooMany):
        service.list_printed_codes(uow, SIGNS, book=BOOK, area_id=ground.community.id, purpose=None)


def test_codes_of_other_communities_are_none(ground, uow):
    other = lay(uow, book="other", name="新吴区", community="别处")
    theirs = service.post_code(
        uow,
        SIGNS,
        book="other",
        area_id=other.community.id,
        purpose=Purpose.SHOP,
        place="面馆",
        position=None,
        datum=Datum.GCJ02,
    )
    assert listed(uow) == []
    with pytest.raises(errors.QrPointMissing):
        revoke(uow, theirs.point)
    with pytest.raises(errors.AreaMissing):
        batch(uow, other.community)
    assert scan(uow, theirs.scene).book == "other"  # but anybody may scan it


def test_nothing_is_posted_or_printed_before_it_is_set_up(ground, uow, database):
    production = QrSigns.for_config(database.config(mode=Mode.PRODUCTION, token_keys=(("k", "x" * 40),)))
    assert (dict(production.keys), production.base_url) == ({}, None)
    post(uow, ground.community)
    with pytest.raises(errors.QrUnset):
        service.post_codes(
            uow, production, book=BOOK, within=ground.community.id, purpose=Purpose.SHOP, per=Per.UNIT, spot=None
        )
    half = replace(SIGNS, base_url=None)
    with pytest.raises(errors.QrUnset) as refused:
        service.list_printed_codes(uow, half, book=BOOK, area_id=ground.community.id, purpose=None)
    assert "LINLI_QR_BASE_URL" in refused.value.detail("en")
    with pytest.raises(errors.QrInvalid):
        scan(uow, post(uow, ground.community, "西门").scene, signs=production)
    assert QrSigns.for_config(database.config()).base_url == "http://127.0.0.1:8080"


def read_back(content):
    """What an independent reader sees on the printed pages, in no order."""
    found = []
    document = pypdfium2.PdfDocument(content)
    for page in document:
        image = page.render(scale=2, grayscale=True).to_pil()
        found += [each.text for each in zxingcpp.read_barcodes(image)]
        page.close()
    document.close()
    return found


def test_a_printed_sheet_is_read_back_by_a_reader_that_is_not_ours(ground, uow):
    made = ground.estate(buildings=5, units=2)
    batch(uow, made[""])
    codes = service.list_printed_codes(uow, SIGNS, book=BOOK, area_id=made[""].id, purpose=Purpose.REPORT)
    sheet = print_sheet(codes, "zh")
    assert print_sheet(codes, "zh") == sheet
    read = read_back(sheet)
    assert sorted(read) == sorted(code.address for code in codes)
    assert all(text.startswith("https://linli.example/q/p.") for text in read)
    for text in read:
        scan(uow, text.rpartition("/")[2])
    pages = PdfReader(io.BytesIO(sheet)).pages
    assert len(pages) == 2  # ten codes, eight to a page
    text = pages[0].extract_text()
    assert "扫码反映问题" in text
    assert "梅里新村 1号楼" in text.replace("\n", " ")
    assert "Scan to report" in PdfReader(io.BytesIO(print_sheet(codes, "en"))).pages[0].extract_text()
    order = [queries.get_area(uow.session, each.point.area_id).path for each in listed(uow)]
    assert len(order) == 10


def test_a_sheet_without_codes_is_refused(ground, uow):
    with pytest.raises(errors.QrNothing):
        service.list_printed_codes(uow, SIGNS, book=BOOK, area_id=ground.community.id, purpose=None)


def test_a_hundred_codes_are_printed_while_somebody_waits():
    address = f"https://linli.example/q/p.{'0' * 10}.1.{'0' * 12}"
    codes = [PrintedCode(address, "0" * 10, Purpose.REPORT, "梅里新村 3号楼 2单元 门口", "梅里社区")] * 100
    begun = time.process_time()
    sheet = print_sheet(codes, "zh")
    assert time.process_time() - begun < 4
    assert len(sheet) < 800_000


def test_the_address_of_a_code_says_what_it_is_and_counts_nothing(ground, uow, client):
    signs = client.application.extensions["linli.qr_signs"]
    made = ground.estate()
    view = service.post_code(
        uow,
        signs,
        book=BOOK,
        area_id=made[""].id,
        purpose=Purpose.REPORT,
        place="<b>东门</b>",
        position=None,
        datum=Datum.GCJ02,
    )
    uow.session.flush()
    page = client.get(signs.address_of(view.point).removeprefix(signs.base_url))
    assert (page.status_code, page.mimetype) == (200, "text/html")
    for words in ("梅里社区", "&lt;b&gt;东门&lt;/b&gt;", "扫码反映问题 · Scan to report a problem", "微信", "WeChat"):
        assert words in page.text
    assert "<b>" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    [listed_one] = listed(uow)
    assert listed_one.scans == 0
    revoked = service.revoke_code(uow, signs, book=BOOK, qr_point_id=view.point.id, reason="x", datum=Datum.GCJ02)
    uow.session.flush()
    for scene in (revoked.scene, "p.0000000000.1.000000000000", "x"):
        gone = client.get(f"/q/{scene}")
        assert (gone.status_code, gone.mimetype) == (404, "text/html")
        assert "not in use" in gone.text


def test_the_address_of_a_code_is_opened_so_often_in_a_minute(client):
    here = {"REMOTE_ADDR": "203.0.113.77"}
    seen = [client.get("/q/x", environ_base=here).status_code for _ in range(61)]
    assert (set(seen[:60]), seen[60]) == ({404}, 429)
    assert client.get("/q/x", environ_base={"REMOTE_ADDR": "203.0.113.78"}).status_code == 404
