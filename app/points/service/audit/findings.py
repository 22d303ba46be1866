"""What an audit answers."""

from collections import Counter
from dataclasses import dataclass, field

KEPT_MAX = 100
"""Findings kept of each check; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: which check, which row, what its entries say it should be, and what is there."""

    check: str
    subject: str
    expected: str
    found: str
    book: str = ""


@dataclass(slots=True)
class Verdict:
    """The findings by check (the first KEPT_MAX of each, `counts` of all), and how much was looked at."""

    books: int = 0
    accounts: int = 0
    transactions: int = 0
    entries: int = 0
    seconds: float = 0.0
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.counts

    @property
    def rate(self) -> float:
        """Entries per second."""
        return self.entries / max(self.seconds, 1e-9)

    def note(self, finding: Finding) -> None:
        """Count a finding, and keep it when it is among the first of its check."""
        self.counts[finding.check] += 1
        kept = self.findings.setdefault(finding.check, [])
        if len(kept) < KEPT_MAX:
            kept.append(finding)
