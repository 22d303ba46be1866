"""What is seen while the week is played, and after it: on a terminal a bar, on a pipe one line now and then."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

PIPE_WIDTH = 100
PIPE_STEPS = 10


class Screen:
    """Prints, and shows how far the week is."""

    def __init__(self, console: Console | None = None) -> None:
        found = console or Console()
        # a pipe has no width of its own; rich would guess 80 and break the tables
        self._console = found if found.is_terminal else Console(file=found.file, width=PIPE_WIDTH)
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._total = self._done = 0
        self._began = time.monotonic()

    def say(self, text: str = "", *, style: str | None = None) -> None:
        """Print a line, as it is."""
        self._console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    def head(self, text: str) -> None:
        """Begin a part."""
        self.say()
        self.say(text, style="bold")

    def verdict(self, name: str, *, clean: bool, detail: str = "") -> None:
        """Say how a check came out."""
        mark, style = ("✔ 通过 clean", "green") if clean else ("✘ 未通过 NOT CLEAN", "bold red")
        self.say(f"  {mark}  {name}{'  ' + detail if detail else ''}", style=style)

    def table(self, columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> None:
        """Print a table; each column is (heading, whether it holds numbers)."""
        table = Table(box=None, pad_edge=True, show_header=any(heading for heading, _ in columns))
        for heading, is_number in columns:
            table.add_column(heading, justify="right" if is_number else "left", no_wrap=True)
        for row in rows:
            table.add_row(*row)
        self._console.print(table, highlight=False, markup=False)

    @contextmanager
    def playing(self, total: int) -> Iterator[None]:
        """Show progress over `total` acts while the block runs."""
        self._total, self._done, self._began = total, 0, time.monotonic()
        if not self._console.is_terminal:
            yield
            return
        columns = (TextColumn("{task.description}"), BarColumn(None), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console) as self._bar:
            self._task = self._bar.add_task("", total=total)
            yield
        self._bar = None

    def day(self, text: str) -> None:
        """Name the day that is being played."""
        if self._bar is not None:
            self._bar.update(self._task, description=text)
        else:
            self.say(text)

    def advance(self) -> None:
        """One act is done. May be called from several threads: rich locks, a pipe is off by one at worst."""
        if self._bar is not None:
            self._bar.advance(self._task)
            return
        before, self._done = self._done, self._done + 1
        if before * PIPE_STEPS // self._total != self._done * PIPE_STEPS // self._total:
            seconds = time.monotonic() - self._began
            self.say(f"  {self._done * 100 // self._total:3d}%  {self._done}/{self._total}  {seconds:.0f} s")
