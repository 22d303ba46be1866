"""The catalogue of features: what a rule may ask of a fact, of which type, and where it comes from.

A feature that may be missing is stored as null, and a rule that asks for it declares what it takes in its place. A
feature is never renamed and never changes its meaning: a new meaning is a new name, and FEATURES_VERSION counts on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.risk.rules.events import Value
from app.risk.terms import EventKind, Pivot

FEATURES_VERSION = 4
FACT_LENGTH_MAX = 100
FACT_MAX = 10**12

ALL = frozenset(EventKind)
MONEY = frozenset({EventKind.REDEEM, EventKind.REFUND})
EARNING = frozenset({EventKind.AWARD, EventKind.CHECK_IN})
REDEEM, AWARD = frozenset({EventKind.REDEEM}), frozenset({EventKind.AWARD})
REFUND = frozenset({EventKind.REFUND})
LOGIN = frozenset({EventKind.LOGIN})
ON_SITE = MONEY | EARNING


class Type(StrEnum):
    """What a feature's values are."""

    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"


class Source(StrEnum):
    """Where a feature comes from."""

    EVENT = "event"  # the fact itself
    CALLER = "caller"  # what the feature that asks knows besides
    EXACT = "exact"  # counted in PostgreSQL, in the same transaction
    WINDOW = "window"  # counted in Redis, missing while that is away
    GRAPH = "graph"  # found by night


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. `always`: it has a value in each of its kinds."""

    name: str
    type: Type
    kinds: frozenset[EventKind]
    source: Source
    zh: str
    en: str
    always: bool = False


def _integers(source: Source, kinds: frozenset[EventKind], *rows: tuple[str, str, str]) -> Iterable[Feature]:
    return [Feature(name, Type.INTEGER, kinds, source, zh, en) for name, zh, en in rows]


def _flags(kinds: frozenset[EventKind], *rows: tuple[str, str, str]) -> Iterable[Feature]:
    return [Feature(name, Type.BOOLEAN, kinds, Source.CALLER, zh, en) for name, zh, en in rows]


WINDOWS = ("1h", "1d", "30d")
_SPAN = {"1h": ("一小时", "an hour"), "1d": ("一天", "a day"), "30d": ("三十天", "thirty days")}
_WHOSE = {
    "resident": (ON_SITE, "居民", "of the resident"),
    "pair": (MONEY | AWARD, "居民在该商户(奖励:该协调员给该居民)", "of the resident with this shop or coordinator"),
    "device": (ALL, "设备", "from the device"),
    "coordinator": (EARNING, "协调员", "by the coordinator"),
    "household": (ON_SITE, "住户", "of the household"),
    "person": (LOGIN, "账号", "of the account"),
}


def _windows() -> Iterable[Feature]:
    for whose, (kinds, zh, en) in _WHOSE.items():
        for window in WINDOWS:
            span_zh, span_en = _SPAN[window]
            yield from _integers(
                Source.EXACT,
                kinds,
                (f"{whose}_count_{window}", f"{zh}近{span_zh}同类次数", f"facts of this kind {en} within {span_en}"),
                (f"{whose}_points_{window}", f"{zh}近{span_zh}同类积分", f"points of this kind {en} within {span_en}"),
            )


_EVENT = (
    Feature("points", Type.INTEGER, ALL, Source.EVENT, "积分", "points of the fact", always=True),
    Feature("order_fen", Type.INTEGER, ALL, Source.EVENT, "订单金额(分)", "the order in fen, 0: unknown", always=True),
    Feature(
        "mode",
        Type.TEXT,
        ALL,
        Source.EVENT,
        "方式",
        "how: code, cashier, shop_code, order_code, gift, mall",
        always=True,
    ),
    Feature("hour", Type.INTEGER, ALL, Source.EVENT, "小时(北京时间)", "hour of the day in the district", always=True),
    Feature("weekday", Type.INTEGER, ALL, Source.EVENT, "星期(1–7)", "day of the week, Monday is 1", always=True),
    Feature("is_round", Type.BOOLEAN, ALL, Source.EVENT, "整百积分", "points are whole hundreds", always=True),
    *(
        Feature(str(pivot), Type.TEXT, ALL, Source.EVENT, f"{pivot} 编号", f"id of the {pivot}, for lists", always=True)
        for pivot in Pivot
    ),
)
_CALLER = (
    *_flags(
        MONEY,
        ("is_shop_staff", "居民是该商户人员", "the resident works at the shop or owns it"),
        ("is_related_to_staff", "居民是商户人员亲属", "a relative works at the shop or owns it"),
        ("is_step_up_passed", "已再次验证", "the resident has just proved again who he is"),
    ),
    *_flags(
        EARNING,
        ("same_household_as_coordinator", "与协调员同住", "lives with the coordinator"),
        ("is_relative_of_coordinator", "是协调员亲属", "is a relative of the coordinator"),
        ("is_off_roster", "不在排班内", "was not on the roster"),
    ),
    *_flags(
        ON_SITE,
        ("is_duplicate_photo", "照片重复", "the same photo was handed in before"),
        ("is_repeated_position", "坐标完全相同", "the very same coordinates as before"),
    ),
    *_flags(ALL, ("is_first_seen_address", "首次出现的地址", "from a network address that was not seen before")),
    *_integers(
        Source.CALLER,
        ON_SITE,
        ("distance_metres", "距应在地点(米)", "metres from where it should be"),
        ("accuracy_metres", "定位精度(米)", "accuracy of that position"),
        ("travel_kmh", "与上次位置间速度", "speed from the last known place"),
    ),
    *_integers(
        Source.CALLER,
        ALL,
        ("device_age_hours", "设备启用小时数", "hours since the device was first seen"),
        ("account_age_days", "账号天数", "days since the account was made"),
        ("risk_rank", "微信风险等级(0–4)", "WeChat's rank of the user, 0 to 4"),
    ),
    *_integers(
        Source.CALLER,
        REDEEM | EARNING,
        (
            "device_new_accounts_7d",
            "新账号(七天内)所用设备上的新账号数,含本账号",
            "of an account of a week: as new ones on its device, itself among them",
        ),
    ),
    *_integers(
        Source.CALLER,
        REDEEM | EARNING | LOGIN,
        (
            "network_new_accounts_7d",
            "新账号(七天内)所在网络的新账号数,含本账号",
            "of an account of a week: as new ones from its network, itself among them",
        ),
    ),
    *_integers(
        Source.CALLER, REDEEM, ("points_share_percent", "积分占订单百分比", "percent of the order paid by points")
    ),
    *_integers(
        Source.CALLER,
        REDEEM,
        (
            "helper_residents_30d",
            "代办人三十天内代多少居民消费,含本人",
            "residents for whom the one who acts here spent within thirty days, this one among them",
        ),
    ),
    *_integers(
        Source.CALLER,
        AWARD,
        (
            "returned_awards_30d",
            "得分人三十天内给该协调员发分次数",
            "awards that whoever gets this one gave its coordinator, thirty days",
        ),
    ),
    *_integers(Source.CALLER, EARNING, ("minutes", "服务分钟", "minutes of work")),
    *_integers(Source.CALLER, MONEY, ("hours_since_payment", "距付款小时数", "hours since the payment (refund)")),
    *_integers(
        Source.CALLER,
        REFUND,
        ("refund_percent", "本次退回占付款百分比", "percent of the payment's points that this gives back"),
        ("taken_at_shops_30d", "居民三十天在各商户用掉积分", "points the resident had taken at shops, thirty days"),
        ("returned_at_shops_30d", "其中已退回积分", "points of those that came back before this refund"),
    ),
)
_COUNTED = (
    *_windows(),
    *_integers(
        Source.EXACT,
        REDEEM | EARNING,
        (
            "book_days_in_use",
            "新账号与他人同网时:本账簿启用天数",
            "of an account of a week with others on its network: days since the book's first decision",
        ),
    ),
    *_integers(
        Source.EXACT,
        ALL,
        ("device_residents_30d", "设备上的居民数", "residents on the device within thirty days"),
        ("device_people_30d", "设备上的账号数", "accounts on the device within thirty days"),
    ),
    *_integers(
        Source.EXACT,
        MONEY,
        ("resident_returned_30d", "居民三十天退回积分", "points asked for and given back within thirty days"),
        (
            "resident_share_at_shop",
            "居民积分在该商户占比",
            "percent of the resident's points of thirty days at this shop",
        ),
        ("minutes_since_award", "距最近一次得分分钟数", "minutes since the last award"),
    ),
    *_integers(
        Source.WINDOW,
        MONEY,
        ("shop_count_10m", "商户近十分钟次数", "facts at the shop within ten minutes"),
        ("shop_count_1h", "商户近一小时次数", "facts at the shop within an hour"),
        ("shop_points_1h", "商户近一小时积分", "points at the shop within an hour"),
        ("terminal_count_10m", "终端近十分钟次数", "facts at the terminal within ten minutes"),
        ("terminal_count_1h", "终端近一小时次数", "facts at the terminal within an hour"),
    ),
    *_integers(
        Source.GRAPH,
        ON_SITE,
        ("ring_size", "所在小团体人数", "size of the tight group the resident or shop is in"),
        ("shop_top5_percent", "商户前五名顾客占比", "percent of the shop's points by its five best customers"),
        ("resident_share_percent", "居民在一家商户占比(90天)", "percent of the resident's points at one shop, 90 days"),
        ("reciprocal_awards", "互相发分次数", "awards that coordinator and another gave each other"),
        ("device_shared_by", "共用设备居民数(90天)", "residents who share the device, 90 days"),
    ),
)
FEATURES: Mapping[str, Feature] = {each.name: each for each in (*_EVENT, *_CALLER, *_COUNTED)}
LIST_PREFIX = "list_"
"""`resident in list_watched`: the list `watched` of the book."""


def features_of(kinds: Iterable[EventKind]) -> Mapping[str, Feature]:
    """Give the features that each of `kinds` has."""
    wanted = frozenset(kinds)
    return {name: each for name, each in FEATURES.items() if wanted <= each.kinds}


def check_facts(kind: EventKind, facts: Mapping[str, Value]) -> None:
    """Refuse with ValueError facts that are not declared for the kind, or of another type: a defect of the caller."""
    for name, value in facts.items():
        declared = FEATURES.get(name)
        if declared is None or declared.source is not Source.CALLER or kind not in declared.kinds:
            raise ValueError(
                f"risk: {name} is no fact that a caller may give of {kind}: see app/risk/rules/features.py"
            )
        if not is_of(declared.type, value):
            raise ValueError(f"risk: {name} must be {declared.type} within range, not {type(value).__name__}")


def is_of(wanted: Type, value: object) -> bool:
    """Say whether a value is of a type, and within bounds."""
    if wanted is Type.BOOLEAN:
        return isinstance(value, bool)
    if wanted is Type.INTEGER:
        return type(value) is int and abs(value) <= FACT_MAX
    return isinstance(value, str) and len(value) <= FACT_LENGTH_MAX
