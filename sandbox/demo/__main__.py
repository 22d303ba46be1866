"""`make demo`: play a week of the neighbourhood against the running system, then let four auditors judge the books.

The status is 0 only if all of them are content.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import httpx

from sandbox.demo import finale, play, verdicts
from sandbox.demo.api import Api, DemoProblem, Tally
from sandbox.demo.doors import Doors
from sandbox.demo.plan import DAYS, plan_week
from sandbox.demo.screen import Screen
from sandbox.demo.stage import DISTRICT, Stage, local_day
from sandbox.neighbourhood.people import Roster, roster

LONGEST, MIDNIGHT_RUN = timedelta(minutes=4), timedelta(minutes=1)
ROOT = Path(__file__).resolve().parents[2]
NOT_RUNNING = (
    "没有找到正在运行的系统,请先在另一个终端执行 make run。\n"
    "       Nothing is running: run `make run` in another terminal first."
)


def main(arguments: list[str]) -> int:
    """Play, tell, judge."""
    options = _parser().parse_args(arguments)
    screen = Screen()
    try:
        running = _running(options.base_url)
        return _demo(screen, running, options)
    except DemoProblem as problem:
        print(f"linli: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nlinli: 演示已中断;已确认的都在账上。 Stopped; what was acknowledged is in the books.", file=sys.stderr)
        return 130


def _demo(screen: Screen, running: Mapping[str, str | None], options: argparse.Namespace) -> int:
    _let_midnight_pass(screen, datetime.now(DISTRICT), scale=options.scale)
    everybody, tally, began = roster(), Tally(), time.monotonic()
    now = datetime.now(DISTRICT)
    week = plan_week(
        everybody,
        run=options.run or now.strftime("W%m%d-%H%M%S"),
        first_day=local_day(now) - timedelta(days=DAYS),
        scale=options.scale,
    )
    api = Api(str(running["base_url"]), connections=options.connections, tally=tally)
    environment = verdicts.environment_for(running)
    try:
        screen.head(
            f"登录:{len(week.people)} 位居民与外勤经微信(替身),坐班人员凭密码与动态码  "
            f"signing in: {len(week.people)} residents, and tills, by WeChat (a stand-in); desks with a second factor"
        )
        Doors(
            api,
            wechat_url=options.wechat_url or running.get("wechat_url"),
            flask=partial(verdicts.flask, environment),
            connections=options.connections,
        ).open(everybody, week.people)
        book = api.get(everybody.auditor, "").need()
        screen.head(
            f"{book['name']}:演示一周 {week.days[0].date} 至 {week.days[-1].date}  playing a week of {book['code']}"
        )
        stage = Stage(api, tally, book["validity_months"], book["grace_days"])
        play.play_week(stage, week, everybody, screen, lanes=options.connections)
        desk = (everybody.treasurer, everybody.deputy)
        play.settle(stage, desk, week.shops, yesterday=week.days[-1].date, run=week.run)
        seconds = time.monotonic() - began
        finale.tell_story(screen, tally)
        finale.tell_network(screen, tally, seconds=seconds)
        return _judge(screen, stage, everybody, environment, options.connections)
    finally:
        api.close()


def _let_midnight_pass(screen: Screen, now: datetime, *, scale: float) -> None:
    """Wait where the system's own expiry run would fall into a week whose clock is still in the past."""
    run_at = now.replace(hour=0, minute=10, second=0, microsecond=0)
    if run_at - scale * LONGEST <= now < run_at + MIDNIGHT_RUN:
        screen.say("等夜间到期处理结束再开始…  waiting for the nightly expiry run to be over …")
        time.sleep((run_at + MIDNIGHT_RUN - now).total_seconds())


def _judge(screen: Screen, stage: Stage, everybody: Roster, environment: Mapping[str, str], connections: int) -> int:
    balanced = finale.show_trial_balance(screen, stage, everybody.auditor)
    agreed = finale.compare_passbooks(screen, stage, everybody.auditor, connections=connections)
    judged = [verdicts.audit(environment), *verdicts.outside_audits(environment)]
    screen.head("审计结论  Verdicts")
    screen.verdict("试算平衡 trial balance", clean=balanced)
    screen.verdict("存折核对 passbooks agree", clean=agreed)
    for verdict in judged:
        screen.verdict(verdict.name, clean=verdict.clean)
        if verdict.shown:
            screen.say(verdict.shown)
    return 0 if balanced and agreed and all(verdict.clean for verdict in judged) else 1


def _running(base_url: str | None) -> Mapping[str, str | None]:
    """Where the system is: as asked for, or as `make run` left it. Refuses DemoProblem when nothing answers."""
    folder = (ROOT / os.environ.get("LINLI_DATA_DIR", "var")).resolve()
    running: dict[str, str | None] = {}
    try:
        running = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        if base_url is None:
            raise DemoProblem(NOT_RUNNING) from None
    if base_url is not None and running.get("base_url") != base_url.rstrip("/"):
        running = {"base_url": base_url.rstrip("/")}  # another system: its servers are those of this environment
    try:
        httpx.get(f"{running['base_url']}/healthz", timeout=10, trust_env=False).raise_for_status()
    except (httpx.HTTPError, KeyError):
        raise DemoProblem(f"{NOT_RUNNING} ({running.get('base_url')})") from None
    return running


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--base-url", help="where the system is (left out: the `make run` of this folder)")
    parser.add_argument("--wechat-url", help="where the stand-in of WeChat is (left out: that of the `make run`)")
    parser.add_argument("--scale", type=_scale, default=1.0, help="how much of the neighbourhood takes part, 0.01 to 1")
    parser.add_argument("--connections", type=int, default=8, choices=range(1, 33), metavar="1..32", help="at a time")
    parser.add_argument("--run", help="name of the week in its references (left out: the time of day)")
    return parser


def _scale(text: str) -> float:
    scale = float(text)
    if not 0.01 <= scale <= 1:
        raise argparse.ArgumentTypeError("0.01 to 1")
    return scale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
