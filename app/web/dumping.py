"""Objects to JSON by the schema of an answer, without asking the schema about each value anew.

What a schema says of its fields is sorted out once. Where an object is not simply read by attributes, or lacks one, the
schema itself writes it: this is the same sentence, said quicker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from marshmallow import Schema, fields
from marshmallow.decorators import POST_DUMP, PRE_DUMP

from app.web.fields import ShownInstant
from app.web.parsing import schema_of

Show = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a schema's objects are written. `heads`: what paths lead through; `read` gives the values of all fields: each
    has a name, a type that needs no writing, and how others are written.
    """

    heads: tuple[Show, ...]
    read: Callable[[Any], Sequence[Any]]
    fields: tuple[tuple[str, type | None, Show], ...]

    def write(self, found: Any) -> dict[str, Any]:
        """Write an object. Raises AttributeError where it lacks something."""
        return {
            name: value if value is None or type(value) is easy else show(value)
            for (name, easy, show), value in zip(self.fields, self.read(found), strict=True)
        }


def dump(kind: type[Schema], found: object) -> Any:
    """Do what the one instance of a schema does when it is told to dump an object."""
    plan, schema = _plan_of(kind), schema_of(kind)
    if plan is None or hasattr(found, "__getitem__"):
        return schema.dump(found)
    try:
        if any(hasattr(head(found), "__getitem__") for head in plan.heads):
            return schema.dump(found)
        return plan.write(found)
    except AttributeError:
        return schema.dump(found)


@cache
def _plan_of(kind: type[Schema]) -> Plan | None:
    """None: the schema does more than to write fields one by one, or has one field alone."""
    schema = schema_of(kind)
    shown = schema.dump_fields
    is_plain = kind.get_attribute is Schema.get_attribute and not schema.many
    hooked = schema._hooks[PRE_DUMP] or schema._hooks[POST_DUMP]  # noqa: SLF001 - marshmallow has no other word for it
    if not is_plain or hooked or len(shown) < 2 or not all(type(field) in PLAIN for field in shown.values()):
        return None
    paths = [field.attribute or name for name, field in shown.items()]
    heads = {path.rpartition(".")[0] for path in paths if "." in path}
    return Plan(
        heads=tuple(attrgetter(head) for head in sorted(heads)),
        read=attrgetter(*paths),
        fields=tuple((field.data_key or name, PLAIN[type(field)], _shown_by(field)) for name, field in shown.items()),
    )


def _shown_by(field: Any) -> Show:
    if type(field) is fields.UUID:
        return str
    return lambda value: field._serialize(value, None, None)  # noqa: SLF001 - what a field is there to be asked


PLAIN: dict[type, type | None] = {
    fields.Boolean: bool,
    fields.Integer: int,
    fields.String: str,
    fields.UUID: None,
    ShownInstant: None,
}
"""Fields that look at nothing but their value, None for None, and the exact type that they let through as it is."""
