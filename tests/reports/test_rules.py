import pytest

from app.reports.errors import AlreadyDecided
from app.reports.rules import Decision, is_repeated

OPEN = Decision("filed")
ACCEPTED = Decision("accepted", "rule", 10)
REJECTED = Decision("rejected", reason="不属实")


@pytest.mark.parametrize("wanted", [ACCEPTED, REJECTED])
def test_an_open_report_is_decided(wanted):
    assert is_repeated(OPEN, wanted) is False


@pytest.mark.parametrize(("before", "wanted"), [(ACCEPTED, ACCEPTED), (REJECTED, REJECTED)])
def test_the_same_decision_again_is_the_same(before, wanted):
    assert is_repeated(before, wanted) is True


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (ACCEPTED, REJECTED),
        (REJECTED, ACCEPTED),
        (ACCEPTED, Decision("accepted", "rule", 11)),
        (ACCEPTED, Decision("accepted", "other", 10)),
        (ACCEPTED, Decision("accepted", "rule")),
        (REJECTED, Decision("rejected", reason="重复")),
    ],
)
def test_another_decision_is_refused(before, wanted):
    with pytest.raises(AlreadyDecided) as caught:
        is_repeated(before, wanted)
    assert before.state in caught.value.detail("en")
