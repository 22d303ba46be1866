"""hledger's journal. Assertions stand in a transaction of their own at each day's end, which moves nothing."""

from collections.abc import Iterable, Iterator
from datetime import date

from app.points.queries.export import JournalTransaction
from app.points.service.export.writing import Line, amount_text, one_line


class _Hledger:
    def opening(self, code: str, name: str, day: date) -> str:
        return (
            f"; Journal of the book {code} ({one_line(name)}), opened {day}. Check: hledger -f FILE check --strict\n"
            "; Credits are negative; amounts are the ledger's entries with the sign turned round.\n"
            "commodity 1000. POINTS\ncommodity 1000.00 CNY\n\n"
        )

    def account(self, _day: date, name: str, _asset: str, /) -> str:
        return f"account {name}\n"

    def transaction(self, day: date, transaction: JournalTransaction, lines: Iterable[Line]) -> str:
        said = [
            f"{day} ({transaction.id}) {one_line(transaction.code)}",
            f"    ; cause: {one_line(transaction.cause)}",
            f"    ; actor: {transaction.actor_id}",
            f"    ; recorded: {transaction.recorded_at.isoformat(timespec='microseconds')}",
        ]
        if transaction.evidence is not None:
            said.append(f"    ; evidence: {one_line(transaction.evidence)}")
        said += (f"    {name}  {amount_text(amount, asset)}" for name, amount, asset in lines)
        return "\n".join(said) + "\n\n"

    def assertions(self, day: date, lines: Iterable[Line]) -> Iterator[str]:
        head = f"{day} balances\n"
        for name, amount, asset in lines:
            yield f"{head}    {name}  {amount_text(0, asset)} = {amount_text(amount, asset)}\n"
            head = ""
        if not head:
            yield "\n"


DIALECT = _Hledger()
