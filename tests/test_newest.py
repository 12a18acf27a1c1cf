"""What a later article says in place of an earlier one."""

from dataclasses import replace
from datetime import date

import pytest
from spans import hit_of, span_in

from embeddings.documents import Article
from qa.rules.newest import LOOKED_AT, newest_first

OLD = Article("old", "Crash", "The driver, Cal Rennie, was 34. The mayor is Ana Reyes.", date(2024, 3, 1))
NEW = Article("new", "Correction", "Cal Rennie was 43, not 34. The mayor is Max Holm.", date(2024, 3, 2))
AGE, MAYOR = "How old was Cal Rennie?", "Who is the mayor now?"


def span(words, score, article):
    return span_in(hit_of(article), words, score)


@pytest.mark.parametrize(
    ("question", "given", "first"),
    [
        (AGE, [("34", 9.0, OLD), ("43", 1.0, NEW)], "43"),
        (AGE, [("34", 9.0, OLD), ("43", -1.0, NEW)], "34"),
        (AGE, [("43", 9.0, NEW), ("34", 8.0, OLD)], "43"),
        (AGE, [("Rennie", 9.0, OLD), ("43", 1.0, NEW)], "Rennie"),
        (MAYOR, [("Ana Reyes", 9.0, OLD), ("Max Holm", 7.0, NEW)], "Max Holm"),
        (MAYOR, [("Ana Reyes", 9.0, OLD), ("Max Holm", 5.0, NEW)], "Ana Reyes"),
        (MAYOR, [("Max Holm", 9.0, NEW), ("Ana Reyes", 8.0, OLD)], "Max Holm"),
        (MAYOR, [("Ana Reyes", -1.0, OLD), ("Max Holm", 0.5, NEW)], "Ana Reyes"),
        (MAYOR, [("Ana Reyes", 1.0, OLD), ("Max Holm", -1.0, NEW)], "Ana Reyes"),
        ("Who is the mayor?", [("Ana Reyes", 9.0, OLD), ("Max Holm", 8.0, NEW)], "Ana Reyes"),
    ],
)
def test_newest_first(question, given, first):
    spans = [span(*one) for one in given]
    ordered = newest_first(question, spans)
    assert ordered[0].text == first
    assert sorted(ordered, key=spans.index) == spans


@pytest.mark.parametrize(("between", "first"), [(LOOKED_AT - 1, "43"), (LOOKED_AT, "34")])
def test_a_correction_is_looked_for_among_the_first_spans(between, first):
    spans = [span("34", 9.0, OLD), *[span("Rennie", 8.0, OLD)] * between, span("43", 1.0, NEW)]
    assert newest_first(AGE, spans)[0].text == first


def test_without_days_nothing_is_later():
    undated = Article("undated", "Correction", NEW.text)
    spans = [span("34", 9.0, OLD), span("43", 1.0, undated)]
    assert newest_first(AGE, spans) == spans
    assert newest_first(AGE, []) == []


FIRST = Article("first", "Six dead in Dunmoor fire", "Six people died in the fire at Dunmoor.", date(2024, 3, 1))
SECOND = Article("second", "Dunmoor fire", "Eleven have died in Dunmoor since the fire.", date(2024, 3, 4))
DEAD = "How many people were killed in the Dunmoor fire?"


@pytest.mark.parametrize(
    ("question", "later", "given", "first"),
    [
        (DEAD, SECOND, [("Six", 8.1, FIRST), ("Eleven", 7.3, SECOND)], "Eleven"),
        ("What is the death toll in Dunmoor?", SECOND, [("Six", 8.1, FIRST), ("Eleven", 7.3, SECOND)], "Eleven"),
        (DEAD, SECOND, [("Six people", 8.1, FIRST), ("Eleven", 7.3, SECOND)], "Eleven"),
        (DEAD, SECOND, [("Six", 8.1, FIRST), ("Eleven", 5.0, SECOND)], "Six"),  # far less sure
        (DEAD, SECOND, [("Eleven", 8.1, SECOND), ("Six", 7.3, FIRST)], "Eleven"),
        (DEAD.replace("Dunmoor", "Calder"), SECOND, [("Six", 8.1, FIRST), ("Eleven", 7.3, SECOND)], "Six"),
        ("How many people were killed in the fire?", SECOND, [("Six", 8.1, FIRST), ("Eleven", 7.3, SECOND)], "Six"),
        ("How many seats has Dunmoor?", SECOND, [("Six", 8.1, FIRST), ("Eleven", 7.3, SECOND)], "Six"),
        (DEAD, SECOND, [("Six", 8.1, FIRST), ("the fire", 7.3, SECOND)], "Six"),
        (DEAD, replace(SECOND, published=date(2024, 5, 1)), [("Six", 8.1, FIRST), ("Eleven", 7.3, None)], "Six"),
    ],
)
def test_a_later_count_takes_the_place_of_an_earlier_one(question, later, given, first):
    spans = [span(words, score, article or later) for words, score, article in given]
    assert newest_first(question, spans)[0].text == first


def test_a_later_count_of_one_story_need_not_name_the_place_again():
    first, later = (
        Article(name, "T", f"{text} Ana Reyes of Calder Travel drove.", date(2024, 3, day))
        for name, text, day in (("a", "Six people died at Dunmoor.", 1), ("b", "Eleven have died.", 4))
    )
    spans = [span("Six", 8.1, first), span("Eleven", 7.3, later)]
    assert newest_first(DEAD, spans)[0].text == "Eleven"


HEARD, TOLD = (
    Article(name, "Crash", f"The driver, {driver}, was from Hartle.", date(2024, 3, day))
    for name, driver, day in (("heard", "Stephen Marlowe", 1), ("told", "Stephen Marlow", 2))
)


@pytest.mark.parametrize(
    ("later", "first"),
    [
        (TOLD, "Stephen Marlow"),
        (replace(TOLD, text=f"{TOLD.text} Not Stephen Marlowe."), "Stephen Marlowe"),  # there are two of them
        (replace(TOLD, published=date(2024, 2, 28)), "Stephen Marlowe"),
        (replace(TOLD, published=date(2024, 5, 2)), "Stephen Marlowe"),
        (replace(TOLD, text="The driver, Stephen Farlow, was from Hartle."), "Stephen Marlowe"),
        (replace(TOLD, text="The driver, Marlow, was from Hartle."), "Stephen Marlowe"),
    ],
)
def test_a_name_is_spelled_as_the_later_article_spells_it(later, first):
    driver = next(name for name in ("Stephen Farlow", "Stephen Marlow", "Marlow") if f"{name}," in later.text)
    spans = [span("Stephen Marlowe", 9.0, HEARD), span(driver, 1.0, later)]
    assert newest_first("Who drove?", spans)[0].text == first
