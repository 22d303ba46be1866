"""After the week: the story in figures, the trial balance, and every passbook against our own memory."""

from concurrent.futures import ThreadPoolExecutor

from sandbox.demo.api import Tally
from sandbox.demo.screen import Screen
from sandbox.demo.stage import Stage
from sandbox.neighbourhood.people import Person

DIFFERENCES_SHOWN = 10

# (what, in English, the count's name); money in fen
STORY = (
    ("纸质存折转入", "paper passbooks taken over", "opened"),
    ("转入积分", "points taken over", "opened points"),
    ("志愿与邻里奖励(笔)", "awards", "awards"),
    ("奖励积分", "points awarded", "awarded points"),
    ("  第二人确认", "confirmed by a second person", "awards confirmed"),
    ("上报问题(件)", "problems reported", "reports"),
    ("  采纳 / 不采纳", "accepted / rejected", "reports accepted|reports rejected"),
    ("  上报奖励积分", "points for reports", "reported points"),
    ("商户消费(笔)", "redemptions at 12 shops", "redemptions"),
    ("  消费积分", "points redeemed", "redeemed points"),
    ("  部分入账 / 撤销", "captured in part / cancelled", "captured in part|cancelled"),
    ("  因积分不足拒付", "declined: not enough points", "declined: insufficient"),
    ("  因冻结拒付", "declined: frozen passbook", "declined: frozen"),
    ("退款(笔)", "refunds", "refunds"),
    ("  退款积分", "points refunded", "refunded points"),
    ("到期积分", "points expired", "expired points"),
    ("冻结 / 解冻", "passbooks frozen / thawed", "freeze|thaw"),
    ("清退积分 / 待追回", "points clawed back / still owed", "clawed back points|owed points"),
    ("结算单", "settlements", "settlements"),
)
MONEY = (
    ("本周资助款", "paid in by sponsors", "funded fen"),
    ("到期退回资助方", "returned for expired points", "expired fen"),
    ("付给商户", "paid to shops", "paid fen"),
)


def tell_story(screen: Screen, tally: Tally) -> None:
    """What happened, as a table."""
    screen.head("这一周  The week in figures")
    rows = [(zh, en, " / ".join(f"{tally[name]:,}" for name in names.split("|"))) for zh, en, names in STORY]
    rows += [(f"{zh}(元)", f"{en} (yuan)", yuan(tally[name])) for zh, en, name in MONEY]
    screen.table([("", False), ("", False), ("", True)], rows)
    if tally["shops carried over"]:
        screen.say(
            f"  {tally['shops carried over']} 家店今天已结算过,新的交易转入明天的结算单  "
            "shops were settled today before; the rest goes into tomorrow's statement"
        )


def tell_network(screen: Screen, tally: Tally, *, seconds: float) -> None:
    """What it took."""
    retries = tally.starting("retries: ")
    why = "".join(f" ({name} ×{number})" for name, number in retries.items())
    requests = tally["requests"]
    screen.say(f"  请求 requests        {requests:,}  {seconds:.0f} 秒 s,每秒 per second {requests / seconds:,.0f}")
    screen.say(f"  重试 retries         {sum(retries.values()):,}{why}")
    screen.say(
        f"  同号重发 repeats     {tally['repeats']:,}(故意重发同一单号 the same reference sent again on purpose)"
    )
    screen.say(
        f"  被清扫 holds swept   {tally['holds swept']:,}(后台清扫与演示时钟相遇 by the sweeper, which lives today)"
    )
    screen.say(
        f"  待确认 to confirm    {tally['asked to confirm']:,}(风控请居民本人确认 anti-fraud asked the resident)"
    )


def show_trial_balance(screen: Screen, stage: Stage, auditor: Person) -> bool:
    """The auditor's first look; whether each asset sums to zero."""
    chinese = stage.api.get(auditor, "/trial-balance").need()
    english = stage.api.get(auditor, "/trial-balance", language="en").need()
    screen.head("试算平衡表  Trial balance")
    titles = {row["kind"]: row["title"] for row in english["rows"]}
    rows = []
    for asset, name in (("points", "积分合计"), ("fen", "资金合计")):
        for row in chinese["rows"]:
            if row["asset"] == asset:
                figures = _two_columns(row["balance"], asset)
                rows.append((row["title"], titles.get(row["kind"], ""), str(row["accounts"]), *figures))
        rows.append((name, f"sum of {asset}", "", *_two_columns(chinese["sums"][asset], asset)))
        rows.append(("", "", "", "", ""))
    headings = ("科目", ""), ("", ""), ("账户 accounts", "n"), ("积分 points", "n"), ("资金 yuan", "n")
    screen.table([(heading, bool(number)) for heading, number in headings], rows[:-1])
    sums = chinese["sums"]
    return bool(chinese["balanced"]) and sums["points"] == 0 and sums["fen"] == 0


def compare_passbooks(screen: Screen, stage: Stage, auditor: Person, *, connections: int) -> bool:
    """Read every passbook and hold it against what was acknowledged; whether all agree."""

    def read(person: Person) -> tuple[Person, int]:
        return person, int(stage.api.get(auditor, f"/passbooks/{stage.api.id_of(person)}").need()["posted"])

    with ThreadPoolExecutor(connections) as pool:
        read_points = dict(pool.map(read, stage.passbooks))
    wrong = {person: points for person, points in read_points.items() if points != stage.passbooks[person].points}
    screen.head("存折核对  Passbooks against what was acknowledged")
    expected = sum(passbook.points for passbook in stage.passbooks.values())
    screen.table(
        [("", False), ("本 passbooks", True), ("积分 points", True)],
        [
            ("客户端记录 our own log", f"{len(stage.passbooks):,}", f"{expected:,}"),
            ("接口读出 read over the API", f"{len(read_points):,}", f"{sum(read_points.values()):,}"),
            ("不一致 different", f"{len(wrong):,}", f"{sum(read_points.values()) - expected:,}"),
        ],
    )
    for person, points in list(wrong.items())[:DIFFERENCES_SHOWN]:
        screen.say(
            f"  {person.name} {stage.api.id_of(person)}: {points}, 应为 expected {stage.passbooks[person].points}"
        )
    for what in stage.surprises[:DIFFERENCES_SHOWN]:
        screen.say(f"  {what}")
    return not wrong and not stage.surprises


def yuan(fen: int) -> str:
    """Money to read: 1,234.50."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def _two_columns(amount: int, asset: str) -> tuple[str, str]:
    return (f"{amount:,}", "") if asset == "points" else ("", yuan(amount))
