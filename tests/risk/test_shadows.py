"""What versions in shadow would have decided: with the same snoozes, and of their last run alone."""

from app.risk import service
from app.risk.terms import Outcome
from tests.risk.facts import ONE, rule


def sums(desk, version):
    desk.uow.session.flush()
    return [tuple(row) for row in service.sum_shadow(desk.as_(ONE), book=desk.code, version=version).sums]


def test_a_shadow_is_silent_where_the_rule_is_snoozed(desk):
    """Else it seems to bother those whom people had looked at."""
    desk.publish(rule("any", "points > 10", 60))
    decision = desk.decide()
    service.snooze_rule(desk.as_(ONE), book=desk.code, decision_id=decision.id, rule="any", days=90, reason="x")
    version = desk.save(rule("any", "points > 10", 60)).version
    service.start_shadow(desk.as_(ONE), book=desk.code, version=version, days=3)
    assert desk.decide().outcome is Outcome.APPROVE
    assert sums(desk, version) == [("approve", "approve", 1, 50)]


def test_a_shadow_that_is_begun_anew_sums_up_anew(desk):
    version = desk.save(rule("any", "points > 10", 60)).version
    assert sums(desk, version) == []
    service.start_shadow(desk.as_(ONE), book=desk.code, version=version, days=3)
    desk.decide()
    assert sums(desk, version) == [("approve", "block_and_review", 1, 50)]
    later = desk.later(days=10)
    service.start_shadow(later.as_(ONE), book=desk.code, version=version, days=3)
    assert sums(later, version) == []
    later.decide(points=30)
    assert sums(later, version) == [("approve", "block_and_review", 1, 30)]
