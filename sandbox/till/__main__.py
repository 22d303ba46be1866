"""`python -m sandbox.till enrol|take|order|show|capture|reverse|refund`, or `--load`: see docs/redemptions.md."""

import argparse
import json
import sys
import time
from pathlib import Path

import httpx

from sandbox.till.client import Answer, Key, Till, enrol
from sandbox.till.load import Log, Phone, Worker


def main() -> int:
    """Do one thing and print the answer."""
    parser = _parser()
    given = parser.parse_args()
    if given.act == "enrol":
        enrol(given.url.rstrip("/"), given.code).write(given.key)
        print(f"enrolled; the key is in {given.key}")
        return 0
    if given.load is not None:
        return load(given)
    if given.act is None:
        parser.error("say what to do")
    answer = _act(Till(Key.read(given.key)), given)
    print(json.dumps(answer.body, ensure_ascii=False, indent=1))
    return 0 if answer.ok else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.till", description=__doc__)
    parser.add_argument("--key", type=Path, default=Path("till.json"), help="where the till keeps its key")
    parser.add_argument("--load", type=float, metavar="SECONDS", help="take, capture, reverse and refund for so long")
    parser.add_argument("--log", type=Path, default=Path("till.log"), help="with --load: what the till was told")
    parser.add_argument("--book", default="meilihua", help="with --load: the book of the residents who pay")
    parser.add_argument("--residents", nargs="*", default=["李桂芳"], help="with --load, in demo mode: their names")
    acts = parser.add_subparsers(dest="act")
    add = acts.add_parser("enrol", help="bring a key with a one-time code")
    add.add_argument("url")
    add.add_argument("code")
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


def load(given: argparse.Namespace) -> int:
    """One till for each resident, as fast as they can; then say what they were told."""
    key, log = Key.read(given.key), Log(given.log)
    workers = []
    for number, name in enumerate(given.residents):
        body = {"role": "resident", "name": name, "book": given.book}
        token = httpx.post(f"{key.url}/v1/dev/tokens", json=body, trust_env=False).raise_for_status().json()["token"]
        workers.append(Worker(key, Phone(key.url, given.book, token), log, f"load-{int(time.time())}-{number}"))
    for worker in workers:
        worker.start()
    time.sleep(given.load)
    for worker in workers:
        worker.stop.set()
    for worker in workers:
        worker.join()
    points = sum(each["points"] for each in log.told.values())
    print(f"{len(log.told)} orders, {points} points taken, {sum(w.till.retries for w in workers)} requests sent again")
    for surprise in log.surprises:
        print(surprise)
    return 1 if log.surprises else 0


if __name__ == "__main__":
    sys.exit(main())
