"""Fields of the ledger's JSON that more than one schema uses."""

import re
from typing import Any

from marshmallow import fields, validate

from app.web.fields import Text

REFERENCE = r"^\S(.*\S)?$"


class Reference(Text):
    """A number or name something is known by outside. No spaces around it, so that one fact has one spelling."""

    def __init__(self, *, example: str, length_max: int, **kwargs: Any) -> None:
        shape = validate.Regexp(re.compile(REFERENCE), error=f"pattern:{example}")
        super().__init__(length_max=length_max, validate=[shape], **kwargs)


class Reason(Text):
    """Why somebody did what they did, in their own words."""

    def __init__(self) -> None:
        super().__init__(required=True, length_max=200, metadata={"description": "原因,会留存 / why; it is kept"})


class Hex(fields.String):
    """Bytes in hexadecimal."""

    def _serialize(self, value: Any, *_args: object, **_kwargs: object) -> str | None:
        return None if value is None else bytes(value).hex()
