"""The book of 美丽华都, who pays for its points, and the shops of 忠义街 that take them."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

BOOK = "meilihua"
BOOK_NAME = "美丽华都社区积分"
CURRENCY_NAME = "美丽积分"
STREET = "忠义街"


def seeded_id(kind: str, name: str) -> UUID:
    """Give the id of a thing of the neighbourhood: the same on every machine."""
    return uuid5(NAMESPACE_URL, f"linli:neighbourhood:{BOOK}:{kind}:{name}")


@dataclass(frozen=True, slots=True)
class Sponsor:
    """Who pays money in. `funds_fen` is what stands in its account from the start."""

    name: str
    english: str
    funds_fen: int

    @property
    def id(self) -> UUID:
        """The sponsor's id."""
        return seeded_id("sponsor", self.name)


@dataclass(frozen=True, slots=True)
class BudgetPlan:
    """A campaign of a sponsor: `points` minted at the start, each worth `point_value_fen` (0: thanks, no money)."""

    key: str
    name: str
    english: str
    sponsor: Sponsor
    point_value_fen: int
    points: int

    @property
    def id(self) -> UUID:
        """The budget's id."""
        return seeded_id("budget", self.key)


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that takes points. `offers` are typical prices in points."""

    name: str
    english: str
    offers: tuple[int, ...]

    @property
    def id(self) -> UUID:
        """The shop's id."""
        return seeded_id("shop", self.name)


@dataclass(frozen=True, slots=True)
class RulePlan:
    """What pays from a budget. Where the formula is `chosen`, whoever awards chooses up to `points_max`."""

    code: str
    title: str
    budget: BudgetPlan
    formula: str
    points_max: int


FUND = Sponsor("美丽华都社区基金", "community fund", 6_000_000)
OFFICE = Sponsor("街道办事处", "subdistrict office", 3_000_000)
FIRM = Sponsor("惠邻物业公司", "a company nearby", 2_000_000)
SPONSORS = (FUND, OFFICE, FIRM)

PASSBOOKS = BudgetPlan("passbooks", "积分存折(纸质存折转入)", "paper passbooks", FUND, 10, 120_000)
VOLUNTEERS = BudgetPlan("volunteers", "邻里志愿服务", "volunteering", FUND, 10, 120_000)
REPORTS = BudgetPlan("reports", "随手拍·有奖上报", "problem reports", OFFICE, 10, 40_000)
GREEN = BudgetPlan("green", "垃圾分类与绿色楼道", "sorted waste", FIRM, 5, 100_000)
THANKS = BudgetPlan("thanks", "点赞积分(不含资金)", "thanks without money", FUND, 0, 100_000)
BUDGETS = (PASSBOOKS, VOLUNTEERS, REPORTS, GREEN, THANKS)

HOURS = RulePlan("vol.hours", "志愿服务(按时长)", VOLUNTEERS, "minutes // 30 * 10", 240)
EVENTS = RulePlan("vol.event", "志愿活动(按表现)", VOLUNTEERS, "chosen", 200)
SORTING = RulePlan("green.sorting", "垃圾分类", GREEN, "chosen", 50)
LIKES = RulePlan("thanks", "邻里点赞", THANKS, "chosen", 10)
ACCEPTED = RulePlan("report.valid", "随手拍被采纳", REPORTS, "chosen", 50)
RULES = (HOURS, EVENTS, SORTING, LIKES, ACCEPTED)
RULE_OF = {rule.budget: rule for rule in (EVENTS, SORTING, LIKES, ACCEPTED)}
"""The rule by which the demo's people are paid from each budget."""

SHOPS = (
    Shop("忠义面馆", "noodles", (12, 15, 18)),
    Shop("南门阿婆馄饨", "wonton", (10, 12)),
    Shop("惠民粮油店", "grain and oil", (25, 30, 45)),
    Shop("老街豆腐坊", "tofu", (5, 8)),
    Shop("鲜果时光", "fruit", (15, 20, 28)),
    Shop("阿福炒货", "roasted nuts", (10, 16, 22)),
    Shop("好邻居便利店", "convenience store", (6, 9, 14, 20)),
    Shop("康宁药房", "pharmacy", (18, 26, 35)),
    Shop("红梅理发店", "barber", (20, 30)),
    Shop("永盛五金日杂", "hardware", (8, 13, 24)),
    Shop("秦师傅修鞋配钥匙", "shoe repair and keys", (6, 10)),
    Shop("忠义街助餐点", "canteen", (8, 10, 12)),
)
