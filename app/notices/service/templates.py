"""The templates in force: those of the operator's file, or those that come with Linli and go with the stand-in."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from app.infra import wechat
from app.notices.errors import TemplatesFileWrong, TemplateUnknown
from app.notices.rules.templates import Template, read_templates

BUILT_IN = Path(__file__).parents[1] / "templates.json"


def load_templates(file: str | None) -> Mapping[str, Template]:
    """Read a file of templates (None: the built-in one), once per process. Refuses TemplatesFileWrong."""
    return _load(Path(file) if file else BUILT_IN)


def templates() -> Mapping[str, Template]:
    """Give the templates of the current application, by key. Refuses TemplatesFileWrong."""
    return load_templates(wechat.templates_file())


def template_of(key: str) -> Template:
    """Give one by our key. Refuses TemplateUnknown, TemplatesFileWrong."""
    found = templates().get(key)
    if found is None:
        raise TemplateUnknown(template=key)
    return found


@lru_cache(maxsize=8)
def _load(path: Path) -> Mapping[str, Template]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplatesFileWrong(reason=f"{path.name}: {type(error).__name__}") from None
    return read_templates(text)
