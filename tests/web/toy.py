"""Routes of no feature, on which the HTTP edge is tested. Their one effect is a row of jobs_completions."""

from marshmallow import Schema, fields, validate
from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.errors import Declined, DomainError, Kind
from app.web.endpoint import PUBLIC, Blueprint, endpoint
from app.web.fields import Day, Fen, Id, Instant, Month, Points, Text
from app.web.limits import By, Limit
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema
from app.web.streaming import File, Stream

HUSH = "the secret inside"
TYPES = {"/toy/stream": "text/csv; charset=utf-8", "/toy/file": "application/octet-stream"}

blueprint = Blueprint("toy", __name__, description="玩具 / toy")


class Refused(DomainError):
    kind = Kind.CONFLICT
    code = "toy.refused"
    text = {"zh": "余额不足,还有 {left} 分。", "en": "Too little: {left} points are left."}
    field = "points"


class Sticky(Declined):
    kind = Kind.CONFLICT
    code = "toy.sticky"
    text = {"zh": "不行,而且以后也不行。", "en": "No, and not later either."}


class RowIn(StrictSchema):
    points = Points(required=True)


class EverythingIn(StrictSchema):
    points = Points(required=True)
    fen = Fen(load_default=1)
    name = Text(load_default="x", length_max=5)
    story = Text(load_default="", length_min=0, lines=True)
    whom = Id(load_default=None)
    at = Instant(load_default=None)
    day = Day(load_default=None)
    way = fields.String(load_default="in", validate=validate.OneOf(["in", "out"]))
    rows = fields.List(
        fields.Nested(RowIn), load_default=list, validate=validate.Length(0, 3, error="count:{min}:{max}")
    )


class EverythingOut(Schema):
    points = fields.Integer()
    fen = fields.Integer()
    name = fields.String()
    story = fields.String()
    at = fields.AwareDateTime()
    day = fields.Date()
    rows = fields.Raw()


class MonthQuery(StrictSchema):
    month = Month(load_default=None)


class RowOut(Schema):
    id = fields.Integer(required=True)


@blueprint.route("/toy/echo", methods=["POST"])
@endpoint(roles=PUBLIC, body=EverythingIn, reply=EverythingOut)
def echo(uow, *, points, fen, name, story, whom, at, day, way, rows):
    """回声 / echo."""
    return {"points": points, "fen": fen, "name": name, "story": story, "at": at, "day": day, "rows": rows}


@blueprint.route("/toy/books/<book>/rows", methods=["POST"])
@endpoint(roles={Role.TREASURER, Role.CLERK}, body=RowIn, reply=RowOut, status=201, idempotent=True)
def write_row(uow: UnitOfWork, *, book: str, points: int) -> object:
    """写一行 / write a row."""
    uow.session.execute(text("INSERT INTO jobs_completions VALUES (:id, :now)"), {"id": points, "now": uow.now})
    return {"id": points}


@blueprint.route("/toy/refusals", methods=["POST"])
@endpoint(roles={Role.TREASURER}, body=RowIn, idempotent=True, status=204)
def refuse_after_writing(uow: UnitOfWork, *, points: int) -> None:
    """写后拒绝 / write, then refuse."""
    uow.session.execute(text("INSERT INTO jobs_completions VALUES (:id, :now)"), {"id": points, "now": uow.now})
    if points == 1:
        raise Refused(left=3)
    if points == 2:
        raise Sticky
    if points == 3:
        raise ValueError(HUSH)


@blueprint.route("/toy/rows")
@endpoint(roles={Role.AUDITOR}, query=PageQuery, reply=page_of(RowOut, "RowPage"))
def list_rows(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """分页 / pages."""
    return {"items": [{"id": limit}], "next_cursor": cursor}


@blueprint.route("/toy/limited/<by>", methods=["POST"])
@endpoint(roles={Role.TREASURER}, limits=(Limit(By.ADDRESS, 3, 60), Limit(By.ACCOUNT, 2, 60)), status=204)
def act_seldom(uow: UnitOfWork, *, by: str) -> None:
    """少做 / act seldom."""


@blueprint.route("/toy/guesses", methods=["POST"])
@endpoint(
    roles={Role.TREASURER},
    body=RowIn,
    status=204,
    idempotent=True,
    limits=(Limit(By.ACCOUNT, 2, 60, refused=frozenset({Sticky.code})),),
)
def guess(uow: UnitOfWork, *, points: int) -> None:
    """猜 / guess: 1 is another refusal, 2 the one that counts."""
    if points == 1:
        raise Refused(left=3)
    if points == 2:
        raise Sticky


@blueprint.route("/toy/now")
@endpoint(roles=PUBLIC, reply=EverythingOut)
def show_now(uow: UnitOfWork) -> object:
    """几点 / the time."""
    return {"at": uow.now}


@blueprint.route("/toy/broken-sql")
@endpoint(roles=PUBLIC)
def break_sql(uow: UnitOfWork) -> None:
    """坏语句 / broken SQL."""
    uow.session.execute(text("SELECT nonsense, :word"), {"word": HUSH})


@blueprint.route("/toy/stream")
@endpoint(roles=PUBLIC, media_type=TYPES["/toy/stream"])
def stream_text(uow: UnitOfWork) -> object:
    """文字 / text by steps."""
    return Stream("\ufeff", lambda _uow, where: (",2\r\n", None) if where else ("1", 1), "", filename="toy.bin")


@blueprint.route("/toy/file")
@endpoint(roles=PUBLIC, query=MonthQuery, media_type=TYPES["/toy/file"])
def make_file(uow: UnitOfWork, *, month: object) -> object:
    """文件 / a file; one of a month breaks."""

    def render(rows):
        if month is not None:
            raise ValueError(HUSH)
        return b"".join(rows)

    return File(lambda _uow, where: ([b"1", b"2"], None) if where else ([b"\x00\xff"], 1), render, filename="toy.bin")
