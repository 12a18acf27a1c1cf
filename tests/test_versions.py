"""Near-duplicates: found among look-alikes, counted once, and the newest answers."""

import random
import tracemalloc
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from test_check import change, mended

from embeddings import duplicates, schema
from embeddings.documents import Article, Hit, Passage
from embeddings.duplicates import LEAST_SHINGLES, WORDS, bands, near_duplicates, shingles
from embeddings.local import LocalStore
from embeddings.store import Filter
from qa.answers import Span
from qa.confidence import features
from qa.ranking import rank
from qa.retriever import Retriever
from qa.versions import also_in, collapse, newer_version

DAY = date(2022, 5, 14)
PLACES = ["Halvern", "Sorrel", "Kilbray", "Ostrey", "Vallorne", "Lowmarsh", "Dunmere", "Skarholt", "Cray", "Stoneholt"]
NAMES = ["Okoro", "Castel", "Renn", "Farrow", "Lind", "Reyes", "Holloway", "Anker", "Ferreira", "Obuya"]
THINGS = ["bridge", "dam", "hospital", "railway", "school", "harbour", "library", "tunnel", "stadium", "market"]
VERBS = ["approved", "rejected", "delayed", "praised", "questioned", "inspected", "funded", "closed", "reopened"]


def story(seed, sentences=12):
    """Write a story of its own from a template, as look-alike as news agencies' are."""
    rng = random.Random(seed)
    return [
        f"{rng.choice(NAMES)} {rng.choice(VERBS)} the {rng.choice(THINGS)} in {rng.choice(PLACES)} on "
        f"{rng.choice(['Monday', 'Friday', 'Sunday'])}, and {rng.choice(NAMES)} {rng.choice(VERBS)} a plan of "
        f"{rng.randrange(2, 900)} pages for the {rng.choice(THINGS)} of {rng.choice(PLACES)}."
        for _ in range(sentences)
    ]


def changed(lines, rng):
    """Do to a story what editors do: cut it from the end, put a sentence on top, change a few words."""
    how = rng.randrange(4)
    if how == 0:
        return lines[: max(6, len(lines) - rng.randrange(1, 7))]
    if how == 1:
        return [f"This was first reported by the {rng.choice(PLACES)} Echo.", *lines]
    if how == 2:
        at = rng.randrange(len(lines))
        return [*lines[:at], lines[at].replace(" pages", ",5 pages"), *lines[at + 1 :]]
    return [line.replace("and ", "while ") if rng.random() < 0.3 else line for line in lines]


def test_capitals_and_marks_make_no_other_story():
    text = "\n".join(story(1))
    assert shingles([text.upper().replace(",", " -")]) == shingles([text])


def test_a_long_story_takes_no_more_memory_and_meets_the_same(monkeypatch):
    long = frozenset(random.Random(3).sample(range(1 << 32), 50_000))
    bands(frozenset(range(100)))  # its libraries are loaded
    tracemalloc.start()
    in_parts = bands(long)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000
    monkeypatch.setattr(duplicates, "HASHED", len(long))
    assert bands(long) == in_parts


def test_precision_and_recall_on_two_hundred_stories_and_their_reprints(tmp_path, encoder):
    rng = random.Random(7)
    groups = []
    for seed in range(200):
        lines = story(seed)
        groups.append([lines, *(changed(lines, rng) for _ in range(seed % 3))])
    articles, truth = [], {}
    for number, group in enumerate(groups):
        for at, lines in enumerate(group):
            articles.append(Article(f"{number}-{at}", "T", f"Title {number}-{at}\n" + "\n".join(lines), DAY))
            truth[f"{number}-{at}"] = number
    store = LocalStore(tmp_path, encoder, create=True)
    store.add(articles)
    versions = store.versions(list(truth))
    found = {frozenset(pair) for one in versions.values() for pair in combinations([item.id for item in one], 2)}
    wanted = {frozenset(pair) for pair in combinations(truth, 2) if len({truth[one] for one in pair}) == 1}
    assert len(wanted) > 200
    assert len(found & wanted) / len(found) >= 0.98
    assert len(found & wanted) / len(wanted) >= 0.98


@pytest.mark.parametrize(
    ("one", "other", "days", "same"),
    [
        (story(1), story(1), None, True),
        (story(1), story(2), None, False),
        (story(1), story(1)[:5], 0, True),
        (story(1), story(1)[:1], 0, False),  # too short to tell
        (story(1), story(1)[:7] + story(2)[:5], 0, False),
        (story(1), story(1)[:9] + story(2)[:1], 30, False),
        (story(1), story(1)[:9] + story(2)[:1], 7, True),
        (story(1), story(1)[:9] + story(2)[:1], 8, False),
        (story(1), story(1), 365, True),
        ([], [], None, False),
    ],
)
def test_what_counts_as_the_same_story(one, other, days, same):
    assert near_duplicates(shingles(one), shingles(other), days) is same


def test_bands_are_stable():
    assert bands(shingles(["too short"])) == []
    assert len(bands(shingles(story(1)))) == 32
    assert bands(shingles(story(1))) == bands(shingles(reversed(story(1))))
    # as libraries that are there have them
    assert bands(frozenset(range(100)))[:3] == [131253650944, 1015591446529, 1038760931074]


def article(name, lines, *, day=DAY, source="Courier"):
    return Article(name, f"Title of {name}", "\n".join(lines), day, source)


@pytest.fixture
def store(tmp_path, encoder):
    store = LocalStore(tmp_path / "library", encoder, create=True)
    lines = story(1, 8)
    corrected = [lines[0].replace("plan of", "plan of 4.1 or"), *lines[1:]]
    store.add(
        [
            article("first", lines),
            article("reprint", lines[:6], source="Post"),
            article("corrected", corrected, day=DAY + timedelta(1)),
            article("other", story(2, 8)),
        ]
    )
    yield store
    store.close()


def test_reports_of_one_template_are_not_all_compared_with_each_other(tmp_path, encoder, monkeypatch):
    compared = []
    monkeypatch.setattr(
        "embeddings.stories.near_duplicates", lambda *given: compared.append(given) or near_duplicates(*given)
    )
    texts = [[*story(0, 12), *story(number, 6)] for number in range(1, 41)]
    days = [DAY + timedelta(weeks=2 * number) for number in range(1, 41)]
    store = LocalStore(tmp_path / "library", encoder, create=True)
    store.add(article(str(at), lines, day=day) for at, (lines, day) in enumerate(zip(texts, days, strict=True)))
    assert len(compared) < 40 * 39 / 2 / 10
    again = [texts[7][0].replace("plan of", "plan of about"), *texts[7][1:]]
    store.add([article("again", again, day=DAY)])
    assert [one.id for one in store.versions(["again"])["again"]] == ["7", "again"]
    store.close()


def test_the_newest_version_speaks_for_all(store):
    question = story(1, 1)[0]
    hits = Retriever(store).find(question, 8)
    [told] = [hit for hit in hits if question[:30] in hit.text]
    assert told.article.id == "corrected"
    assert [version.id for version in told.versions] == ["corrected", "reprint", "first"]
    assert {version.id for version in also_in(told, "Monday")} <= {"reprint", "first"}
    assert newer_version(told) is None
    assert [hit.versions for hit in hits if hit.article.id == "other"] == [()] * sum(
        hit.article.id == "other" for hit in hits
    )


def test_each_version_is_loaded_once_however_many_are_asked_about(store, monkeypatch):
    loaded, row_article = [], schema.row_article
    monkeypatch.setattr(schema, "row_article", lambda columns: loaded.append(columns[0]) or row_article(columns))
    versions = store.versions(["first", "reprint", "corrected", "other"])
    assert versions.keys() == {"corrected", "first", "reprint"}
    assert all([one.id for one in told] == ["corrected", "reprint", "first"] for told in versions.values())
    assert sorted(loaded) == ["corrected", "first", "reprint"]


def test_of_many_copies_one_is_read_to_compare_with(tmp_path, encoder):
    store = LocalStore(tmp_path / "copies", encoder, create=True)
    store.add(article(str(number), story(1), source=f"Paper {number}") for number in range(20))
    statements = []
    store._connection.set_trace_callback(statements.append)
    store.remove(["0"])
    store._connection.set_trace_callback(None)
    assert len([said for said in statements if "a.text" in said and "FROM articles" in said]) <= 20
    assert len(store.versions(["7"])["7"]) == 19
    store.close()


def test_a_filter_decides_which_versions_there_are(store):
    hits = Retriever(store).find(story(1, 1)[0], 8, Filter(until=DAY, source="Courier"))
    assert {hit.article.id for hit in hits} == {"first", "other"}
    assert all(hit.versions == () for hit in hits)


def test_an_older_version_is_shown_as_such(store):
    old = next(iter(store.versions(["first"])["first"][2:]))
    passages = store.passages(range(1, 50))
    hit = next(hit for hit in Retriever(store).find(story(1)[7], 8) if hit.versions)
    passage = next(passage for passage, owner in passages.values() if owner.id == "first")
    older = type(hit)(passage, old, 1.0, versions=hit.versions)
    assert newer_version(older).id == "corrected"
    assert newer_version(replace(older, article=replace(old, source="Another Paper"))) is None
    assert older.story == hit.story == "corrected"


def test_a_reprint_is_no_second_evidence(store):
    versions = tuple(store.versions(["first"])["first"])
    passages = {owner.id: (passage, owner) for passage, owner in store.passages(range(1, 50)).values()}
    template = Retriever(store).find("plan", 1)[0]

    def span(name, versions=()):
        passage, owner = passages[name]
        hit = type(template)(passage, owner, 0.5, versions=versions)
        return Span(owner.text[:5], 0, 5, 3.0, hit)

    text = span("first").text
    assert text == span("reprint").text
    [once] = rank([span("first", versions), span("reprint", versions)])
    [twice] = rank([span("first"), span("reprint")])
    evidence = [features("Who?", [best])[2] for best in (once, twice)]
    assert evidence[0] == 0 < evidence[1]


def test_removal_and_change_leave_the_others_alone(store):
    store.remove(["corrected"])
    assert [version.id for version in store.versions(["first"])["first"]] == ["reprint", "first"]
    store.add([article("reprint", story(3), source="Post")])
    assert store.versions(["first", "reprint", "other"]) == {}


@pytest.mark.parametrize(("shingled", "same"), [(LEAST_SHINGLES, True), (LEAST_SHINGLES - 1, False)])
def test_a_brief_is_too_short_to_tell(shingled, same):
    brief = shingles([" ".join(f"word{number}" for number in range(shingled + WORDS - 1))])
    assert len(brief) == shingled
    assert near_duplicates(brief, brief) is same


def test_as_many_passages_are_found_as_are_asked_for_though_half_of_them_are_reprints(tmp_path, encoder):
    store = LocalStore(tmp_path / "library", encoder, create=True)
    store.add(
        [
            article(f"{seed}-{source}", story(seed, 4), source=source)
            for seed in range(130)
            for source in ("Courier", "Post")
        ]
    )
    assert len(Retriever(store).find("quite unheard words", 100)) == 100
    store.close()


def test_a_story_that_a_hundred_papers_print_takes_nobody_elses_place(tmp_path, encoder, monkeypatch):
    compared = []
    monkeypatch.setattr("qa.versions.shingles", lambda texts: compared.extend(texts) or shingles(texts))
    store = LocalStore(tmp_path / "library", encoder, create=True)
    lines = story(1, 12)
    store.add(article(f"print{number}", lines, source=f"Paper {number}") for number in range(120))
    store.add(article(f"other{seed}", story(seed, 4)) for seed in range(2, 10))
    found = Retriever(store).find(lines[0], 8)
    assert len(found) == 8
    assert len({hit.passage.start for hit in found if hit.versions}) > 1, "its other passages are found, too"
    assert len(compared) <= 3 * len(set(compared)), "each passage is looked at once at each depth"
    store.close()


def test_no_more_passages_are_looked_for_than_said_however_many_are_wanted(tmp_path, encoder, monkeypatch):
    monkeypatch.setattr("qa.retriever.DEEPEST", 150)
    store = LocalStore(tmp_path / "library", encoder, create=True)
    store.add(article(f"print{number}", story(1, 12), source=f"Paper {number}") for number in range(80))
    asked, dense = [], store.dense
    monkeypatch.setattr(
        store, "dense", lambda questions, depth, where: asked.append(depth) or dense(questions, depth, where)
    )
    Retriever(store).find(story(1, 1)[0], 60)
    assert asked == [120, 150]
    store.close()


def words(*numbers):
    return " ".join(f"word{number}" for number in range(*numbers))


def test_what_a_damaged_article_joined_is_parted_when_it_is_mended(tmp_path, encoder):
    folder = tmp_path / "stories"
    store = LocalStore(folder, encoder, create=True)
    parts = [Article("first", "First", f"{words(60)}."), Article("second", "Second", f"{words(60, 120)}.")]
    store.add([*parts, Article("whole", "Whole", f"{words(120)}.")])
    assert len(store.versions(["first"])["first"]) == 3
    store.close()
    change(folder, ("UPDATE articles SET text = ? WHERE id = 'whole'", f"{words(900, 1020)}."))
    mended(folder, encoder)
    store = LocalStore(folder, encoder)
    assert store.versions(["first", "second", "whole"]) == {}
    store.close()


@pytest.mark.parametrize(
    "damage",
    [
        "articles SET published = '2021-99-99'",
        "articles SET published = '2021-99-99', story = ''",  # as a repair leaves them that is killed
        "passages SET start = end",
    ],
)
def test_two_damaged_articles_of_one_story_are_both_mended(tmp_path, encoder, damage):
    folder = tmp_path / "stories"
    store = LocalStore(folder, encoder, create=True)
    store.add([Article("one", "One", f"{words(60)}."), Article("other", "Other", f"{words(60)}.")])
    store.close()
    change(folder, (f"UPDATE {damage}",))
    mended(folder, encoder)
    store = LocalStore(folder, encoder)
    assert [article.id for article in store.versions(["one"])["one"]] == ["other", "one"]
    store.close()


def test_a_version_that_was_replaced_since_it_was_found_is_older_than_all():
    text = "The dam was approved on Monday by the whole council of Halvern."
    old, new, newest = (Article(name, "Dam", text) for name in ("old", "new", "newest"))
    # of another day by now, which was not asked for
    hits = [
        Hit(Passage(one.id, 0, len(text)), one, *ranked, versions=(newest, new))
        for one, ranked in ((old, (1.0, 1, 2)), (new, (0.5, 4, None)))
    ]
    [kept] = collapse(hits)
    assert (kept.article.id, kept.score, kept.dense_rank, kept.lexical_rank) == ("new", 1.0, 1, 2), "the best of both"
    assert [hit.article.id for hit in collapse(hits[::-1])] == ["new"]
