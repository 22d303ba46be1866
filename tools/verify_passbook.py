"""Check an exported passbook without Linli: `python3 verify_passbook.py passbook.json`.

A file of its own on purpose: copy it anywhere, read it, run it with any Python from 3.9 on; it needs nothing else and
asks nobody. It recomputes every link of the chain, every version and every balance, and says in Chinese and English
whether the passbook holds, or which entry is the first that does not.

    python3 verify_passbook.py passbook.json
    python3 verify_passbook.py passbook.json --since-head 3f0c… [--since-version 12]

The second form also checks that an older receipt (the chain value printed on it, and its version) is still part of the
passbook: what was once shown to you has not been rewritten. Exit 0: it holds. Exit 1: it does not, or cannot be read.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

FORMAT = "linli-passbook-1"
GENESIS = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - datetime.UTC came with 3.11, this runs from 3.9 on
ENTRY = ("version", "amount", "balance_after")
TIMES = ("recorded_at", "effective_at")


class Wrong(Exception):
    """What does not hold, in Chinese and in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(english)
        self.chinese = chinese
        self.english = english


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, check, print the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="the exported passbook (JSON)")
    parser.add_argument("--since-head", metavar="HEX", help="the chain value of an older receipt")
    parser.add_argument("--since-version", metavar="N", type=int, help="the version on that receipt")
    asked = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # a terminal may know no Chinese
    try:
        book = read(asked.file)
        check(book)
        if asked.since_head:
            check_receipt(book["entries"], asked.since_head.strip().lower(), asked.since_version)
    except Wrong as wrong:
        print(f"存折不符:{wrong.chinese}\nNOT VALID: {wrong.english}")
        return 1
    print(f"存折无误:{book['version']} 笔,余额 {book['balance']},校验值 {book['head']}")
    print(f"VALID: {book['version']} entries, balance {book['balance']}, head {book['head']}")
    return 0


def read(path: str) -> dict[str, Any]:
    """The file as one object. A key that stands twice is refused: two readers could see two passbooks."""
    try:
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123 - plain for whoever reads this file alone
            book = json.load(file, object_pairs_hook=_object)
    except (OSError, ValueError, RecursionError) as error:
        raise Wrong(f"文件无法读取:{error}", f"the file cannot be read: {error}") from None
    if not isinstance(book, dict) or book.get("format") != FORMAT:
        raise Wrong(f"不是 {FORMAT} 格式的存折", f"this is not a passbook of the format {FORMAT}")
    return book


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def check(book: dict[str, Any]) -> None:
    """Refuse a passbook that does not hold, naming its first bad entry."""
    account = _account_of(book)
    entries = book.get("entries")
    if not isinstance(entries, list):
        raise Wrong("缺少明细", "the entries are missing")
    previous, balance = GENESIS, 0
    for number, entry in enumerate(entries, start=1):
        try:
            previous = _check_entry(entry, number, balance, previous, account)
        except Wrong as wrong:
            raise Wrong(f"第 {number} 笔:{wrong.chinese}", f"entry {number}: {wrong.english}") from None
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, struct.error) as error:
            said = f"{type(error).__name__}: {error}"
            raise Wrong(f"第 {number} 笔:内容残缺({said})", f"entry {number}: malformed ({said})") from None
        balance = entry["balance_after"]
    ends = (("version", len(entries), "笔数"), ("balance", balance, "余额"), ("head", previous.hex(), "校验值"))
    for name, value, chinese in ends:
        if type(book.get(name)) is not type(value) or book[name] != value:
            raise Wrong(
                f"封面的{chinese}是 {book.get(name)},明细得出 {value}",
                f"the cover says {name} {book.get(name)}, the entries make it {value}",
            )


def _account_of(book: dict[str, Any]) -> bytes:
    """The account as it stands in every link: key of the book, then id. Its id must be this owner's."""
    try:
        book_id, account, owner = _whole(book["book_id"]), UUID(book["account_id"]), UUID(book["owner_id"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Wrong(f"封面残缺:{error}", f"the cover is malformed: {error}") from None
    digest = bytearray(sha256(f"{book_id}:resident:{owner}:0".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    if account.bytes != bytes(digest):
        raise Wrong("账户不属于此人", "the account is not this owner's")
    return struct.pack(">i", book_id) + account.bytes


def _check_entry(entry: dict[str, Any], number: int, balance: int, previous: bytes, account: bytes) -> bytes:
    version, amount, after = (_whole(entry[name]) for name in ENTRY)
    if version != number:
        raise Wrong(f"序号应为 {number},却是 {version}", f"its version should be {number}, it is {version}")
    if after != balance + amount:
        raise Wrong(
            f"余额应为 {balance + amount},却是 {after}", f"the balance should be {balance + amount}, it is {after}"
        )
    transaction = entry["transaction"]
    for name in TIMES:
        if _microseconds(transaction[name]) != _whole(transaction[f"{name}_microseconds"]):
            raise Wrong("显示的时间与入链的时间不同", f"the {name} shown is not the one in the chain")
    link = sha256(previous + account + struct.pack(">qqq", version, amount, after) + _digest(transaction)).digest()
    if entry["chain"] != link.hex():
        raise Wrong("校验值不符,内容被改动过", "its chain value does not match: something was changed")
    return link


def _digest(transaction: dict[str, Any]) -> bytes:
    times = struct.pack(">qq", *(transaction[f"{name}_microseconds"] for name in TIMES))
    texts = b"".join(_text(transaction[name]) for name in ("code", "cause"))
    evidence = transaction["evidence"]
    last = struct.pack(">i", -1) if evidence is None else _text(evidence)
    return sha256(UUID(transaction["id"]).bytes + UUID(transaction["actor_id"]).bytes + times + texts + last).digest()


def _text(words: str) -> bytes:
    return struct.pack(">i", len(words.encode())) + words.encode()


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _microseconds(shown: str) -> int:
    instant = datetime.fromisoformat(shown)
    return (instant - EPOCH) // timedelta(microseconds=1)


def check_receipt(entries: list[dict[str, Any]], head: str, version: int | None) -> None:
    """Refuse when an older receipt's chain value is not part of the passbook, or stands at another version."""
    found = 0 if head == GENESIS.hex() else next((e["version"] for e in entries if e["chain"] == head), None)
    if found is None:
        raise Wrong("旧凭条的校验值不在存折中", "the older receipt's chain value is not part of this passbook")
    if version is not None and version != found:
        raise Wrong(
            f"旧凭条是第 {version} 笔,存折中却是第 {found} 笔",
            f"the older receipt is of version {version}, the passbook has its chain value at {found}",
        )


if __name__ == "__main__":
    sys.exit(main())
