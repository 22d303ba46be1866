"""A till to try: enrol it, take points, look, capture, reverse, refund; or let it work with --load.

Against a system in demo mode, `demo` sets everything up, and `code` and `scan` are the resident's phone.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

import httpx

from sandbox.till.client import Answer, Key, NotDone, Till, enrol
from sandbox.till.demo import Demo
from sandbox.till.load import Log, Phone, Worker

RESIDENTS = ["李桂芳", *(f"试机居民{number}" for number in range(2, 13))]
"""Who pays in demo mode, where nobody is named: a person gets twenty codes a minute, so one alone is soon silent."""
CODE_PACE_SECONDS = 3.1


def main() -> int:
    """Do one thing and print the answer."""
    parser = _parser()
    given = parser.parse_args()
    given.residents = given.resident or RESIDENTS
    try:
        if given.act in {"enrol", "demo"}:
            return bring(given)
        if given.act is None and given.load is None:
            parser.error("say what to do")
        key = Key.read(given.key)
        if given.load is not None:
            return load(key, given)
        if given.act in {"code", "scan"}:
            return phone(key, given)
        answer = _act(Till(key), given)
    except (NotDone, httpx.TransportError, OSError) as problem:
        print(f"till: {problem}", file=sys.stderr)
        return 1
    print(json.dumps(answer.body, ensure_ascii=False, indent=1))
    return 0 if answer.ok else 1


def bring(given: argparse.Namespace) -> int:
    """Bring a till's key, with a code or, in demo mode, with all that is needed around it."""
    url = given.url.rstrip("/")
    key = enrol(url, given.code) if given.act == "enrol" else Demo(url, given.book).prepare(given.residents)
    key.write(given.key)
    print(f"enrolled; the key is in {given.key}")
    return 0


def phone(key: Key, given: argparse.Namespace) -> int:
    """Be the phone of the first of the residents, in demo mode."""
    demo, name = Demo(key.url, given.book), given.residents[0]
    if given.act == "code":
        print(demo.code(name))
    else:
        print(json.dumps(demo.scan(name, given.scene), ensure_ascii=False, indent=1))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.till", description=__doc__)
    parser.add_argument("--key", type=Path, default=Path("till.json"), help="where the till keeps its key")
    parser.add_argument("--load", type=float, metavar="SECONDS", help="take, capture, reverse and refund for so long")
    parser.add_argument("--log", type=Path, default=Path("till.log"), help="with --load: what the till was told")
    parser.add_argument("--book", default="meilihua", help="in demo mode: the book of the residents who pay")
    parser.add_argument(
        "--resident",
        action="append",
        metavar="NAME",
        help="in demo mode: who pays; may be repeated (twelve people, where nobody is named)",
    )
    acts = parser.add_subparsers(dest="act")
    add = acts.add_parser("enrol", help="bring a key with a one-time code")
    add.add_argument("url")
    add.add_argument("code")
    acts.add_parser("demo", help="in demo mode: a shop with terms, a key, and points for the residents").add_argument(
        "url"
    )
    acts.add_parser("code", help="in demo mode: the digits on the first resident's phone")
    acts.add_parser("scan", help="in demo mode: scan an order with that phone, and confirm").add_argument("scene")
    take, order = acts.add_parser("take"), acts.add_parser("order")
    take.add_argument("code", help="the 18 digits")
    for add in (take, order):
        add.add_argument("number", help="out_trade_no")
        add.add_argument("fen", type=int, help="the bill")
        add.add_argument("--points", type=int)
        add.add_argument("--manual", action="store_true", help="hold only; capture later")
    for name in ("show", "capture", "reverse", "refund"):
        acts.add_parser(name).add_argument("number")
    acts.choices["capture"].add_argument("points", type=int, nargs="?")
    acts.choices["refund"].add_argument("refund_number")
    acts.choices["refund"].add_argument("points", type=int)
    return parser


def _act(till: Till, given: argparse.Namespace) -> Answer:
    if given.act in {"take", "order"}:
        order = {"capture": "manual" if given.manual else "auto"} | ({"points": given.points} if given.points else {})
        if given.act == "order":
            return till.place(given.number, given.fen, **order)
        return till.ask(given.code, given.number, given.fen, **order)
    if given.act == "capture":
        return till.capture(given.number, given.points)
    if given.act == "refund":
        return till.refund(given.number, given.refund_number, given.points)
    return till.show(given.number) if given.act == "show" else till.reverse(given.number)


def load(key: Key, given: argparse.Namespace) -> int:
    """One till for each resident, as fast as they can; then say what they were told."""
    log, demo = Log(given.log), Demo(key.url, given.book)
    workers = []
    for number, name in enumerate(given.residents):
        token = demo.token("resident", name)
        workers.append(
            Worker(
                key, Phone(key.url, given.book, token, pace=CODE_PACE_SECONDS), log, f"load-{int(time.time())}-{number}"
            )
        )
    for worker in workers:
        worker.start()
    time.sleep(given.load)
    for worker in workers:
        worker.stop.set()
    for worker in workers:
        worker.join()
    points = sum(each["points"] for each in log.told.values())
    print(f"{len(log.told)} orders, {points} points taken, {sum(w.till.retries for w in workers)} requests sent again")
    for words, times in sum((worker.phone.refused for worker in workers), Counter()).most_common():
        print(f"{times} times no code: {words}")
    if spent := sum(worker.spent for worker in workers):
        print(f"{spent} of {len(workers)} residents have no points left: `demo` awards some")
    for surprise in log.surprises:
        print(surprise)
    return 1 if log.surprises else 0


if __name__ == "__main__":
    sys.exit(main())
