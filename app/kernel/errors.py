"""The shape of every refusal: a kind, a code, a sentence in Chinese and in English."""

from collections.abc import Mapping
from enum import StrEnum
from string import Formatter
from types import MappingProxyType
from typing import ClassVar

from app.kernel import states


class Kind(StrEnum):
    """Why something was refused; `web.problems` alone knows which HTTP status each one is."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    DENIED = "denied"
    MISSING = "missing"
    CONFLICT = "conflict"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


LANGUAGES = ("zh", "en")
STATED = frozenset({"state", "resolution"})
"""The placeholders for which a sentence in Chinese has words of its own."""


class DomainError(Exception):
    """A refusal the caller can understand and act on.

    Subclasses state `kind`, `code` ("feature.what_is_the_case") and `text` in both languages, whose
    `{placeholders}` are filled by the keyword arguments given when it is raised. A concrete class
    with a language or a placeholder missing is refused at import.
    """

    kind: ClassVar[Kind]
    code: ClassVar[str]
    text: ClassVar[Mapping[str, str]]
    retryable: ClassVar[bool] = False
    retry_after_seconds: int = 1
    field: str | None = None
    members: Mapping[str, str] = MappingProxyType({})
    """What the problem document says beside its usual members."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "text" in cls.__dict__:
            _check_texts(cls.__name__, cls.text)

    def __init__(self, **params: object) -> None:
        """Keep the values of the text's placeholders; `field="…"` among them names the offending input."""
        super().__init__(self.code)
        self.params = params
        if "field" in params:
            self.field = str(params["field"])

    def detail(self, lang: str) -> str:
        """Render the sentence in `lang` ("zh" or "en"; anything else reads as zh), in which states have words too."""
        if lang == "en":
            return self.text["en"].format(**self.params)
        said = {name: states.ZH.get(str(self.params[name]), self.params[name]) for name in STATED & set(self.params)}
        return self.text["zh"].format(**{**self.params, **said})

    def __str__(self) -> str:
        return f"{self.code}: {self.detail('en')}"


class Declined(DomainError):
    """A refusal whose records stay: `run_in_transaction` commits, then raises it again.

    Raise it only when everything written so far is meant to stay.
    """


def _check_texts(owner: str, text: Mapping[str, str]) -> None:
    if set(text) != set(LANGUAGES):
        message = f"{owner}.text must hold exactly {', '.join(LANGUAGES)}"
        raise TypeError(message)
    placeholders = [{name for _, name, _, _ in Formatter().parse(text[lang]) if name} for lang in LANGUAGES]
    if placeholders[0] != placeholders[1]:
        message = f"{owner}.text uses different placeholders in its two languages"
        raise TypeError(message)
