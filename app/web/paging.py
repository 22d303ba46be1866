"""Paged lists over HTTP: `?limit=&cursor=` in, `{items, next_cursor}` out."""

from marshmallow import Schema, fields, validate

from app.kernel.paging import CURSOR_LENGTH_MAX, LIMIT_DEFAULT, LIMIT_MAX
from app.web.fields import Text
from app.web.parsing import StrictSchema


class LimitField(fields.Integer):
    """A page size in a query string: decimal digits only."""

    default_error_messages = {"invalid": f"range:1:{LIMIT_MAX}", "too_large": f"range:1:{LIMIT_MAX}"}

    def __init__(self) -> None:
        super().__init__(
            load_default=LIMIT_DEFAULT,
            validate=validate.Range(1, LIMIT_MAX, error="range:{min}:{max}"),
            metadata={"description": "每页条数 / items per page"},
        )

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> int:
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9):
            raise self.make_error("invalid")
        return int(value)


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
