"""The course of a conversation on the page: what was asked of which library, and whether it still goes on."""

from __future__ import annotations

from embeddings.store import Filter
from qa.followups.antecedents import Turn


class Course:
    """One conversation of one visitor.

    All events of the page share the object, so that an answer under way when another conversation begins ends up here,
    where nobody looks any more.

    Attributes:
        library: name of the library that is asked; "" before the first question.
        started: when it began, which names it in the history; "" before its first answer.
        asking: the question that is being answered; "" where there is none.
        stops: how often the visitor stopped an answer: one under way when the number grows is not wanted any more.
        renewed: the visitor began it in the place of another.
        verdicts: what was said of the answers, by their number from 0.
        judged: the number of the one that was judged last; -1 before the first.
        where: for each turn, which articles were asked.
        narrowed: the same in words; "" for all.
    """

    def __init__(self, library: str = "", *, renewed: bool = False) -> None:
        self.library, self.renewed = library, renewed
        self.asking, self.stops, self.over = "", 0, False
        self.begin("")

    def begin(self, started: str) -> None:
        """Begin it, or begin anew what was begun before."""
        self.started, self.judged = started, -1
        self.turns: list[Turn] = []
        self.where: list[Filter] = []
        self.narrowed: list[str] = []
        self.verdicts: dict[int, str] = {}

    def end(self, library: str = "") -> Course:
        """End it, and give the one that comes after it."""
        self.over = True
        return Course(library, renewed=True)
