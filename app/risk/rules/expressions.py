"""The language of a rule's condition: read by our own eyes first, then by rule-engine with typed names.

rule-engine evaluates what is constant while it parses, a hanging regular expression too. So the text is cut into our
own few sorts of words before it sees any of it, and afterwards its tree may hold only the nodes named here.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

from rule_engine import Context, DataType, Rule, resolve_item
from rule_engine import ast as tree
from rule_engine.errors import EngineError
from rule_engine.errors import SyntaxError as RuleSyntaxError

from app.risk.errors import (
    ExpressionConstant,
    ExpressionForbidden,
    ExpressionMismatch,
    ExpressionTooBig,
    ExpressionTooLong,
    ExpressionUnreadable,
    FeatureUnknown,
)
from app.risk.rules.compiling import compile_tree
from app.risk.rules.features import LIST_PREFIX, Type, features_of
from app.risk.terms import ARRAY_MAX, EXPRESSION_LENGTH_MAX, NODES_MAX, EventKind

WORDS = frozenset({"and", "or", "not", "in", "true", "false"})
TOKEN = re.compile(
    r"(?P<name>[a-z_][a-z0-9_]*)(?![\"'A-Z])|(?P<number>[0-9]{1,12})(?![0-9A-Za-z_.])|(?P<text>\"[0-9A-Za-z_:-]{0,64}\")"
    r"|(?P<sign>==|!=|<=|>=|<(?!<)|>(?!>)|[+-]|\*(?!\*)|[()\[\],])|(?P<space>[ \n]+)"
)
FOREIGN = re.compile(r"=~~?|!~~?|\*\*|//?|%|[{}$#?.&|^]|[A-Za-z_]\w*(?=['\"])|['\"]")
"""What rule-engine knows and a condition must not hold: told by its name instead of "cannot be read"."""
LIST_NAME = re.compile(LIST_PREFIX + r"[a-z][a-z0-9_]{0,29}")
TYPES = {Type.INTEGER: DataType.FLOAT, Type.BOOLEAN: DataType.BOOLEAN, Type.TEXT: DataType.STRING}
ALLOWED = (
    tree.LogicExpression,
    tree.ComparisonExpression,
    tree.ArithmeticComparisonExpression,
    tree.AddExpression,
    tree.SubtractExpression,
    tree.ArithmeticExpression,
    tree.ContainsExpression,
    tree.UnaryExpression,
    tree.SymbolExpression,
    tree.ArrayExpression,
    tree.BooleanExpression,
    tree.FloatExpression,
    tree.StringExpression,
)
ORDERED = (DataType.FLOAT, DataType.STRING)
COMPARED = (*ORDERED, DataType.BOOLEAN)
LITERALS = (tree.BooleanExpression, tree.FloatExpression, tree.StringExpression)


class Expression:
    """A condition that was read. `names`: the features and lists that it asks for."""

    __slots__ = ("_ask", "names", "parsed")

    def __init__(self, parsed: Rule, names: frozenset[str]) -> None:
        """Keep the functions of a tree that was checked; `parsed` is what rule-engine makes of the same text."""
        self.parsed, self.names = parsed, names
        self._ask = compile_tree(parsed.statement.expression)

    def holds(self, values: Mapping[str, object]) -> bool:
        """Say whether it holds. `values` has each of its names, of its type; anything else raises."""
        return self._ask(values) is True


@lru_cache(maxsize=4096)
def read_expression(rule: str, text: str, kinds: frozenset[EventKind]) -> Expression:
    """Read the condition of a rule for facts of `kinds`. What is wrong is refused in a sentence that names the rule.

    Refuses ExpressionTooLong, ExpressionUnreadable, ExpressionForbidden, FeatureUnknown, ExpressionMismatch,
    ExpressionTooBig, ExpressionConstant.
    """
    if not 1 <= len(text) <= EXPRESSION_LENGTH_MAX:
        raise ExpressionTooLong(rule=rule, length_max=EXPRESSION_LENGTH_MAX, found=len(text))
    names = _names(rule, text, kinds)
    if not names:
        raise ExpressionConstant(rule=rule)
    try:
        parsed = Rule(text, context=_context(kinds, frozenset(name for name in names if name.startswith(LIST_PREFIX))))
    except RuleSyntaxError:
        raise ExpressionUnreadable(rule=rule, position=len(text)) from None
    except EngineError as error:
        raise ExpressionMismatch(rule=rule, part=error.message) from None
    except RecursionError:
        raise ExpressionTooBig(rule=rule, found=len(text), nodes_max=NODES_MAX, array_max=ARRAY_MAX) from None
    root = parsed.statement.expression
    _check_size(rule, root)
    if root.result_type != DataType.BOOLEAN:
        raise ExpressionMismatch(rule=rule, part=text[:60])
    return Expression(parsed, names)


def _names(rule: str, text: str, kinds: frozenset[EventKind]) -> frozenset[str]:
    """Cut the text into words; give the names among them. Refuses what is no word of ours, and names of nothing."""
    known, found = features_of(kinds), set()
    position, before = 0, ""
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None:
            foreign = FOREIGN.match(text, position)
            if foreign:
                raise ExpressionForbidden(rule=rule, part=foreign[0])
            raise ExpressionUnreadable(rule=rule, position=position + 1)
        position = token.end()
        if token.lastgroup == "space":
            continue
        if token[0] in {"(", "["} and before and before not in WORDS:
            raise ExpressionForbidden(rule=rule, part=f"{before}{token[0]}")
        before = token[0] if token.lastgroup == "name" else ""
        if token.lastgroup == "name" and token[0] not in WORDS:
            if token[0] not in known and not LIST_NAME.fullmatch(token[0]):
                raise FeatureUnknown(
                    rule=rule, word=token[0], kinds=", ".join(sorted(kinds)), allowed=_near(token[0], known)
                )
            found.add(token[0])
    return frozenset(found)


def _near(word: str, known: Iterable[str]) -> str:
    names = sorted(known)
    return ", ".join(get_close_matches(word, names, n=5, cutoff=0.5) or [*names[:8], "…"])


@lru_cache(maxsize=512)
def _context(kinds: frozenset[EventKind], lists: frozenset[str]) -> Context:
    types = {name: TYPES[each.type] for name, each in features_of(kinds).items()}
    types |= dict.fromkeys(lists, DataType.ARRAY(DataType.STRING))
    return Context(type_resolver=types, resolver=resolve_item)


def _check_size(rule: str, root: object) -> None:
    """Walk the tree with our own stack. Refuses foreign nodes, mismatched sides, and too many of either."""
    waiting, count = [root], 0
    while waiting:
        node = waiting.pop()
        count += 1
        if not isinstance(node, ALLOWED) or isinstance(node, tree.FuzzyComparisonExpression):
            raise ExpressionForbidden(rule=rule, part=type(node).__name__.removesuffix("Expression").lower())
        parts = _parts(node)
        if isinstance(node, tree.ArrayExpression) and len(parts) > ARRAY_MAX:
            raise ExpressionTooBig(rule=rule, found=len(parts), nodes_max=NODES_MAX, array_max=ARRAY_MAX)
        if isinstance(node, tree.ArrayExpression):
            _check_members(rule, parts)
            parts = []  # counted as one
        waiting += parts
        _check_types(rule, node)
    if count > NODES_MAX:
        raise ExpressionTooBig(rule=rule, found=count, nodes_max=NODES_MAX, array_max=ARRAY_MAX)


def _check_members(rule: str, members: Iterable[object]) -> None:
    """Refuse in brackets what is no word and no number: what has to be asked there would be asked by nobody here."""
    for member in members:
        if not isinstance(member, LITERALS):
            raise ExpressionForbidden(rule=rule, part=f"[{type(member).__name__.removesuffix('Expression').lower()}]")


def _parts(node: object) -> list[object]:
    match node:
        case tree.UnaryExpression():
            return [node.right]
        case tree.ContainsExpression():
            return [node.container, node.member]
        case tree.ArrayExpression():
            return list(node.value)
        case tree.SymbolExpression() | tree.BooleanExpression() | tree.FloatExpression() | tree.StringExpression():
            return []
        case tree.BinaryExpressionBase():
            return [node.left, node.right]
    return []


def _check_types(rule: str, node: object) -> None:
    """rule-engine lets `points == "a"` and `points and mode` pass: the one is never true, the other nearly always.

    And `-mode == "a"` or `list_watched < ["a"]`, which nobody can answer.
    """
    fits = True
    if isinstance(node, tree.LogicExpression):
        fits = node.left.result_type == node.right.result_type == DataType.BOOLEAN
    elif isinstance(node, tree.ComparisonExpression):
        allowed = ORDERED if isinstance(node, tree.ArithmeticComparisonExpression) else COMPARED
        fits = node.left.result_type == node.right.result_type and node.left.result_type in allowed
    elif isinstance(node, tree.UnaryExpression):
        fits = node.right.result_type == (DataType.BOOLEAN if node.type.lower() == "not" else DataType.FLOAT)
    elif isinstance(node, tree.ContainsExpression):
        items = node.container.result_type
        fits = DataType.is_type(items, DataType.ARRAY) and items.value_type == node.member.result_type
    if not fits:
        raise ExpressionMismatch(rule=rule, part=_told(node))


def _told(node: object) -> str:
    sides = [str(getattr(getattr(part, "result_type", None), "name", "?")).lower() for part in _parts(node)]
    words = {"float": "integer", "string": "text"}
    return f"{getattr(node, 'type', 'in')}: {' / '.join(words.get(side, side) for side in sides)}".lower()
