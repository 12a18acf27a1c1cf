"""What ranks passages: features on small cases, probabilities, how many are read, and the fit of its weights."""

import json
import math
from datetime import date

import numpy as np
import pytest

from embeddings.documents import Article, Hit, Passage
from embeddings.errors import DatelineError
from embeddings.indexes.lexical import analyze
from embeddings.sources import find_inputs, read_articles
from qa import relevance
from qa.build import seeds_folder
from qa.cli import main
from qa.pipeline import READ_AT_ONCE
from qa.relevance import FEATURES, Candidate, features, logits
from qa.retriever import LEAST_READ, MOST_READ, Retriever, _newness, enough
from qa.training.relevance import Labelled, fit, save


def candidate(text, *, title="", dense=0.5, lexical=1.0, article="a", published=None):
    whole = Article(article, title, text, published)
    return Candidate(Passage(article, 0, len(text)), whole, dense, lexical)


def measured(question, *candidates):
    return [dict(zip(FEATURES, row, strict=True)) for row in features(question, candidates)]


def test_no_candidates():
    assert features("who?", []).shape == (0, len(FEATURES))
    assert logits("who?", []).shape == (0,)


def test_words_are_cut_as_the_index_cuts_them(monkeypatch):
    article = next(one for one in read_articles(find_inputs([seeds_folder() / "articles"]).inputs))
    for limit in (50_000, 7):  # however few are remembered
        monkeypatch.setattr(relevance, "MOST_WORDS", limit)
        monkeypatch.setattr(relevance, "_STEMS", relevance._Stems())
        told = relevance._told.__wrapped__(article.text, article.title, "8 June 2021")
        assert list(told.words) == analyze(article.text)
        assert told.title == frozenset(analyze(article.title))
        assert told.day == frozenset(analyze("8 June 2021"))
        assert len(relevance._STEMS) <= limit


def test_the_sides_of_both_rankings():
    rows = measured(
        "who resigned?",
        candidate("One.", dense=0.8, lexical=10.0),
        candidate("Two.", dense=0.4, lexical=None, article="b"),
        candidate("Three.", dense=None, lexical=5.0, article="c"),
    )
    assert [row["dense"] for row in rows] == [0.8, 0.4, 0.4], "what a ranking left out is at most as good as its last"
    assert [row["dense_scaled"] for row in rows] == [1.0, 0.5, 0.5]
    assert [row["lexical"] for row in rows] == [1.0, 0.0, 0.5]


def test_scores_that_are_all_alike_or_below_nothing():
    rows = measured("who?", candidate("One.", dense=-0.2, lexical=None), candidate("Two.", dense=-0.4, lexical=None))
    assert [(row["dense_scaled"], row["lexical"]) for row in rows] == [(1.0, 0.0), (1.0, 0.0)]
    assert np.isfinite([list(row.values()) for row in rows]).all()


def test_what_a_question_dates_is_said_by_the_date_of_an_article():
    [that, other, undated] = measured(
        "Who won in Ostrey in April 2023?",
        candidate("Vance won in Ostrey on Sunday.", published=date(2023, 4, 17)),
        candidate("Vance won in Ostrey on Sunday.", article="b", published=date(2019, 5, 6)),
        candidate("Vance won in Ostrey on Sunday.", article="c"),
    )
    for feature in ("body_and_title", "sentence", "names", "numbers"):
        assert that[feature] > other[feature], feature
        assert that[feature] > undated[feature], feature
    assert that["body"] == other["body"] == undated["body"]


def test_words_of_the_question():
    [full, title, scattered, none] = measured(
        "The harbour burned?",
        candidate("The harbour burned at night. Nobody slept."),
        candidate("It burned at night.", title="The harbour", article="b"),
        candidate("The harbour is old. A barn burned.", article="c"),
        candidate("Nothing to see here.", article="d"),
    )
    assert (full["body"], full["sentence"]) == (pytest.approx(1), pytest.approx(1))
    assert 0 < title["body"] < 1
    assert title["body_and_title"] == pytest.approx(1)
    assert title["sentence"] < 1, "no sentence of its says it"
    assert title["title"] == 1
    assert scattered["body"] == pytest.approx(1)
    assert scattered["sentence"] < 1
    assert (none["body"], none["sentence"], none["frequency"]) == (0, 0, 0)
    assert (full["pairs"], scattered["pairs"]) == (1, 0.5), "of 'the harbour' and 'harbour burned'"


def test_a_word_that_few_have_counts_more():
    [rare, common] = measured(
        "harbour fire",
        candidate("The harbour."),
        candidate("The fire.", article="b"),
        *[candidate("A fire.", article=str(number)) for number in range(9)],
    )[:2]
    # of 11 candidates one has "harbour" and ten have "fire" (BM25's inverse document frequency)
    harbour, fire = (math.log(1 + (11 - having + 0.5) / (having + 0.5)) for having in (1, 10))
    assert rare["body"] == pytest.approx(harbour / (harbour + fire))
    assert common["body"] == pytest.approx(fire / (harbour + fire))


def test_how_often_the_words_come_and_how_many_there_are():
    [row] = measured("harbour?", candidate("Harbour to harbour, the ships sailed."))
    assert row["frequency"] == pytest.approx(2 / 10)
    assert row["length"] == pytest.approx(math.log(20 + 4)), "stop words aside, each time it comes"


def test_names_and_numbers():
    [right, wrong] = measured(
        "When did Reyes lose 1,200 votes?",
        candidate("Reyes lost 1,200 votes."),
        candidate("Lind lost 1,300 votes.", article="b"),
    )
    assert (right["names"], right["numbers"], wrong["names"], wrong["numbers"]) == (1, 1, 0, 0)
    assert measured("how many in 2023?", candidate("In 2022 nine."))[0]["names"] == 0, "a number names, too"
    assert measured("who resigned?", candidate("A minister."))[0]["numbers"] == 1, "nothing is asked for, nothing lacks"


def test_an_article_that_is_about_it_lifts_its_passages():
    rows = measured(
        "who resigned?", *[candidate(str(at), article="one") for at in range(3)], candidate("x", article="b")
    )
    assert rows[0]["article"] == pytest.approx(3 * rows[3]["article"])


def test_an_article_counts_by_both_rankings_and_one_that_is_far_down_is_not_held_against_it():
    [best, *_, second, last] = measured(
        "who?",
        candidate("0", dense=1.0, lexical=5.0),
        *[candidate("x", dense=0.5, lexical=4.0, article=str(at)) for at in range(relevance.SCALE - 1)],
        candidate("y", dense=0.0, lexical=5.0, article="dense far down"),
        candidate("z", dense=1.0, lexical=0.0, article="lexical far down"),
    )
    assert best["article"] == pytest.approx(1 / 3)
    assert second["article"] == pytest.approx((1 - relevance._DENSE_SHARE) / 3)
    assert last["article"] == pytest.approx(relevance._DENSE_SHARE / 3)


def test_the_better_match_is_likelier():
    good = candidate("Ana Reyes resigned as mayor of Port Sorrel on Monday.", dense=0.7, lexical=12.0)
    weak = candidate("The mayor opened a bridge.", dense=0.4, lexical=3.0, article="b")
    odds = logits("Who resigned as mayor of Port Sorrel?", [weak, good])
    assert odds[1] > odds[0] + 1


@pytest.mark.parametrize("content", ["", "{}", '{"weights": {"dense": 1}}', '{"weights": 3}'])
def test_weights_that_cannot_be_used(tmp_path, content):
    file = tmp_path / "weights.json"
    file.write_text(content)
    with pytest.raises(DatelineError, match="dateline train relevance"):
        relevance._weights(file)
    with pytest.raises(DatelineError, match="can't be read"):
        relevance._weights(tmp_path / "missing.json")


def test_scores_are_probabilities(pipeline):
    store = pipeline.retriever.store
    hits = Retriever(store).find("who led the delegation?", 10_000)
    scores = [hit.score for hit in hits]
    assert sum(scores) == pytest.approx(1)
    assert scores == sorted(scores, reverse=True)
    some, more = (Retriever(store).find("who led the delegation?", k) for k in (3, 50))  # of the same candidates
    assert some == more[:3]


def test_a_hit_keeps_its_place_in_both_rankings(pipeline):
    store, question = pipeline.retriever.store, "who led the delegation?"
    hits = pipeline.retriever.find(question, 10_000)
    for side, [ranking] in (
        ("dense_rank", store.dense([question], 100)),
        ("lexical_rank", store.lexical([question], 100)),
    ):
        [first] = [hit.passage for hit in hits if getattr(hit, side) == 1]
        assert first == store.passages([ranking[0].passage_id])[ranking[0].passage_id][0]


def test_the_newer_a_day_the_greater_its_bonus_whatever_lies_between():
    days = [date(2000 + year, 1, 1) for year in range(12)]
    newness = _newness([*days, None, days[-1]])
    assert list(newness[-3:]) == [1.0, 0.0, 1.0]
    assert newness[0] == 0.5, "halved after 11 days that are there"
    assert sorted(newness[:12]) == list(newness[:12])


def with_scores(*scores):
    article = Article("a", "", "x" * 1000)
    return [Hit(Passage("a", at, at + 1), article, score) for at, score in enumerate(scores)]


def test_as_many_passages_are_read_as_it_takes():
    assert enough(with_scores(0.99, 0.01)) == LEAST_READ
    assert enough(with_scores(*[0.1] * 10)) == 10
    assert enough(with_scores(*[0.01] * MOST_READ)) == MOST_READ, "all of them together are not sure enough"


def test_the_pipeline_reads_that_many(pipeline):
    question = "who led the delegation?"
    found = pipeline.find(question, MOST_READ)
    assert READ_AT_ONCE <= len(pipeline.answer(question).hits) <= enough(found)
    whole = "Which villages were cut off?"  # for a list, all are read
    assert len(pipeline.answer(whole).hits) == enough(pipeline.find(whole, MOST_READ))
    assert len(pipeline.adjusted(k=3).answer(question).hits) == 3
    read = pipeline.answer(question).hits
    assert {hit.passage for hit in read} == {hit.passage for hit in found[: len(read)]}  # ranked anew by reading


def test_the_fit_finds_what_decides(tmp_path):
    random = np.random.default_rng(0)
    rows = []
    for _ in range(80):
        matrix = random.normal(size=(20, len(FEATURES)))
        rows.append(Labelled(matrix, np.arange(20) == np.argmax(3 * matrix[:, 2] + random.gumbel(size=20))))
    weights = fit(rows)
    assert max(weights, key=weights.get) == FEATURES[2]
    assert weights[FEATURES[2]] == pytest.approx(3, abs=1.2)
    assert all(abs(weight) < 0.6 for name, weight in weights.items() if name != FEATURES[2])
    file = tmp_path / "weights.json"
    save(weights, file, fitted_on="a test")
    assert relevance._weights(file).tolist() == [weights[name] for name in FEATURES]
    with pytest.raises(DatelineError, match="can't be written"):
        save(weights, tmp_path, fitted_on="a test")
    with pytest.raises(DatelineError, match="only 49 questions"):
        fit(rows[:49])


def test_the_command(tmp_path, capsys):
    out = tmp_path / "weights.json"
    questions = str(seeds_folder() / "questions.json")
    assert main(["train", "relevance", questions, "--out", str(out)]) == 0
    assert "fitted on" in capsys.readouterr().out
    fitted = json.loads(out.read_text())
    assert tuple(fitted["weights"]) == FEATURES
    assert all(map(math.isfinite, fitted["weights"].values()))
    assert main(["train", "relevance", questions, "--limit", "20", "--out", str(out)]) == 2
    assert "50 are needed" in capsys.readouterr().err
    assert json.loads(out.read_text()) == fitted, "what was there stays"
    assert main(["train", "relevance", questions, "--out", str(tmp_path / "none" / "x.json")]) == 2
    assert "there is no folder" in capsys.readouterr().err
    assert main(["train", "relevance", questions, "--out", str(tmp_path)]) == 2
    assert "is a folder; name a file with --out" in capsys.readouterr().err


def test_what_a_ranking_left_out_is_worth_nothing_only_where_it_found_few():
    few, many = ([1.0] * found + [None] for found in (2 * relevance.SCALE - 1, 2 * relevance.SCALE))
    assert (relevance._filled(few, least=0.0)[-1], relevance._filled(many, least=0.0)[-1]) == (0.0, 1.0)


def test_the_fiftieth_score_is_scaled_to_nothing():
    scores = np.arange(1.0, relevance.SCALE + 1)
    assert relevance._scaled(scores)[0] == 0.0
    assert relevance._scaled(scores[1:])[0] > 0.0, "where there are fewer, a score of nothing is"


def test_the_best_passages_of_an_article_speak_for_it():
    of_one = [candidate(str(at), article="one") for at in range(4)]
    assert list(relevance._by_article(of_one, np.asarray([4.0, 1.0, 3.0, 2.0]))) == [3.0] * 4
