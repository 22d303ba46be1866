"""JSON of what an owner asks of his own branch."""

from app.web.fields import Day, Text
from app.web.paging import PageQuery
from app.web.parsing import StrictSchema


class BookQuery(PageQuery):
    """Of which book."""

    book = Text(required=True, length_max=32)


class DayQuery(PageQuery):
    """Of which day (Asia/Shanghai)."""

    day = Day(required=True)


class BookIn(StrictSchema):
    """In which book."""

    book = Text(required=True, length_max=32)
