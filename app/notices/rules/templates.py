"""Templates of subscribe messages: read from JSON, filled with values that fit WeChat's limits of each field."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.kernel.periods import DISTRICT
from app.notices.errors import NoticeValuesWrong, TemplatesFileWrong

Value = str | int | date | datetime
Words = Mapping[str, str]

THING_LENGTH_MAX = 20
# developers.weixin.qq.com, 订阅消息参数值内容限制说明; a long `thing` is cut, the rest must fit
KINDS: Mapping[str, str] = {
    "thing": r".{1,20}",
    "number": r"-?[0-9]{1,32}(?:\.[0-9]+)?",
    "letter": r"[A-Za-z]{1,32}",
    "character_string": r"[!-~]{1,32}",
    "time": r"(?:[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 )?[0-9]{2}:[0-9]{2}",
    "date": r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日",
    "amount": r"[¥$]?[0-9]{1,10}(?:\.[0-9]{1,2})?元?",
    "phone_number": r"[0-9+-]{1,17}",
    "name": r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .-]{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
}
KEYWORD = re.compile(r"([a-z_]+?)[0-9]{1,2}")
KEY, PAGE, TEMPLATE_ID = (
    re.compile(p) for p in (r"[a-z][a-z_]{1,39}", r"[0-9A-Za-z_-]+(?:/[0-9A-Za-z_-]+)*", r"[\w-]{10,64}")
)


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a message: our name of it, WeChat's keyword, and what people read."""

    name: str
    keyword: str
    kind: str
    label: Words
    sample: Words


@dataclass(frozen=True, slots=True)
class Template:
    """A template: our key of it, WeChat's id, where a tap leads, its title and its lines."""

    key: str
    template_id: str
    page: str
    title: Words
    fields: tuple[Field, ...]


def read_templates(text: str) -> Mapping[str, Template]:
    """Read the file of templates, by key. Refuses TemplatesFileWrong, saying where."""
    try:
        found = [_template(entry) for entry in json.loads(text)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NoticeValuesWrong) as error:
        raise TemplatesFileWrong(reason=f"{type(error).__name__}: {error}"[:200]) from None
    by_key = {template.key: template for template in found}
    if len(by_key) != len(found) or len({template.template_id for template in found}) != len(found):
        raise TemplatesFileWrong(reason="a key or a template_id occurs twice")
    return by_key


def fill(template: Template, values: Mapping[str, Value]) -> dict[str, str]:
    """Give WeChat's data of a message: keyword and text. Long things are cut; refuses NoticeValuesWrong."""
    wrong = sorted(set(values) ^ {field.name for field in template.fields})
    data = {}
    for field in template.fields:
        text = _text(field.kind, values.get(field.name, ""))
        if not re.fullmatch(KINDS[field.kind], text):
            wrong.append(field.name)
        data[field.keyword] = text
    if wrong:
        raise NoticeValuesWrong(template=template.key, names=", ".join(sorted(set(wrong))))
    return data


def preview(template: Template, language: str) -> list[tuple[str, str]]:
    """Show the lines of a message with its samples."""
    return [(field.label[language], field.sample[language]) for field in template.fields]


def _text(kind: str, value: Value) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(DISTRICT)
        shown = f"{value.year}年{value.month}月{value.day}日"
        return f"{shown} {value:%H:%M}" if kind == "time" else shown
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    text = " ".join(str(value).split())
    if kind == "thing" and len(text) > THING_LENGTH_MAX:
        return text[: THING_LENGTH_MAX - 1] + "…"
    return text


def _template(entry: Mapping[str, Any]) -> Template:
    template = Template(
        key=_fits(KEY, entry["key"]),
        template_id=_fits(TEMPLATE_ID, entry["template_id"]),
        page=_fits(PAGE, entry["page"]),
        title=_words(entry["title"]),
        fields=tuple(_field(field) for field in entry["fields"]),
    )
    names, keywords = ({getattr(f, part) for f in template.fields} for part in ("name", "keyword"))
    if not 1 <= len(template.fields) <= 5 or not len(names) == len(keywords) == len(template.fields):
        raise ValueError(f"{template.key}: a template has one to five fields, each once")
    fill(template, {field.name: field.sample["zh"] for field in template.fields})
    return template


def _field(entry: Mapping[str, Any]) -> Field:
    found = KEYWORD.fullmatch(entry["keyword"])
    if found is None or found[1] not in KINDS:
        raise ValueError(f"{entry['keyword']} is no keyword such as thing1")
    return Field(_fits(KEY, entry["name"]), entry["keyword"], found[1], _words(entry["label"]), _words(entry["sample"]))


def _words(entry: Mapping[str, Any]) -> Words:
    return {language: str(entry[language]) for language in ("zh", "en")}


def _fits(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{text!r} does not look like {pattern.pattern}")
    return text
