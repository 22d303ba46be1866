"""Two people to publish, versions that never change, shadows, snoozes; nobody eases what is about himself."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from app.kernel.actor import Actor, Role
from app.kernel.paging import CursorInvalid
from app.risk import errors, service
from app.risk.models import RuleSet
from app.risk.service import shelf
from app.risk.terms import NO_BOOK, OPERATOR, OPERATOR_SECOND, Outcome, RuleSetState
from tests.points.ledger import ANNA
from tests.risk.facts import DEVICE, ONE, TWO, rule


def test_who_saved_a_version_does_not_publish_it(desk):
    version = desk.save(rule("any", "points > 10")).version
    with pytest.raises(errors.RuleSetOwn):
        service.publish_rule_set(desk.as_(ONE), book=desk.code, version=version)
    published = service.publish_rule_set(desk.as_(TWO), book=desk.code, version=version)
    assert (published.state, published.published_by) == (RuleSetState.ACTIVE, TWO.id)


def test_publishing_replaces_and_what_is_over_stays_over(desk):
    first, second = desk.publish(rule("any", "points > 10")), desk.publish(rule("any", "points > 20"))
    assert (first.state, second.state, second.version) == (RuleSetState.RETIRED, RuleSetState.ACTIVE, 2)
    for version, state in ((1, "retired"), (2, "active")):
        for act in (service.publish_rule_set, service.retire_rule_set):
            with pytest.raises(errors.RuleSetClosed) as found:
                act(desk.as_(ONE), book=desk.code, version=version)
            assert found.value.params["state"] == state
        with pytest.raises(errors.RuleSetClosed):
            service.start_shadow(desk.as_(ONE), book=desk.code, version=version, days=1)
    draft = desk.save(rule("any", "points > 30"))
    assert service.retire_rule_set(desk.as_(ONE), book=desk.code, version=draft.version).state == RuleSetState.RETIRED
    assert desk.decide(points=25).rule_set_version == 2


def test_a_version_that_is_not_there(desk):
    for version in (1, 2**40):
        with pytest.raises(errors.RuleSetMissing):
            service.show_rule_set(desk.uow, book=desk.code, version=version)
        with pytest.raises(errors.RuleSetMissing):
            service.publish_rule_set(desk.as_(ONE), book=desk.code, version=version)


def test_a_rule_set_asks_only_lists_that_are_there(desk):
    with pytest.raises(errors.ListMissing, match="friends"):
        desk.save(rule("any", "resident in list_friends"))
    desk.save(rule("any", "resident in list_watched"))  # one of those that come with Linli


def test_two_versions_at_most_run_in_shadow(desk):
    versions = [desk.save(rule("any", f"points > {number}")).version for number in range(3)]
    for version in versions[:2]:
        service.start_shadow(desk.as_(ONE), book=desk.code, version=version, days=3)
    with pytest.raises(errors.ShadowsFull):
        service.start_shadow(desk.as_(ONE), book=desk.code, version=versions[2], days=3)
    again = service.start_shadow(desk.as_(ONE), book=desk.code, version=versions[0], days=5)
    assert again.shadow_until == desk.uow.now + timedelta(days=5)
    service.retire_rule_set(desk.as_(ONE), book=desk.code, version=versions[1])
    service.start_shadow(desk.as_(ONE), book=desk.code, version=versions[2], days=3)
    assert service.publish_rule_set(desk.as_(TWO), book=desk.code, version=versions[0]).state == RuleSetState.ACTIVE


def test_versions_are_listed_newest_first(desk):
    for number in range(3):
        desk.save(rule("any", f"points > {number}"))
    page = service.list_rule_sets(desk.uow, book=desk.code, limit=2, cursor=None)
    rest = service.list_rule_sets(desk.uow, book=desk.code, limit=2, cursor=page.next_cursor)
    assert [[found.version for found in each.items] for each in (page, rest)] == [[3, 2], [1, 0]]
    assert rest.next_cursor is None
    with pytest.raises(CursorInvalid):
        service.list_rule_sets(desk.uow, book=desk.code, limit=2, cursor="Wzk5OTk5OTk5OTk5OV0")


def test_a_district_starts_with_what_comes_with_linli(desk):
    made = service.start_defaults(desk.uow, book=desk.code)
    assert (made.version, made.state) == (1, RuleSetState.ACTIVE)
    assert (made.proposed_by, made.published_by) == (OPERATOR, OPERATOR_SECOND)
    assert made.definition == shelf.defaults().plain()
    assert service.start_defaults(desk.uow, book=desk.code) is None
    assert desk.decide().rule_set_version == 1
    assert service.start_defaults(desk.uow, book=None).book_id == NO_BOOK


def test_a_snooze_is_for_a_rule_that_spoke_about_somebody_and_ends(desk):
    desk.publish(rule("any", "points > 10"), rule("large", "points > 1000"))
    decision = desk.decide()
    for wrong in ("large", "nowhere"):
        with pytest.raises(errors.SnoozeUnfit):
            service.snooze_rule(desk.as_(ONE), book=desk.code, decision_id=decision.id, rule=wrong, days=1, reason="x")
    with pytest.raises(errors.DecisionMissing):
        service.snooze_rule(desk.as_(ONE), book=desk.code, decision_id=uuid4(), rule="any", days=1, reason="x")
    snooze = service.snooze_rule(desk.as_(ONE), book=desk.code, decision_id=decision.id, rule="any", days=1, reason="x")
    assert service.list_snoozes(desk.uow, book=desk.code, limit=5, cursor=None).items == [snooze]
    service.end_snooze(desk.as_(TWO), book=desk.code, snooze_id=snooze.id)
    assert desk.decide().outcome is Outcome.REVIEW
    with pytest.raises(errors.SnoozeMissing):
        service.end_snooze(desk.as_(TWO), book=desk.code, snooze_id=snooze.id)
    nobody = desk.decide(resident_id=None)
    with pytest.raises(errors.SnoozeUnfit):
        service.snooze_rule(desk.as_(ONE), book=desk.code, decision_id=nobody.id, rule="any", days=1, reason="x")


def test_a_snooze_of_a_rule_that_comes_with_linli(desk):
    decision = desk.decide(facts={"is_shop_staff": True})
    service.snooze_rule(
        desk.as_(ONE), book=desk.code, decision_id=decision.id, rule="self-deal", days=1, reason="已核实"
    )
    assert desk.decide(facts={"is_shop_staff": True}).outcome is Outcome.APPROVE


@pytest.mark.parametrize("who", ["account", "passbook"])
def test_nobody_eases_what_is_about_himself(desk, who):
    """Attack 30: a treasurer who is a resident as well."""
    ids = {"account": {"id": ANNA}, "passbook": {"id": uuid4(), "resident_id": ANNA}}[who]
    me = Actor(roles=frozenset({Role.TREASURER}), **ids)
    desk.publish(rule("any", "points > 10"))
    decision = desk.decide()
    uow = replace(desk.uow, actor=me)
    with pytest.raises(errors.OwnRisk):
        service.snooze_rule(uow, book=desk.code, decision_id=decision.id, rule="any", days=1, reason="x")
    with pytest.raises(errors.OwnRisk):
        service.add_item(uow, book=desk.code, code="watched", value=ANNA, reason="x", expires_at=None)
    item = service.add_item(desk.as_(ONE), book=desk.code, code="watched", value=ANNA, reason="x", expires_at=None)
    with pytest.raises(errors.OwnRisk):
        service.remove_item(uow, book=desk.code, code="watched", item_id=item.id, reason="x")
    case = {"book": desk.code, "case_id": desk.case_of(decision)}
    with pytest.raises(errors.OwnRisk):
        service.take_case(uow, **case)
    service.add_item(uow, book=desk.code, code="watched", value=DEVICE, reason="x", expires_at=None)


def test_what_is_kept_in_memory_is_what_is_stored(desk):
    made = desk.publish(rule("any", "points > 10"))
    found = shelf.definition_of(desk.uow.session, desk.book.id, made.id)
    assert shelf.definition_of(desk.uow.session, desk.book.id, made.id) is found
    assert found.plain() == desk.uow.session.get(RuleSet, (desk.book.id, made.version)).definition
