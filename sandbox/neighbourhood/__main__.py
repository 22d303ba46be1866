"""`python -m sandbox.neighbourhood load`: bring the demo neighbourhood into the database."""

import argparse
import sys

from app.factory import create_app
from app.infra.config import Config
from sandbox.neighbourhood import places
from sandbox.neighbourhood.load import Loaded, load
from sandbox.neighbourhood.people import Roster, roster

KINDS = {"books": "账簿", "sponsors": "资助方", "budgets": "预算", "shops": "商铺"}


def main(arguments: list[str]) -> int:
    """Load, and say what was loaded."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.neighbourhood", description=__doc__)
    parser.add_argument("command", choices=["load"], help="load what is missing")
    parser.parse_args(arguments)
    app = create_app(Config.from_process())
    everybody = roster()
    with app.app_context():
        loaded = load(everybody)
    print(report(loaded, everybody))
    return 0


def report(loaded: Loaded, everybody: Roster) -> str:
    """Say what was loaded, for people."""
    lines = [f"{places.BOOK_NAME} ({places.BOOK})"]
    if not loaded.made:
        lines.append("  已经在库,没有改动  everything was there already; nothing was changed")
    for kind, title in KINDS.items():
        made, found = loaded.made[kind], loaded.found[kind]
        lines.append(f"  {title} {kind:<9} {made + found:>3}   新增 made {made}, 原有 there before {found}")
    funds = sum(sponsor.funds_fen for sponsor in places.SPONSORS) // 100
    points = sum(plan.points for plan in places.BUDGETS)
    lines.append(f"  资助款 {funds:,} 元,已发行 {points:,} 积分  CNY {funds:,} paid in, {points:,} points minted")
    lines.append(
        f"  {len(everybody.holders)} 本存折,其中志愿者 {len(everybody.volunteers)} 人;"
        f"工作人员 {len(everybody.staff)} 人  passbooks, volunteers among them, staff"
    )
    lines.append("  可用下列姓名申请演示令牌  ask for demo tokens by these names:")
    lines.extend(f"    {role:<12} {name}" for role, name in _examples(everybody))
    return "\n".join(lines)


def _examples(everybody: Roster) -> list[tuple[str, str]]:
    volunteer, resident = everybody.volunteers[0].person, everybody.holders[1].person
    cashier = everybody.cashiers[0]
    shop = cashier.shop
    return [
        ("resident", f"{volunteer.name}(志愿者 volunteer), {resident.name}"),
        ("coordinator", everybody.coordinators[0].name),
        ("clerk", everybody.clerks[0].name),
        ("cashier", f"{cashier.name}({shop.name}, shop_id {shop.id})" if shop else cashier.name),
        ("treasurer", everybody.treasurer.name),
        ("auditor", everybody.auditor.name),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
