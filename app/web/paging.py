"""Paged lists over HTTP: `?limit=&cursor=` in, `{items, next_cursor}` out."""

from marshmallow import Schema, fields

from app.kernel.paging import CURSOR_LENGTH_MAX, LIMIT_DEFAULT, LIMIT_MAX
from app.web.fields import QueryInteger, Text
from app.web.parsing import StrictSchema


class LimitField(QueryInteger):
    """A page size in a query string."""

    def __init__(self) -> None:
        super().__init__(
            minimum=1,
            maximum=LIMIT_MAX,
            load_default=LIMIT_DEFAULT,
            metadata={"description": "每页条数 / items per page"},
        )


class PageQuery(StrictSchema):
    """Where to go on reading. Subclass it to add filters."""

    limit = LimitField()
    cursor = Text(
        load_default=None,
        length_max=CURSOR_LENGTH_MAX,
        metadata={"description": "上一页的 next_cursor / next_cursor of the page before"},
    )


def page_of(item: type[Schema], name: str) -> type[Schema]:
    """Make the reply schema of a page (`kernel.paging.Page`) whose items are dumped by `item`."""
    return type(
        name,
        (Schema,),
        {
            "__doc__": f"A page of {item.__name__}.",
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(required=True, allow_none=True),
        },
    )
