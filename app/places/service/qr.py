"""Posting codes, printing them, scanning them, taking them out of use."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from app.infra.config import Config
from app.infra.unit_of_work import UnitOfWork
from app.kernel import scenes
from app.kernel.geo import Datum, Position, Seen, distance_m
from app.kernel.paging import Page, page_by_id, read_id
from app.places import queries
from app.places.errors import (
    AreaClosed,
    AreaMissing,
    QrInvalid,
    QrNothing,
    QrPointMissing,
    QrPointTaken,
    QrRevoked,
    QrTooMany,
    QrUnset,
)
from app.places.models import Area, QrPoint, QrScans, position_columns
from app.places.rules import tree
from app.places.rules.scenes import POINT
from app.places.service.care import check_in_care
from app.places.terms import QR_BATCH_MAX, QR_PLACE_LENGTH_MAX, QR_STRIPES, AreaKind, Per, Purpose

DEMO_KEYS = {1: b"linli-demo-codes-known-to-everyone-never-production"}
DEMO_BASE_URL = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class QrSigns:
    """The keys that sign posted codes, and the address they lead to. Empty where the operator has set none."""

    keys: scenes.Keys
    base_url: str | None

    @classmethod
    def for_config(cls, config: Config) -> "QrSigns":
        """Take what is set; demo and test fall back to what everybody knows."""
        keys = {version: secret.encode() for version, secret in config.qr_keys or ()}
        if config.takes_demo_liberties:
            return cls(keys or DEMO_KEYS, config.qr_base_url or DEMO_BASE_URL)
        return cls(keys, config.qr_base_url)

    def scene_of(self, point: QrPoint) -> str:
        """Give what a code says. Refuses QrUnset."""
        if not self.keys:
            raise QrUnset(setting="LINLI_QR_KEYS")
        return POINT.make(point.short, self.keys)

    def address_of(self, point: QrPoint) -> str:
        """Give what the picture of a code holds. Refuses QrUnset."""
        if self.base_url is None:
            raise QrUnset(setting="LINLI_QR_BASE_URL")
        return f"{self.base_url.rstrip('/')}/q/{self.scene_of(point)}"


@dataclass(frozen=True, slots=True)
class QrView:
    """A posted code as the office sees it."""

    point: QrPoint
    area: Area
    scene: str
    scans: int
    position: Seen | None


@dataclass(frozen=True, slots=True)
class QrBatch:
    """What came of a batch: how many codes were made, and how many were there already."""

    made: int
    existing: int


@dataclass(frozen=True, slots=True)
class QrScan:
    """What a scanned code is. `ancestors`: the areas above its own. `distance_m`: None unless both places are known."""

    point: QrPoint
    area: Area
    ancestors: tuple[Area, ...]
    book: str | None
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A code to print: `address` is what the picture holds, `community` whose it is."""

    address: str
    short: str
    purpose: Purpose
    place: str
    community: str


def post_code(
    uow: UnitOfWork,
    signs: QrSigns,
    *,
    book: str,
    area_id: UUID,
    purpose: Purpose,
    place: str,
    position: Position | None,
    datum: Datum,
) -> QrView:
    """Make a code that hangs in an area. Refuses BookUnplaced, AreaMissing, AreaClosed, QrPointTaken, QrUnset."""
    area = queries.get_area(uow.session, area_id, within=queries.get_area_of_book(uow.session, book))
    check_in_care(uow, area.id)
    if area.closed_at is not None:
        raise AreaClosed(name=area.name)
    made = _insert(uow, [(area, place)], purpose, position)
    if not made:
        raise QrPointTaken(place=place)
    return _views(uow, signs, [queries.get_qr_point(uow.session, made[0], within=area)], datum)[0]


def post_codes(
    uow: UnitOfWork, signs: QrSigns, *, book: str, within: UUID, purpose: Purpose, per: Per, spot: str | None
) -> QrBatch:
    """Make a code for each building or stairwell of an area; `spot` says where at each of them, such as 门口.

    Asked again it makes only those that are missing. Refuses BookUnplaced, AreaMissing, QrNothing, QrTooMany, QrUnset.
    """
    if not signs.keys:
        raise QrUnset(setting="LINLI_QR_KEYS")
    community = queries.get_area_of_book(uow.session, book)
    outer = queries.get_area(uow.session, within, within=community, field="within")
    check_in_care(uow, outer.id, field="within")
    kind = AreaKind(per.value)
    areas = queries.list_posting_places(uow.session, within=outer, kind=kind, limit=QR_BATCH_MAX + 1)
    if not areas:
        raise QrNothing
    if len(areas) > QR_BATCH_MAX:
        raise QrTooMany(points_max=QR_BATCH_MAX)
    names = _names_below(uow, community, areas)
    places = [(area, f"{names[area.id]} {spot or ''}".strip()[-QR_PLACE_LENGTH_MAX:]) for area in areas]
    made = _insert(uow, places, purpose, None)
    return QrBatch(len(made), len(places) - len(made))


def list_codes(
    uow: UnitOfWork,
    signs: QrSigns,
    *,
    book: str,
    within: UUID | None,
    purpose: Purpose | None,
    revoked: bool,
    datum: Datum,
    limit: int,
    cursor: str | None,
) -> Page[QrView]:
    """Codes of an area and below with their scans. Refuses BookUnplaced, CursorInvalid, QrUnset."""
    community = queries.get_area_of_book(uow.session, book)
    outer = community if within is None else queries.find_area(uow.session, within, within=community)
    if outer is None:
        return Page([])  # as empty as below any area that is not there
    rows = queries.list_qr_points(
        uow.session, within=outer, purpose=purpose, revoked=revoked, after=read_id(cursor), limit=limit + 1
    )
    page = page_by_id(rows, limit, lambda point: point.id)
    return Page(_views(uow, signs, page.items, datum), page.next_cursor)


def revoke_code(uow: UnitOfWork, signs: QrSigns, *, book: str, qr_point_id: UUID, reason: str, datum: Datum) -> QrView:
    """Take a code out of use for good. Refuses BookUnplaced, QrPointMissing, QrRevoked, QrUnset."""
    community = queries.get_area_of_book(uow.session, book)
    point = queries.get_qr_point(uow.session, qr_point_id, within=community, lock=True)
    try:
        check_in_care(uow, point.area_id)
    except AreaMissing:
        raise QrPointMissing from None
    if point.revoked_at is not None:
        raise QrRevoked
    point.revoked_by, point.revoked_at, point.revoke_reason = uow.actor.id, uow.now, reason
    uow.session.flush()
    return _views(uow, signs, [point], datum)[0]


def list_printed_codes(
    uow: UnitOfWork, signs: QrSigns, *, book: str, area_id: UUID, purpose: Purpose | None
) -> Sequence[PrintedCode]:
    """All codes in use of an area and below, to print in one go.

    Refuses BookUnplaced, AreaMissing, QrNothing, QrTooMany, QrUnset.
    """
    community = queries.get_area_of_book(uow.session, book)
    outer = queries.get_area(uow.session, area_id, within=community)
    points = queries.list_qr_points_to_print(uow.session, within=outer, purpose=purpose, limit=QR_BATCH_MAX + 1)
    if not points:
        raise QrNothing
    if len(points) > QR_BATCH_MAX:
        raise QrTooMany(points_max=QR_BATCH_MAX)
    return [
        PrintedCode(signs.address_of(point), point.short, Purpose(point.purpose), point.place, community.name)
        for point in points
    ]


def scan_code(uow: UnitOfWork, signs: QrSigns, *, scene: str, position: Position | None) -> QrScan:
    """Say what a scanned code is, whosever it is (people scan codes of other communities too), and count the scan.

    Refuses QrInvalid for whatever is wrong with it.
    """
    short = POINT.read(scene, signs.keys)
    found = None if short is None else queries.find_qr_point_in_use(uow.session, short)
    if found is None:
        raise QrInvalid
    point, area = found
    _count(uow, point)
    ids = tree.ids_of(area.path)
    known = queries.list_areas_by_id(uow.session, ids)
    above = tuple(known[each] for each in ids[:-1])
    book = next((each.book for each in (*above, area) if each.book is not None), None)
    here = point.position or area.position
    distance = None if here is None or position is None else round(distance_m(here, position), 1)
    return QrScan(point, area, above, book, distance)


def _insert(
    uow: UnitOfWork, places: Sequence[tuple[Area, str]], purpose: Purpose, position: Position | None
) -> list[UUID]:
    """Make codes where there is none for this purpose yet; gives the ids of those made."""
    rows = [
        {
            "id": uow.new_id(),
            "short": scenes.short_of(uow.new_token()),
            "area_id": area.id,
            "purpose": str(purpose),
            "place": place,
            "made_by": uow.actor.id,
            "made_at": uow.now,
        }
        | position_columns(position)
        for area, place in places
    ]
    made = (
        insert(QrPoint)
        .values(rows)
        .on_conflict_do_nothing(
            index_elements=["area_id", "purpose", "place"], index_where=QrPoint.revoked_at.is_(None)
        )
    )
    return list(uow.session.scalars(made.returning(QrPoint.id)))


def _count(uow: UnitOfWork, point: QrPoint) -> None:
    stripe = int(uow.new_digits(4)) % QR_STRIPES
    row = insert(QrScans).values(point_id=point.id, stripe=stripe, scans=1, scanned_at=uow.now)
    uow.session.execute(
        row.on_conflict_do_update(
            index_elements=["point_id", "stripe"],
            set_={
                "scans": QrScans.scans + 1,
                "scanned_at": func.greatest(QrScans.scanned_at, row.excluded.scanned_at),
            },
        )
    )


def _views(uow: UnitOfWork, signs: QrSigns, points: Sequence[QrPoint], datum: Datum) -> list[QrView]:
    areas = queries.list_areas_by_id(uow.session, {point.area_id for point in points})
    scans = queries.sum_scans(uow.session, [point.id for point in points])
    return [
        QrView(
            point,
            areas[point.area_id],
            signs.scene_of(point),
            scans.get(point.id, 0),
            None if point.position is None else point.position.seen_in(datum),
        )
        for point in points
    ]


def _names_below(uow: UnitOfWork, community: Area, areas: Sequence[Area]) -> dict[UUID, str]:
    """What people call each area within its community: 梅里新村 3号楼 2单元."""
    below = {area.id: tree.ids_of(area.path)[len(tree.ids_of(community.path)) :] for area in areas}
    known = queries.list_areas_by_id(uow.session, {each for ids in below.values() for each in ids})
    return {area_id: " ".join(known[each].name for each in ids) for area_id, ids in below.items()}
