"""The language of award rules: what it gives, what it can give, and what is refused when a rule is saved."""

import ast
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.kernel.errors import DomainError
from app.points import errors
from app.points.rules import formulas
from app.points.rules.formulas import Interval, check_formula, ranges_of, read_formula

GRADES = {"A": 120, "B": 100, "C": 60}
VALUES = {"minutes": 90, "events": 3, "streak": 5, "grade": 60, "chosen": 7}


def check(text, *, grades=GRADES, points_max=500):
    return check_formula(text, grades=grades, points_max=points_max)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("12", 12),
        ("minutes // 30 * 5", 15),
        ("minutes // 6 * grade // 100", 9),
        ("min(20, 10 + 2 * streak)", 20),
        ("max(0, minutes - 30) // 10", 6),
        ("minutes - 30 if minutes > 30 else 0", 60),
        ("chosen", 7),
        (" events * 2 if events != 3 else 1", 1),
        ("max(1, -streak, events)", 3),
        ("-(-minutes // 40)", 3),
        ("10 if minutes >= streak * 20 else 5", 5),
    ],
)
def test_what_a_formula_gives(text, result):
    assert read_formula(text).evaluate(VALUES) == result
    assert check(text).low <= result <= check(text).high


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("minutes", (0, 44_640)),
        ("minutes // 30 * 5", (0, 7_440)),
        ("grade", (60, 120)),
        ("chosen", (0, 500)),
        ("streak * 2 - 1", (1, 731)),
        ("minutes - 30 if minutes > 30 else 0", (0, 44_610)),
        ("0 if 30 > minutes else minutes", (0, 44_640)),
        ("100 // (streak - 1) if streak > 1 else 7", (0, 100)),
        ("1 if minutes >= 0 else 2 // 0 * minutes", (1, 1)),  # a way that is never gone
        ("events if events == 4 else 9", (4, 9)),
        ("-5 * minutes // 3 * -1", (0, 74_400)),
    ],
)
def test_what_a_formula_can_give(text, bounds):
    assert check(text) == Interval(*bounds)


REFUSED = {
    "": errors.FormulaTooBig,
    "1" * 201: errors.FormulaTooBig,
    "-" * 40 + "1": errors.FormulaTooBig,
    "+".join("1" * 90): errors.FormulaTooBig,
    "minutes //": errors.FormulaUnreadable,
    "minutes × 2": errors.FormulaUnreadable,
    "1e3": errors.FormulaUnreadable,
    "0x10": errors.FormulaUnreadable,
    "1_000": errors.FormulaUnreadable,
    "1if minutes > 1 else 2": errors.FormulaUnreadable,
    "(" * 199 + "1": errors.FormulaUnreadable,
    "minutes\n+ 1": errors.FormulaUnreadable,
    "points": errors.FormulaWordUnknown,
    "sum": errors.FormulaWordUnknown,
    "minutes / 2": errors.FormulaForbidden,
    "2 ** 9": errors.FormulaForbidden,
    "minutes % 7": errors.FormulaUnreadable,
    "True": errors.FormulaForbidden,
    "min(minutes)": errors.FormulaForbidden,
    "max(*(1, 2))": errors.FormulaForbidden,
    "min(1, 2, key=min)": errors.FormulaForbidden,
    "abs(1)": errors.FormulaForbidden,
    "minutes(1)": errors.FormulaForbidden,
    "1 < minutes < 3": errors.FormulaForbidden,
    "1 if minutes else 2": errors.FormulaForbidden,
    "1 if minutes in (1, 2) else 2": errors.FormulaForbidden,
    "not 1": errors.FormulaForbidden,
    "9999999999999": errors.FormulaForbidden,
    "minutes // 0": errors.FormulaDividesByZero,
    "minutes // events": errors.FormulaDividesByZero,
    "minutes // (events - 5)": errors.FormulaDividesByZero,
    "100 // (streak - 1) if streak > 0 else 7": errors.FormulaDividesByZero,
    "minutes * minutes * minutes": errors.FormulaOverflows,
    "min(1, 1000000 * 1000001)": errors.FormulaOverflows,
    "minutes - 30": errors.FormulaNegative,
    "minutes * 0": errors.FormulaPaysNothing,
    "1000000": errors.FormulaPaysTooMuch,
    "501 + minutes": errors.FormulaPaysTooMuch,
}


@pytest.mark.parametrize("text", list(REFUSED), ids=lambda text: text[:30])
def test_what_is_refused_when_a_rule_is_saved(text):
    with pytest.raises(REFUSED[text]) as refused:
        check(text)
    assert refused.value.field == "formula"
    assert "{" not in refused.value.detail("zh") + refused.value.detail("en")


def test_a_grade_without_a_table_of_grades_is_no_word():
    with pytest.raises(errors.FormulaWordUnknown, match="table of grades"):
        check("grade", grades={})


def test_what_pays_too_much_only_at_times_is_left_to_the_cap():
    assert check("minutes", points_max=10).high == 44_640


NUMBERS = st.integers(0, 3000).map(ast.Constant)
NAMES = st.sampled_from(formulas.NAMES).map(ast.Name)
OPERATIONS = st.sampled_from([ast.Add, ast.Sub, ast.Mult, ast.FloorDiv])
COMPARISONS = st.sampled_from([ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq])


def bigger(part):
    def choice(left, op, right, body, orelse):
        return ast.IfExp(ast.Compare(left, [op()], [right]), body, orelse)

    return st.one_of(
        st.builds(lambda left, op, right: ast.BinOp(left, op(), right), part, OPERATIONS, part),
        st.builds(lambda operand: ast.UnaryOp(ast.USub(), operand), part),
        st.builds(
            lambda name, parts: ast.Call(ast.Name(name), parts, []),
            st.sampled_from(["min", "max"]),
            st.lists(part, min_size=2, max_size=3),
        ),
        st.builds(choice, part, COMPARISONS, part, part, part),
        st.builds(choice, NAMES, COMPARISONS, NUMBERS, part, part),
    )


FORMULAS = st.recursive(st.one_of(NUMBERS, NAMES), bigger, max_leaves=8).map(ast.unparse)
IN_RANGE = st.fixed_dictionaries({name: st.integers(low, high) for name, (low, high) in ranges_of(GRADES, 500).items()})
EDGES = st.fixed_dictionaries({name: st.sampled_from(bounds) for name, bounds in ranges_of(GRADES, 500).items()})


@given(FORMULAS, st.lists(st.one_of(IN_RANGE, EDGES), min_size=5, max_size=20))
def test_what_was_proven_holds_for_every_fact(text, facts):
    try:
        bounds = check(text)
    except DomainError:
        assume(False)
    formula = read_formula(text)
    for values in facts:
        assert bounds.low <= formula.evaluate(values) <= bounds.high


@given(st.text(max_size=210))
def test_any_text_is_read_or_refused(text):
    with suppress(DomainError):
        check(text)
