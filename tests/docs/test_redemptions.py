"""docs/redemptions.md in both languages: what is refused, with which status, and whether the number is used up."""

import re

import pytest

from app.kernel.errors import DomainError
from app.merchants.errors import counter, offers, redemptions, terminals
from app.merchants.errors import merchants as shops
from app.merchants.service import declines
from app.web import problems
from tests.docs.markdown import read, table_after

BURNS = {"docs/redemptions.md": "burns", "docs/redemptions.zh-CN.md": "作废"}
CLASSES = {
    each.code: each
    for module in (counter, offers, redemptions, terminals, shops)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, DomainError) and hasattr(each, "code")
}
FOR_EVER = {declines.code_at_till(code) for code in declines.KNOWN}


def rows(document):
    """Each code with its status, and what becomes of the number."""
    found = {}
    for row in table_after(read(document), "refusals"):
        status, codes, number, _ = row.values()
        found |= {code: (int(status), number) for code in re.findall(r"(merchants\.[a-z_]+)", codes)}
    return found


@pytest.mark.parametrize("document", BURNS)
def test_the_refusals_at_the_till_are_the_codes(document):
    told = rows(document)
    assert {code: status for code, (status, _) in told.items()} == {
        code: problems.status_of_class(CLASSES[code]) for code in told
    }
    assert {code for code, (_, number) in told.items() if number == BURNS[document]} == FOR_EVER


def test_both_languages_tell_of_the_same_ones():
    english, chinese = (set(rows(document)) for document in BURNS)
    assert english == chinese
