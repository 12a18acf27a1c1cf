"""The contract of a PassageStore, and what LocalStore adds to it."""

import threading
from datetime import date

import pytest
from conftest import WordEncoder

from embeddings.chunking import Chunking
from embeddings.documents import Article
from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError
from embeddings.local import ADD_BATCH, LocalStore
from embeddings.store import Filter

DAM = Article("dam", "Dam opens", "The dam opened. Minister Okoro cut the ribbon.", date(2021, 5, 1), "Echo")
STORM = Article("storm", "Storm hits", "The storm hit the coast. Trees fell.", date(2022, 3, 2), "Post")
UNDATED = Article("old", "Old tale", "The coast was calm.")


@pytest.fixture
def store(tmp_path, encoder):
    store = LocalStore(tmp_path / "library", encoder, create=True)
    store.add([DAM, STORM, UNDATED])
    yield store
    store.close()


def titles(store, ranked):
    loaded = store.passages([item.passage_id for item in ranked])
    return [loaded[item.passage_id][1].id for item in ranked]


def both(store, question, where):
    [dense], [lexical] = store.dense([question], 9, where), store.lexical([question], 9, where)
    return set(titles(store, dense)), set(titles(store, lexical))


def test_articles_come_back_as_they_went_in(store):
    assert store.get("dam") == DAM
    assert store.get("nothing") is None
    assert list(store.articles()) == [STORM, DAM, UNDATED]


def test_articles_are_found_by_what_stands_above_their_text(store):
    given = []

    def not_the_dam(article):
        given.append(article)
        return article.id != "dam"

    assert store.find_articles(not_the_dam, 5) == [STORM, UNDATED]
    assert store.find_articles(not_the_dam, 1) == [STORM]
    assert store.find_articles(lambda article: False, 5) == []
    assert {article.text for article in given} == {""}
    assert [article.title for article in given[:3]] == ["Storm hits", "Dam opens", "Old tale"]


def test_sources_are_named_once_and_the_greatest_first(store):
    more = Article("two", "Second", "Another storm came in the night.", date(2022, 3, 3), "POST")
    store.add([more])
    assert [source.casefold() for source in store.sources()] == ["post", "echo"]


def test_both_sides_find(store):
    assert titles(store, store.dense(["storm hit"], 1)[0]) == ["storm"]
    assert titles(store, store.lexical(["storms"], 5)[0]) == ["storm"]
    assert store.lexical(["zebra", "?!", ""], 5) == [[], [], []]
    assert store.dense([], 5) == []


@pytest.mark.parametrize(
    "where",
    [
        Filter(since=date(2021, 5, 1)),
        Filter(since=date(2021, 5, 2)),
        Filter(until=date(2021, 5, 1)),
        Filter(source="ECHO"),
        Filter(source="Nobody"),
        Filter(articles=frozenset({"old", "dam"})),
        Filter(articles=frozenset()),
        Filter(since=date(2022, 1, 1), source="echo"),
    ],
)
def test_filters_are_exact_on_both_sides(store, where):
    expected = {article.id for article in (DAM, STORM, UNDATED) if where.admits(article)}
    assert both(store, "dam storm coast", where) == (expected, expected)


def test_adding_twice_changes_nothing(store):
    before = store.stats()
    report = store.add([DAM, STORM, UNDATED])
    assert (report.added, report.updated, report.unchanged) == (0, 0, 3)
    assert store.stats() == before


def test_a_copy_under_another_id_is_left_out_and_named(store):
    copy = Article("copy", DAM.title, DAM.text, DAM.published, DAM.source)
    assert store.add([copy]).duplicates == {"copy": "dam"}
    assert store.get("copy") is None


def test_a_changed_article_replaces_its_passages(store):
    report = store.add([Article("dam", "Dam opens", "A zebra escaped.", date(2021, 5, 1), "Echo")])
    assert (report.added, report.updated) == (0, 1)
    assert titles(store, store.lexical(["zebra"], 5)[0]) == ["dam"]
    assert store.lexical(["ribbon"], 5) == [[]]
    assert [item for item in store.dense(["ribbon"], 9)[0] if item.score > 0.9] == []


def test_of_an_id_that_is_given_twice_the_last_holds(store):
    other = Article("dam", "Dam closes", "The dam closed.", date(2021, 5, 2), "Echo")
    store.add([other, DAM])
    assert store.get("dam") == DAM
    copy = Article("copy", DAM.title, DAM.text, DAM.published, DAM.source)
    assert store.add([other, copy]).duplicates == {}
    assert (store.get("dam"), store.get("copy")) == (other, copy)


def test_removal_removes(store):
    assert store.remove(["storm", "unknown"]) == 1
    assert both(store, "storm coast", Filter())[1] == {"old"}
    assert "storm" not in both(store, "storm coast", Filter())[0]


def test_it_opens_in_place_without_encoding_again(store, tmp_path):
    class Deaf(WordEncoder):
        def encode_passages(self, texts):
            raise AssertionError("encoded again")

        encode_questions = WordEncoder.encode_passages

    again = LocalStore(tmp_path / "library", Deaf())
    assert again.stats() == store.stats()
    assert titles(again, again.dense(["storm hit"], 1)[0]) == ["storm"]


@pytest.mark.parametrize("name", ["vectors.faiss", "vectors.json", "lexical.json"])
@pytest.mark.parametrize("damage", ["deleted", "cut", "flipped"])
def test_a_damaged_cache_is_rebuilt_from_the_truth(tmp_path, encoder, name, damage):
    LocalStore(tmp_path, encoder, create=True).add([DAM, STORM])
    file = tmp_path / name
    data = file.read_bytes()
    if damage == "deleted":
        file.unlink()
    else:
        file.write_bytes(data[: len(data) // 2] if damage == "cut" else data[:-9] + b"\xff" + data[-8:])
    store = LocalStore(tmp_path, encoder)
    assert titles(store, store.dense(["storm hit"], 1)[0]) == ["storm"]
    assert titles(store, store.lexical(["storm"], 5)[0]) == ["storm"]


def test_a_second_store_sees_what_the_first_adds(store, tmp_path, encoder):
    other = LocalStore(tmp_path / "library", encoder)
    assert other.lexical(["zebra"], 5) == [[]]
    store.add([Article("zoo", "Zoo", "A zebra escaped.")])
    assert titles(other, other.lexical(["zebra"], 5)[0]) == ["zoo"]
    assert titles(other, other.dense(["zebra escaped"], 1)[0]) == ["zoo"]


def test_stopped_midway_it_keeps_what_is_done(tmp_path, encoder):
    def articles():
        for number in range(40):
            yield Article(str(number), "t", f"Story number {number} is here.")
        raise KeyboardInterrupt

    store = LocalStore(tmp_path, encoder, create=True)
    with pytest.raises(KeyboardInterrupt):
        store.add(articles())
    assert store.stats().articles == 32
    assert len(store.dense(["story"], 100)[0]) == 32


def test_what_does_not_fit_is_refused_with_the_remedy(tmp_path, encoder):
    with pytest.raises(DatelineError, match="dateline index PATH --library"):
        LocalStore(tmp_path / "none", encoder)
    LocalStore(tmp_path, encoder, create=True).close()
    with pytest.raises(DatelineError, match="--encoder words"):
        LocalStore(tmp_path, WordEncoder("0" * 64))
    with pytest.raises(DatelineError, match="110 words"):
        LocalStore(tmp_path, encoder, chunking=Chunking(50))
    (tmp_path / "library.sqlite").write_bytes(b"not a database, not at all" * 100)
    with pytest.raises(DatelineError, match="dateline check --library"):
        LocalStore(tmp_path, encoder)


LINE = "Harbour tides and ferry times every morning"
BACKGROUND = "The dam was approved in 2021 and opened six years late."


def issue(number, *lines, source="Echo"):
    story = f"Minister {number} spoke of item {number} in town {number}, and {number} people listened to all of it."
    return Article(str(number), f"Story {number}", "\n".join([story, *lines]), None, source)


def searched(store, article_id):
    passages = store.passages(range(1, 200)).values()
    return " ".join(
        article.text[passage.start : passage.end] for passage, article in passages if article.id == article_id
    )


def test_a_line_that_repeats_over_a_source_is_set_aside_everywhere(store):
    store.add([issue(1, LINE, BACKGROUND), issue(2, LINE, BACKGROUND)])
    assert LINE in searched(store, "1")
    store.add([issue(3, LINE.upper(), BACKGROUND), issue(4, LINE, BACKGROUND, source="Post")])
    assert [LINE.lower() in searched(store, number).lower() for number in "1234"] == [False, False, False, True]
    assert [item.kind for item in store.set_aside("1")] == ["repeated"]
    assert all(BACKGROUND in searched(store, number) for number in "123"), "background told again is the story"
    assert [store.get(number) is not None for number in "123"] == [True] * 3
    assert store.lexical(["ferry times"], 5) == store.lexical(["ferry times"], 5, Filter(source="Post"))
    store.add([issue(5, LINE)])
    assert LINE not in searched(store, "5")


def test_cutting_anew_encodes_only_what_changed(tmp_path):
    class Recorder(WordEncoder):
        seen = ()

        def encode_passages(self, texts):
            self.seen += tuple(texts)
            return super().encode_passages(texts)

    encoder = Recorder()
    store = LocalStore(tmp_path / "library", encoder, create=True, chunking=Chunking(20, 0))
    store.add([issue(1, LINE), issue(2, LINE)])
    before = store.dense(["minister spoke of item"], 9)[0]
    encoder.seen = ()
    store.add([issue(3, LINE)])
    assert [text for text in encoder.seen if "Minister 1 " in text or "Minister 2 " in text] == []
    assert LINE not in searched(store, "1")
    after = store.dense(["minister spoke of item"], 9)[0]
    assert {one.passage_id for one in before} & {one.passage_id for one in after}, "what stays keeps its id"
    store.close()
    again = LocalStore(tmp_path / "library", encoder)
    assert again.dense(["minister spoke of item"], 9)[0] == after
    again.close()


def test_passages_and_questions_are_encoded_alike(user_article):
    encoder = SentenceEncoder()
    texts = [user_article[at : at + 400] for at in range(0, 2000, 400)]
    cosines = (encoder.encode_passages(texts) * encoder.encode_questions(texts)).sum(axis=1)
    assert cosines.min() > 0.999, "whatever precision the processor computes passages in"


def test_a_reprinted_story_is_no_repetition(store):
    lines = [f"Sentence {number} of one long story tells us of crane {number} and ship {number}" for number in range(9)]
    for number, source in ((1, "Echo"), (2, "Echo"), (3, "Echo")):
        store.add([Article(str(number), "One", "\n".join(lines) + f"\nEdition {number}.", None, source)])
    assert len(store.versions(["1"])["1"]) == 3
    assert store.set_aside("1") == []


def test_mojibake_is_mended_for_search_and_kept_in_the_text(store):
    broken = "The cafÃ© in Halvern closed after the storm, the mayorâ€™s office said."
    store.add([Article("cafe", "CafÃ© closes", broken)])
    assert titles(store, store.lexical(["café"], 1)[0]) == ["cafe"]
    assert store.get("cafe").text == broken


def _trickle(count, at):
    """Give articles one by one, and do something in between."""
    for number in range(count):
        if number == count // 2:
            at()
        yield Article(f"n{number}", f"Title {number}", f"Word{number} happened on day {number}. Nobody saw it.")


def test_questions_are_answered_from_what_was_there_while_articles_come_in(tmp_path, encoder):
    store = LocalStore(tmp_path, encoder, create=True)
    store.add([Article("old", "Bridge", "The bridge opened on Monday.")])
    found = []

    def ask():
        def asking():  # in another thread, as visitors do
            found.append((store.dense(["bridge"], 1), store.lexical(["bridge"], 1)))

        thread = threading.Thread(target=asking, daemon=True)
        thread.start()
        thread.join(10)

    store.add(_trickle(2 * ADD_BATCH, ask))
    assert [[len(ranked) for [ranked] in both] for both in found] == [[1, 1]]
    assert store.lexical(["word3"], 1) != [[]]


def test_a_library_that_is_opened_while_another_first_fills_it_harms_nothing(tmp_path, encoder):
    store = LocalStore(tmp_path, encoder, create=True)

    def look():
        other = LocalStore(tmp_path, encoder)
        assert len(other.lexical(["word1"], 1)[0]) == 1  # of the batch that is in
        other.close()

    store.add(_trickle(2 * ADD_BATCH, look))
    other = LocalStore(tmp_path, encoder)
    assert [len(found) for found in (*store.lexical(["word1"], 9), *other.lexical(["word1"], 9))] == [1, 1]
    assert (tmp_path / "lexical.json").is_file()


def test_what_comes_in_over_a_long_time_can_be_searched_before_the_end(tmp_path, encoder):
    store, found = LocalStore(tmp_path, encoder, create=True), []
    store.add(_trickle(3 * ADD_BATCH, lambda: found.append(store.lexical(["word1"], 1))))
    assert [len(ranked) for [ranked] in found] == [1]
