"""A template: how a programme is set up. Pure values, and what must fit together in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.programmes import errors


@dataclass(frozen=True, slots=True)
class SponsorPart:
    """Who pays."""

    name: str


@dataclass(frozen=True, slots=True)
class BudgetPart:
    """A campaign of a sponsor, named by the sponsor's name. `point_value_fen`: what one of its points costs."""

    name: str
    sponsor: str
    point_value_fen: int


@dataclass(frozen=True, slots=True)
class RulePart:
    """An award rule that draws on a budget, named by the budget's name. Caps are points, None is no cap."""

    code: str
    title: str
    budget: str
    formula: str
    cycle: str
    points_max: int
    grades: Mapping[str, int] = field(default_factory=dict)
    person_day_max: int | None = None
    person_month_max: int | None = None
    household_day_max: int | None = None
    household_month_max: int | None = None
    validity_months: int | None = None
    allotment_required: bool = False


@dataclass(frozen=True, slots=True)
class ShopPart:
    """A shop that takes the points. With `id` it is the same shop as in the district's other books."""

    name: str
    street: str
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """Everything a new book begins with. `shops_from`: a book whose shops it accepts, with their ids."""

    name: str
    currency_name: str
    validity_months: int
    grace_days: int
    expired_cost_goes_to: str
    expiry_policy: str = "rolling"
    expiry_month: int | None = None
    expiry_day: int | None = None
    sponsors: Sequence[SponsorPart] = ()
    budgets: Sequence[BudgetPart] = ()
    rules: Sequence[RulePart] = ()
    shops: Sequence[ShopPart] = ()
    shops_from: str | None = None

    @property
    def fixed_day(self) -> tuple[int, int] | None:
        """The month and day on which points lapse every year; None where they lapse by months."""
        if self.expiry_month is None or self.expiry_day is None:
            return None
        return self.expiry_month, self.expiry_day


def check_template(template: Template) -> None:
    """Refuse TemplateDayWrong, TemplateNameTwice, TemplateNameUnknown, with the path at fault.

    What a rule may say, the rulebook checks when it is proposed.
    """
    _check_day(template)
    _check_once("sponsors", "name", (part.name for part in template.sponsors))
    _check_once("budgets", "name", (part.name for part in template.budgets))
    _check_once("rules", "code", (part.code for part in template.rules))
    _check_once("shops", "id", (str(part.id) for part in template.shops if part.id))
    sponsors, budgets = [part.name for part in template.sponsors], [part.name for part in template.budgets]
    _check_known("budgets", "sponsor", [part.sponsor for part in template.budgets], sponsors)
    _check_known("rules", "budget", [part.budget for part in template.rules], budgets)


def _check_day(template: Template) -> None:
    month, day = template.expiry_month, template.expiry_day
    if template.expiry_policy == "rolling":
        wrong = month is not None or day is not None
    else:
        wrong = month is None or day is None  # whether there is such a day, the ledger says
    if wrong:
        raise errors.TemplateDayWrong(field="expiry_day", path="expiry_day")


def _check_once(part: str, key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            path = f"{part}.{index}.{key}"
            raise errors.TemplateNameTwice(field=path, path=path, name=name)
        seen.add(name)


def _check_known(part: str, key: str, names: Sequence[str], known: Sequence[str]) -> None:
    for index, name in enumerate(names):
        if name not in known:
            path = f"{part}.{index}.{key}"
            raise errors.TemplateNameUnknown(field=path, path=path, name=name, known=", ".join(known) or "-")
