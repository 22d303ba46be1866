"""Input fields with a range, a length and an opinion: nothing is coerced, nothing is cut."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from marshmallow import fields, validate

from app.kernel.periods import DISTRICT

POINTS_MAX = 10**9
FEN_MAX = 10**12
TEXT_LENGTH_MAX = 200
# control characters and direction overrides; written so that Python's and ECMA's regular expressions read it alike,
# because the API document shows it
UNPRINTABLE = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069"
SURROGATES = r"\ud800-\udfff"
LINE_BREAKS = r"\t\n"


class StrictInteger(fields.Integer):
    """A whole JSON number from `minimum` to `maximum`: 1.0, true, "5", NaN and 10^30 are refused."""

    default_error_messages = {"invalid": "integer", "range": "range"}

    def __init__(self, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(minimum, maximum, error="range:{min}:{max}"), **kwargs)

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> int:
        if type(value) is not int:
            raise self.make_error("invalid")
        return value


class QueryInteger(fields.Integer):
    """A whole number from `minimum` (0 or more) to `maximum` in a query string: decimal digits only."""

    def __init__(self, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        message = f"range:{minimum}:{maximum}"
        messages: dict[str, Any] = {"invalid": message, "too_large": message}
        super().__init__(
            validate=validate.Range(minimum, maximum, error="range:{min}:{max}"), error_messages=messages, **kwargs
        )

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> int:
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9):
            raise self.make_error("invalid")
        return int(value)


class Points(StrictInteger):
    """Points of one posting: 1 to 10^9."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(minimum=1, maximum=POINTS_MAX, **kwargs)


class Fen(StrictInteger):
    """Money in fen: 1 to 10^12."""

    def __init__(self, *, minimum: int = 1, **kwargs: Any) -> None:
        super().__init__(minimum=minimum, maximum=FEN_MAX, **kwargs)


class Text(fields.String):
    """A short text of `length_min` to `length_max` characters. No control characters, no direction
    overrides, no NUL; line breaks only when `lines` is true. Blank text does not count as text.
    """

    default_error_messages = {"invalid": "text", "unprintable": "unprintable", "length": "length:{min}:{max}"}

    def __init__(
        self, *, length_min: int = 1, length_max: int = TEXT_LENGTH_MAX, lines: bool = False, **kwargs: Any
    ) -> None:
        refused = UNPRINTABLE if lines else UNPRINTABLE + LINE_BREAKS
        blank = "" if length_min == 0 else rf"[^\s{refused}][^{refused}]*"
        metadata = {"pattern": rf"^[^{refused}]*{blank}$", **kwargs.pop("metadata", {})}
        length = validate.Length(length_min, length_max, error="length:{min}:{max}")
        super().__init__(validate=[length, *kwargs.pop("validate", ())], metadata=metadata, **kwargs)
        self.length_min, self.length_max = length_min, length_max
        self.refused = re.compile(f"[{refused}{SURROGATES}]")

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if self.refused.search(text):
            raise self.make_error("unprintable")
        if self.length_min and not text.strip():
            raise self.make_error("length", min=self.length_min, max=self.length_max)
        return text


class Flag(fields.Boolean):
    """JSON true or false, and nothing else that might be meant so."""

    default_error_messages = {"invalid": "boolean"}

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Id(fields.UUID):
    """An id of ours, in the usual 36 characters."""

    default_error_messages = {"invalid_uuid": "uuid"}

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
            raise self.make_error("invalid_uuid")
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(fields.AwareDateTime):
    """An instant with its zone (RFC 3339); a naive one is refused, and one the district's calendar does not reach."""

    default_error_messages = {"invalid": "instant", "invalid_awareness": "instant", "format": "instant"}

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        instant = super()._deserialize(value, attr, data, **kwargs)
        try:
            instant.astimezone(DISTRICT)
        except OverflowError:  # the first or last hours there are: in the district that is no date at all
            raise self.make_error("invalid") from None
        return instant


class ShownInstant(fields.AwareDateTime):
    """An instant in an answer, as the district reads it: RFC 3339 with +08:00."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(None if value is None else value.astimezone(DISTRICT), attr, obj, **kwargs)


class Day(fields.Date):
    """A calendar day, YYYY-MM-DD; not of the first and the last year there are, which have no bounds as instants."""

    default_error_messages = {"invalid": "day", "format": "day"}

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"(?!0001|9999)[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Month(fields.Field[date]):
    """A calendar month, YYYY-MM, from 2000 to 2199; comes out as its first day."""

    default_error_messages = {"invalid": "month"}

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"2[01][0-9]{2}-(0[1-9]|1[0-2])", value):
            raise self.make_error("invalid")
        return date(int(value[:4]), int(value[5:]), 1)

    def _serialize(self, value: date | None, *_args: object, **_kwargs: object) -> str | None:
        return None if value is None else f"{value:%Y-%m}"


class ValuesByName(fields.Dict):
    """Values of one sort by a short name; `count_max` of them at most, none when left out."""

    def __init__(self, values: fields.Field[Any], *, count_max: int, name_length_max: int, **kwargs: Any) -> None:
        super().__init__(
            keys=Text(length_max=name_length_max),
            values=values,
            load_default=dict,
            validate=validate.Length(0, count_max, error="count:{min}:{max}"),
            **kwargs,
        )


class WholeNumbers(ValuesByName):
    """Whole numbers by a short name: {"A": 100, "C": 60}. `count_max` of them at most, each from 0 to `maximum`."""

    def __init__(self, *, count_max: int, name_length_max: int, maximum: int, **kwargs: Any) -> None:
        number = StrictInteger(minimum=0, maximum=maximum)
        super().__init__(number, count_max=count_max, name_length_max=name_length_max, **kwargs)


class Choice(fields.String):
    """One of the values of an enum of strings, given by its value; comes out as the member."""

    default_error_messages = {"choice": "choice:{choices}"}

    def __init__(self, choices: Collection[StrEnum], **kwargs: Any) -> None:
        self.choices = {choice.value: choice for choice in choices}
        super().__init__(validate=validate.OneOf(sorted(self.choices)), **kwargs)

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise self.make_error("choice", choices=", ".join(sorted(self.choices)))
        return self.choices[value]
