"""The language in which an award rule says what it pays: whole numbers, a few names, + - * //, min, max, if-else.

A formula is read once by Python's parser and then walked by our own code; nothing is ever compiled or run. Before it is
saved, its result is bounded for all values its names can have (interval arithmetic), so that what could divide by zero,
overflow or pay a negative sum is refused then, and not in the middle of an award.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.points.errors import (
    FormulaDividesByZero,
    FormulaForbidden,
    FormulaNegative,
    FormulaOverflows,
    FormulaPaysNothing,
    FormulaPaysTooMuch,
    FormulaTooBig,
    FormulaUnreadable,
    FormulaWordUnknown,
)
from app.points.terms import EVENTS_MAX, FORMULA_LENGTH_MAX, MINUTES_MAX, RULE_POINTS_MAX, STREAK_MAX

NAMES = ("minutes", "events", "streak", "grade", "chosen")
NODES_MAX = 200
DEPTH_MAX = 25
AMOUNT_MAX = 10**12
"""No intermediate result may leave -AMOUNT_MAX to AMOUNT_MAX."""

# other characters; and 1e3, 0x10, 1_000, 1if: numbers are plain digits here
_STRANGE = re.compile(r"[^A-Za-z0-9_+\-*/(),<>=! ]|[0-9][A-Za-z_]")


_SIZE = {"length_max": FORMULA_LENGTH_MAX, "nodes_max": NODES_MAX, "depth_max": DEPTH_MAX}


class Interval(NamedTuple):
    """All whole numbers from `low` to `high`."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read. `names`: those of NAMES that it asks for."""

    text: str
    tree: ast.expr
    names: frozenset[str]

    def evaluate(self, values: Mapping[str, int]) -> int:
        """The result for one fact: `values` of all its names, each within the range it was checked for."""
        return _evaluate(self.tree, values)


@lru_cache(maxsize=1024)
def read_formula(text: str) -> Formula:
    """Read a formula of 1 to 200 characters.

    Refuses FormulaTooBig, FormulaUnreadable, FormulaWordUnknown and FormulaForbidden.
    """
    if not 1 <= len(text) <= FORMULA_LENGTH_MAX:
        raise FormulaTooBig(**_SIZE)
    strange = _STRANGE.search(text)
    if strange:
        raise FormulaUnreadable(position=strange.start() + 1)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise FormulaUnreadable(position=min(error.offset or 1, len(text))) from None
    except (ValueError, RecursionError, MemoryError):
        raise FormulaUnreadable(position=1) from None
    if _depth(tree) > DEPTH_MAX or sum(1 for _ in ast.walk(tree)) > NODES_MAX:
        raise FormulaTooBig(**_SIZE)
    names: set[str] = set()
    _check(tree, names)
    return Formula(text, tree, frozenset(names))


def ranges_of(grades: Mapping[str, int], points_max: int) -> dict[str, Interval]:
    """What each name can be. Without grades there is no `grade`."""
    ranges = {
        "minutes": Interval(0, MINUTES_MAX),
        "events": Interval(0, EVENTS_MAX),
        "streak": Interval(1, STREAK_MAX),
        "chosen": Interval(0, points_max),
    }
    return ranges | {"grade": Interval(min(grades.values()), max(grades.values()))} if grades else ranges


def check_formula(text: str, *, grades: Mapping[str, int], points_max: int) -> Interval:
    """Prove that a formula can be paid by, whatever the facts; answers the bounds of its result.

    Refuses what `read_formula` refuses, FormulaWordUnknown (`grade` without grades), FormulaDividesByZero,
    FormulaOverflows, FormulaNegative, FormulaPaysNothing, and FormulaPaysTooMuch when even the least it pays is more
    than `points_max`. What it pays beyond `points_max` at times is cut when it is paid.
    """
    formula = read_formula(text)
    ranges = ranges_of(grades, points_max)
    _known(formula.names, ranges)
    bounds = _bound(formula.tree, ranges)
    if bounds.low < 0:
        raise FormulaNegative(lowest=bounds.low)
    if bounds.high < 1:
        raise FormulaPaysNothing
    if bounds.low > points_max:
        raise FormulaPaysTooMuch(lowest=bounds.low, points_max=points_max, rule_points_max=RULE_POINTS_MAX)
    return bounds


def _known(names: Iterable[str], allowed: Iterable[str]) -> None:
    for name in sorted(set(names) - set(allowed)):
        raise FormulaWordUnknown(word=name, allowed=", ".join((*allowed, "min", "max")))


# -- what may stand in a formula --


def _depth(node: ast.AST) -> int:
    return 1 + max((_depth(part) for part in ast.iter_child_nodes(node)), default=0)


def _check(node: ast.expr, names: set[str]) -> None:
    """Note the names of a tree; refuse parts that have no place in a formula."""
    if isinstance(node, ast.Name):
        _known([node.id], NAMES)
        names.add(node.id)
        return
    for part in _parts(node):
        _check(part, names)


def _parts(node: ast.expr) -> list[ast.expr]:
    """The parts of one node. Refuses FormulaForbidden for all that is not part of the language."""
    match node:
        case ast.Constant(value=int() as number) if type(number) is int and number <= AMOUNT_MAX:
            return []
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [operand]
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.FloorDiv(), right=right):
            return [left, right]
        case ast.Call(func=ast.Name(id="min" | "max"), args=[_, _, *_] as arguments, keywords=[]):
            return arguments
        case ast.IfExp(test=ast.Compare(left=left, ops=[compare], comparators=[right]), body=body, orelse=orelse) if (
            type(compare) in _COMPARE
        ):
            return [left, right, body, orelse]
        case _:
            raise FormulaForbidden(part=ast.unparse(node)[:FORMULA_LENGTH_MAX])


# -- what it gives --

_COMPARE: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Lt: int.__lt__,
    ast.LtE: int.__le__,
    ast.Gt: int.__gt__,
    ast.GtE: int.__ge__,
    ast.Eq: int.__eq__,
    ast.NotEq: int.__ne__,
}
_CALCULATE: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: int.__add__,
    ast.Sub: int.__sub__,
    ast.Mult: int.__mul__,
    ast.FloorDiv: int.__floordiv__,
}


def _evaluate(node: ast.expr, values: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int() as number):
            return number
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(operand=operand):
            return -_evaluate(operand, values)
        case ast.BinOp(left=left, op=op, right=right):
            return _CALCULATE[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            results = [_evaluate(argument, values) for argument in arguments]
            return min(results) if name == "min" else max(results)
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
            holds = _COMPARE[type(op)](_evaluate(left, values), _evaluate(right, values))
            return _evaluate(body if holds else orelse, values)
    message = f"{ast.dump(node)} was not read by read_formula"
    raise AssertionError(message)


# -- what it can give --


def _bound(node: ast.expr, ranges: Mapping[str, Interval]) -> Interval:
    """The bounds of a part. Refuses FormulaDividesByZero, FormulaOverflows."""
    bounds = _bound_parts(node, ranges)
    if not -AMOUNT_MAX <= bounds.low <= bounds.high <= AMOUNT_MAX:
        raise FormulaOverflows(part=ast.unparse(node), amount_max=AMOUNT_MAX)
    return bounds


def _bound_parts(node: ast.expr, ranges: Mapping[str, Interval]) -> Interval:
    match node:
        case ast.Constant(value=int() as number):
            return Interval(number, number)
        case ast.Name(id=name):
            return ranges[name]
        case ast.UnaryOp(operand=operand):
            low, high = _bound(operand, ranges)
            return Interval(-high, -low)
        case ast.BinOp(left=left, op=op, right=right):
            return _bound_pair(node, op, _bound(left, ranges), _bound(right, ranges))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            parts = [_bound(argument, ranges) for argument in arguments]
            choose = min if name == "min" else max
            return Interval(choose(part.low for part in parts), choose(part.high for part in parts))
        case ast.IfExp():
            return _bound_choice(node, ranges)
    message = f"{ast.dump(node)} was not read by read_formula"
    raise AssertionError(message)


def _bound_pair(node: ast.expr, op: ast.operator, left: Interval, right: Interval) -> Interval:
    """Each of the four operations is monotonous in each operand, so its extremes lie at the corners."""
    if isinstance(op, ast.FloorDiv) and right.low <= 0 <= right.high:
        raise FormulaDividesByZero(part=ast.unparse(node))
    calculate = _CALCULATE[type(op)]
    corners = [calculate(a, b) for a in left for b in right]
    return Interval(min(corners), max(corners))


def _bound_choice(node: ast.IfExp, ranges: Mapping[str, Interval]) -> Interval:
    """Both ways of a condition, each with what is known there; a way that is never gone is left out."""
    test = node.test
    assert isinstance(test, ast.Compare)  # noqa: S101 - _parts let nothing else through
    for side in (test.left, test.comparators[0]):
        _bound(side, ranges)
    ways = []
    for way, holds in ((node.body, True), (node.orelse, False)):
        known = _narrowed(test, ranges, holds=holds)
        if known is not None:
            ways.append(_bound(way, known))
    return Interval(min(way.low for way in ways), max(way.high for way in ways))


def _narrowed(test: ast.Compare, ranges: Mapping[str, Interval], *, holds: bool) -> Mapping[str, Interval] | None:
    """What is known where `name >= number` holds, or does not. None: that can never be.

    Of other conditions nothing is concluded.
    """
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=int() as number)]):
            low, high = ranges[name]
        case _:
            return ranges
    match type(op) if holds else _OPPOSITE[type(op)]:
        case ast.Lt:
            high = min(high, number - 1)
        case ast.LtE:
            high = min(high, number)
        case ast.Gt:
            low = max(low, number + 1)
        case ast.GtE:
            low = max(low, number)
        case ast.Eq:
            low, high = max(low, number), min(high, number)
    return {**ranges, name: Interval(low, high)} if low <= high else None


_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
