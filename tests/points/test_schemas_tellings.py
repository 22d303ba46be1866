"""The phrase of every kind of entry, with everything that can be known of it and with nothing."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.points.queries import Activity, StatementLine
from app.points.schemas import tellings, words
from app.points.service.tellings import Corrected, Telling, ToldLine
from app.points.terms import PASSBOOK_CODES, Code

MONDAY = date(2026, 6, 15)
AT = datetime(2026, 6, 14, 16, 30, tzinfo=UTC)  # half past midnight of the Monday in the district


def told(code: Code, telling: Telling = Telling(), amount: int = 5) -> ToldLine:  # noqa: B008 - it is frozen
    line = StatementLine(UUID(int=1), amount, 1, 5, b"", code, "c", UUID(int=2), None, AT, AT, None)
    return ToldLine(line, telling)


def both(code: Code, telling: Telling, amount: int = 5) -> tuple[str, str]:
    return tellings.summary(told(code, telling, amount), "zh"), tellings.summary(told(code, telling, amount), "en")


def activity(title="楼道保洁", performed_on=MONDAY, minutes=None, events=None, grade=None) -> Telling:
    return Telling(activity=Activity(title, performed_on, minutes, events, grade))


@pytest.mark.parametrize("code", PASSBOOK_CODES)
@pytest.mark.parametrize("amount", [5, -5])
def test_an_entry_of_which_nothing_is_known_is_named_after_its_kind(code, amount):
    for lang in ("zh", "en"):
        phrase = tellings.summary(told(code, amount=amount), lang)
        assert phrase == words.kind_of_entry(code, lang) or code == Code.TRANSFER
        assert tellings.sentence(told(code, amount=amount), lang) == words.moved(phrase, amount, "points", lang)


@pytest.mark.parametrize(
    ("telling", "zh", "en"),
    [
        (activity(minutes=90), "周一楼道保洁 90 分钟", "Monday 楼道保洁, 90 minutes"),
        (
            activity("stairwell cleaning", minutes=90),
            "周一 stairwell cleaning 90 分钟",
            "Monday stairwell cleaning, 90 minutes",
        ),
        (activity(performed_on=date(2026, 6, 21), minutes=1), "周日楼道保洁 1 分钟", "Sunday 楼道保洁, 1 minute"),
        (activity(events=3), "周一楼道保洁 3 次", "Monday 楼道保洁, 3 times"),
        (activity(events=1, minutes=0), "周一楼道保洁", "Monday 楼道保洁"),
        (activity(grade="A"), "周一楼道保洁(A级)", "Monday 楼道保洁, grade A"),
        (
            activity(minutes=60, events=2, grade="B"),
            "周一楼道保洁 60 分钟 2 次(B级)",
            "Monday 楼道保洁, 60 minutes, 2 times, grade B",
        ),
    ],
)
def test_an_award_says_the_weekday_what_was_done_and_how_long(telling, zh, en):
    assert both(Code.AWARD, telling) == (zh, en)


@pytest.mark.parametrize(
    ("code", "amount", "telling", "zh", "en"),
    [
        (
            Code.REPORT_AWARD,
            5,
            activity("路灯不亮"),
            "反映问题被采纳:路灯不亮",
            "Earned by an accepted report: 路灯不亮",
        ),
        (Code.REDEMPTION, -5, Telling(partner="忠义粮油店"), "商户消费 · 忠义粮油店", "Spent at a shop · 忠义粮油店"),
        (Code.REFUND, 5, Telling(partner="忠义粮油店"), "商户退款 · 忠义粮油店", "Refunded by a shop · 忠义粮油店"),
        (
            Code.OPENING,
            5,
            Telling(paper_no="0123"),
            "纸质存折转入(原折号 0123)",
            "Taken over from the paper passbook no. 0123",
        ),
        (
            Code.EXPIRY,
            -5,
            Telling(last_day=date(2026, 12, 31)),
            "积分到期(有效期至2026年12月31日)",
            "Expired: good until 31 December 2026",
        ),
        (Code.TRANSFER, 5, Telling(), "从另一本存折转入", "Moved in from another passbook"),
        (Code.TRANSFER, -5, Telling(), "转到另一本存折", "Moved to another passbook"),
        (
            Code.TRANSFER,
            5,
            Telling(succession="death"),
            "从另一本存折转入(继承)",
            "Moved in from another passbook (inheritance)",
        ),
        (Code.TRANSFER, -5, Telling(succession="move"), "转到另一本存折(搬迁)", "Moved to another passbook (move)"),
        (
            Code.TRANSFER,
            5,
            Telling(succession="merge"),
            "从另一本存折转入(两本合一)",
            "Moved in from another passbook (two passbooks made one)",
        ),
        (
            Code.CLEARING_OUT,
            -5,
            Telling(partner="中医学院社区"),
            "转出到其他社区 · 中医学院社区",
            "Moved to another community · 中医学院社区",
        ),
        (
            Code.REVERSAL,
            -5,
            Telling(corrected=Corrected(Code.AWARD, AT, activity(minutes=90))),
            "更正2026年6月15日的“周一楼道保洁 90 分钟”",
            'Correction of "Monday 楼道保洁, 90 minutes", booked on 15 June 2026',
        ),
        (
            Code.CLAWBACK,
            -5,
            Telling(corrected=Corrected(Code.AWARD, AT, Telling())),
            "收回2026年6月15日的“志愿服务奖励”",
            'Taken back: "Earned by volunteering", booked on 15 June 2026',
        ),
        (
            Code.REVERSAL,
            5,
            Telling(corrected=Corrected(Code.TRANSFER, AT, Telling())),
            "更正2026年6月15日的“转到另一本存折”",
            'Correction of "Moved to another passbook", booked on 15 June 2026',
        ),
    ],
)
def test_each_kind_of_entry_says_what_is_known_of_it(code, amount, telling, zh, en):
    assert both(code, telling, amount) == (zh, en)
