"""What blame and comparison decide by: whether a passage holds an answer, whether a miss is one, what has changed."""

from dataclasses import replace

import pytest
from stories import VOTE

from embeddings.documents import Article, Hit, Passage
from qa.answers import Answer, Span
from qa.evaluation.blame import Blame, Blamer, Cause, _nearly, holds_gold
from qa.evaluation.compare import COMPARED, Scored, compare
from qa.evaluation.questions import Gold, Question

LEAD = "From Halvern. "
AT = len(LEAD) + 6
WON = Question("won", "Who won the vote in Halvern?", "The vote: who won", VOTE, "span", ((Gold("Ana Reyes", 6),),))
STORY = Article("v-1", "THE VOTE – who won?", LEAD + VOTE)


def hit(article=STORY, start=0, end=None, versions=()):
    return Hit(Passage(article.id, start, len(article.text) if end is None else end), article, 1.0, versions=versions)


COSTS = ("£5", "1.5", "5,000", "£50", "15", "5.20")


def saying(words):
    return replace(WON, items=((Gold(words, 6),),))


@pytest.mark.parametrize(
    ("question", "given", "holds"),
    [
        (WON, hit(), True),
        (WON, hit(start=AT, end=AT + 9), True),
        (WON, hit(start=AT + 1), False),
        (WON, hit(end=AT + 8), False),
        (WON, hit(replace(STORY, title="Another")), False),
        (WON, hit(replace(STORY, title="Another"), versions=(STORY,)), True),
        (replace(WON, title="v-1"), hit(), True),
        (replace(WON, title=""), hit(replace(STORY, title="Another")), True),
        (WON, hit(replace(STORY, text="It was Ana Reyes.")), True),  # without the context, the words decide
        (WON, hit(replace(STORY, text="It was ana\nReyes's day.")), True),
        (WON, hit(replace(STORY, text="It was Diana Reyes.")), False),
        (WON, hit(replace(STORY, text="It was Ana Reyes."), end=9), False),
        (replace(WON, title="Straße!"), hit(replace(STORY, title="STRASSE")), True),
        *((saying("5"), hit(replace(STORY, text=f"It cost {cost}.")), cost == "£5") for cost in COSTS),
        (saying('Ana\'s "yes"'), hit(replace(STORY, text="It was Ana’s “yes”.")), True),
        (saying("$5"), hit(replace(STORY, text="It cost US$5.")), True),
        (replace(WON, title="the vote who won"), hit(replace(STORY, id="the_vote-who_won", title="Another")), True),
    ],
)
def test_which_passages_hold_the_answer(question, given, holds):
    assert holds_gold(question, given) == holds


@pytest.mark.parametrize(
    ("words", "gold", "article", "perhaps"),
    [
        ("Mayor Ana", "Ana Reyes", STORY, True),  # at its place
        ("Bo Lind", "Ana Reyes", STORY, False),
        ("Mayor Ana", "Ana Reyes", replace(STORY, title="Another"), False),  # the same text elsewhere is no place
        ("Mayor Ana Reyes", "Ana Reyes", replace(STORY, title="Another"), True),
        ("Bo Lind", "Mayor Bo Lind", STORY, True),
        ("Bo Lind", "the", replace(STORY, title="Another"), False),  # an article alone is in every answer
        ("Ana’s", "Ana's", replace(STORY, title="Another", text="It was Ana’s."), True),  # as it is typed
        ("", "Ana Reyes", replace(STORY, title="Another"), False),
        ("12", "4.12 million", replace(STORY, text="It cost 12."), False),
        ("4.12", "12", replace(STORY, text="It cost 4.12."), False),
    ],
)
def test_which_misses_are_perhaps_none(words, gold, article, perhaps):
    start = article.text.index(words)
    question = replace(WON, items=((Gold(gold, 6),),))
    assert _nearly(question, Span(words, start, start + len(words), 5.0, hit(article))) == (gold if perhaps else "")


def test_the_answer_that_is_perhaps_meant_is_named():
    question = replace(WON, items=((Gold("Bo Lind", 61), Gold("Mayor Ana Reyes", 0)),))
    assert _nearly(question, Span("Ana Reyes", AT, AT + 9, 5.0, hit())) == "Mayor Ana Reyes"


def test_what_reading_did_not_reach_is_not_called_read():
    other = hit(Article("o", "Another", "It was Cy."))
    answer = Answer(WON.text, WON.text, (Span("Cy", 7, 9, 5.0, other),), (other,), 0.9, True)
    blame = Blamer(None).blame(WON, answer, [other, hit()])
    assert blame == Blame(Cause.RETRIEVE, "reading stopped at passage 1, and number 2 holds it")


def scores(f1, names=COMPARED):
    return dict.fromkeys(names, f1)


def test_a_comparison_goes_from_the_old_run_to_the_new_one():
    old = {str(n): Scored(f"Who won {n}?", scores(float(n == 0))) for n in range(12)}
    new = {str(n): Scored(f"Who won {n}?", scores(1.0)) for n in range(12)}
    compared = compare(old, new)
    for difference in compared.differences:
        assert (difference.old, difference.new) == (pytest.approx(1 / 12), 1.0)
        assert 0 < difference.low < difference.new - difference.old < difference.high <= 1
    assert (len(compared.won), compared.lost) == (11, ())
    assert str(compared).count("\n  Who won") == 10, "the first of them"
    assert "\n  and 1 more\nlost 0" in str(compared)


def test_the_best_span_of_a_question_without_an_answer_is_not_compared():
    forced = [name for name in COMPARED if name.startswith("forced_")]
    rest = [name for name in COMPARED if name not in forced]
    runs = [{"a": Scored("Who?", scores(1.0)), "none": Scored("Why?", scores(f1, rest))} for f1 in (0.0, 1.0)]
    compared = {difference.metric: (difference.old, difference.new) for difference in compare(*runs).differences}
    assert compared == {**dict.fromkeys(rest, (0.5, 1.0)), **dict.fromkeys(forced, (1.0, 1.0))}
