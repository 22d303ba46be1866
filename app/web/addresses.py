"""Routes that can build their own addresses, but are not asked to before somebody wants one."""

from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Route(Rule):
    """A rule that compiles its two builders of addresses when the first address is built.

    Werkzeug compiles them when the rule is added. No view of ours builds an address, and for five hundred routes it is
    a sixth of a second in the start of every process. Where Werkzeug calls the hook otherwise, all is as it was.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - as Werkzeug has it
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build
