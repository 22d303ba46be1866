"""beancount's journal. Its balance directives hold at the beginning of a day, so a day's are dated on the next."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from app.points.queries.export import JournalTransaction
from app.points.service.export.writing import Line, amount_text, commodity, number_text, one_line


def _quoted(words: str) -> str:
    return '"' + one_line(words).replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Beancount:
    def opening(self, code: str, name: str, day: date) -> str:
        return (
            f"; Journal of the book {code} ({one_line(name)}). Check: bean-check FILE\n"
            "; Credits are negative; amounts are the ledger's entries with the sign turned round.\n"
            f'option "title" {_quoted(name)}\noption "operating_currency" "CNY"\n'
            f"{day} commodity POINTS\n{day} commodity CNY\n\n"
        )

    def account(self, day: date, name: str, asset: str, /) -> str:
        return f"{day} open {name} {commodity(asset)}\n"

    def transaction(self, day: date, transaction: JournalTransaction, lines: Iterable[Line]) -> str:
        said = [
            f"{day} * {_quoted(transaction.code)}",
            f'  id: "{transaction.id}"',
            f"  cause: {_quoted(transaction.cause)}",
            f'  actor: "{transaction.actor_id}"',
            f'  recorded: "{transaction.recorded_at.isoformat(timespec="microseconds")}"',
        ]
        if transaction.evidence is not None:
            said.append(f"  evidence: {_quoted(transaction.evidence)}")
        said += (f"  {name}  {amount_text(amount, asset)}" for name, amount, asset in lines)
        return "\n".join(said) + "\n\n"

    def assertions(self, day: date, lines: Iterable[Line]) -> Iterator[str]:
        # "~ 0": without it beancount forgives a difference of one fen
        for name, amount, asset in lines:
            yield f"{day + timedelta(days=1)} balance {name}  {number_text(amount, asset)} ~ 0 {commodity(asset)}\n"
        yield "\n"


DIALECT = _Beancount()
