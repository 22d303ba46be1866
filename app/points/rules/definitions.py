"""What a version of a rule says, and whether it may be saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.points.errors import RuleCapsWrong, RuleLimitOutOfRange
from app.points.rules.awarding import Cap, RuleTerms
from app.points.rules.formulas import check_formula
from app.points.terms import CAP_MAX, GRADE_PERCENT_MAX, RULE_POINTS_MAX, VALIDITY_MONTHS_MAX, Cycle

CAPS = ("person_day_max", "person_month_max", "household_day_max", "household_month_max")


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """How a rule is to pay. `grades`: percent by grade, for `grade` in the formula.

    The four maxima are points of this rule for one person or household in one day or month; None: no such cap.
    `validity_months` None: as the book says. `allotment_required`: it pays from allotments only, never from the budget
    itself.
    """

    budget_id: UUID
    formula: str
    points_max: int
    cycle: Cycle = Cycle.ONCE
    grades: Mapping[str, int] = field(default_factory=dict)
    person_day_max: int | None = None
    person_month_max: int | None = None
    household_day_max: int | None = None
    household_month_max: int | None = None
    validity_months: int | None = None
    allotment_required: bool = False

    def terms(self, code: str, version: int) -> RuleTerms:
        """The same as the part that decides."""
        caps = (
            (False, False, self.person_day_max),
            (False, True, self.person_month_max),
            (True, False, self.household_day_max),
            (True, True, self.household_month_max),
        )
        return RuleTerms(
            code=code,
            version=version,
            budget_id=self.budget_id,
            formula=self.formula,
            grades=self.grades,
            cycle=self.cycle,
            points_max=self.points_max,
            caps=tuple(Cap(of_household, of_month, most) for of_household, of_month, most in caps if most is not None),
            validity_months=self.validity_months,
            allotment_required=self.allotment_required,
        )

    def plain(self) -> dict[str, Any]:
        """The same in plain JSON values."""
        names = ("formula", "points_max", "validity_months", "allotment_required", *CAPS)
        values = {name: getattr(self, name) for name in names}
        return values | {"budget_id": str(self.budget_id), "cycle": str(self.cycle), "grades": dict(self.grades)}


def check_definition(definition: RuleDefinition) -> None:
    """Refuse what must not be saved: RuleLimitOutOfRange, RuleCapsWrong (both name the field), and as `check_formula`.

    A household's cap may be below a person's: somebody without a home is bound by the person's alone.
    """
    limits: list[tuple[str, int | None, int, int]] = [("points_max", definition.points_max, 1, RULE_POINTS_MAX)]
    limits += [(name, getattr(definition, name), 1, CAP_MAX) for name in CAPS]
    limits.append(("validity_months", definition.validity_months, 1, VALIDITY_MONTHS_MAX))
    limits += [(f"grades.{grade}", percent, 0, GRADE_PERCENT_MAX) for grade, percent in definition.grades.items()]
    for name, value, minimum, maximum in limits:
        if value is not None and not minimum <= value <= maximum:
            raise RuleLimitOutOfRange(field=name, name=name, found=value, minimum=minimum, maximum=maximum)
    for whose in ("person", "household"):
        day, month = getattr(definition, f"{whose}_day_max"), getattr(definition, f"{whose}_month_max")
        if day is not None and month is not None and month < day:
            name = f"{whose}_month_max"
            raise RuleCapsWrong(field=name, name=name, found=month, least=day)
    check_formula(definition.formula, grades=definition.grades, points_max=definition.points_max)
