"""Every document: its links lead somewhere, it names nothing that is not there, and nothing of where it was written."""

import importlib
import pkgutil
import re
import string
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

import app as application
from app.kernel.errors import DomainError
from tests.docs.markdown import DOCUMENTS, FENCE, ROOT, read

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
REQUIRED = {"README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/ledger.md", "docs/operations.md"}
REQUIRED |= {"docs/programme.md", "docs/programme.zh-CN.md", "docs/places.md", "docs/places.zh-CN.md"}


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as the forges make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_documents_are_there() -> None:
    assert set(NAMES) >= REQUIRED
    assert "Apache License" in read("LICENSE")
    assert "END OF TERMS AND CONDITIONS" in read("LICENSE")


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in LINK.findall(FENCE.sub("", read(name))):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path), target


@pytest.mark.parametrize("name", NAMES)
def test_every_path_of_the_project_that_is_named_exists(name: str) -> None:
    named = re.findall(
        r"(?<![\w/.])((?:app|tools|tests|deploy|docs|migrations|requirements|bench|sandbox)/[\w./-]*\w)", read(name)
    )
    made_up = {"migrations/versions/0004_add_things.py", "migrations/sql/0004_", "bench/latest.json"}
    missing = [path for path in named if not (ROOT / path).exists() and path not in made_up]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    named = re.findall(r"(?:`|^ {4})make ([a-z]+)", read(name), re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("name", [*NAMES, *(str(path.relative_to(ROOT)) for path in (ROOT / "deploy").rglob("*.sh"))])
def test_no_document_is_left_unfinished(name: str) -> None:
    assert not re.search(r"\b(TODO|FIXME|TBD|XXX)\b|@[A-Z]+@", read(name))


def test_the_pictures_are_well_formed_and_say_what_they_show() -> None:
    pictures = sorted((ROOT / "docs").glob("*.svg"))
    assert len(pictures) == 2
    for picture in pictures:
        tags = {element.tag.rpartition("}")[2] for element in ET.parse(picture).iter()}
        assert {"title", "desc"} <= tags
        assert not {"script", "foreignObject", "image"} & tags


def test_the_version_is_the_one_of_the_changes() -> None:
    version = re.search(r'^version = "(.+)"$', read("pyproject.toml"), re.MULTILINE)
    assert version
    assert f"## [{version[1]}]" in read("CHANGELOG.md")
    assert f"image: linli:{version[1]}" in read("deploy/compose.yaml")


def refusals(cls: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for child in cls.__subclasses__():
        yield child
        yield from refusals(child)


def test_every_refusal_says_the_same_in_both_languages() -> None:
    for module in pkgutil.walk_packages(application.__path__, "app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    spoken = [cls for cls in refusals() if cls.__module__.startswith("app.") and "code" in vars(cls)]
    assert len(spoken) > 40
    for cls in spoken:
        values = [{name for _, name, _, _ in string.Formatter().parse(cls.text[lang]) if name} for lang in ("zh", "en")]
        assert values[0] == values[1], cls
        assert re.search(r"[\u4e00-\u9fff]", cls.text["zh"]), cls
