"""The 33 attacks: what is tried, what stands against it, and the tests that try it against a running system."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack. `tests`: file below tests/ and name, with two colons. `missing`: what is not built."""

    number: int
    name: str
    control: str = ""
    tests: tuple[str, ...] = ()
    missing: str = ""

    @property
    def nodes(self) -> list[str]:
        """How pytest calls the tests."""
        return ["tests/{}.py::{}".format(*each.split("::")) for each in self.tests]


def read() -> tuple[Attack, ...]:
    """Read the catalogue. An unknown word in it is a TypeError."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["attack"]
    return tuple(Attack(**(row | {"tests": tuple(row.get("tests", ()))})) for row in rows)


CATALOGUE = read()
