"""`make check`: one that is not content spoils the whole, and each is heard in its turn."""

import sys

import pytest

from tools import check


def program(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def test_each_is_heard_whole_and_in_turn_whoever_is_first(capfd):
    assert check.main({"a": program("print('one'); input()"), "b": program("print('two')")}) == 1
    said, complaint = capfd.readouterr()
    assert said.index("a: one") < said.index("EOFError") < said.index("b: two")
    assert complaint == "linli: not content: a\n"


@pytest.mark.parametrize("unhappy", range(4))
def test_any_of_them_spoils_the_whole(unhappy, capfd):
    checks = {str(number): program(f"raise SystemExit({int(number == unhappy)})") for number in range(4)}
    assert check.main(checks) == 1
    assert capfd.readouterr().err == f"linli: not content: {unhappy}\n"


def test_nothing_is_complained_of_when_all_are_content(capfd):
    assert check.main({"a": program("print('good')"), "b": program("")}) == 0
    assert capfd.readouterr() == ("a: good\nb: \n", "")


def test_all_four_are_asked():
    assert list(check.CHECKS) == ["ruff check", "ruff format", "lint-imports", "mypy"]
