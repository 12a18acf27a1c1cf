"""The contract of a PassageStore, run over every engine."""

import threading
from datetime import date

import pytest
from conftest import DAM, STORM, UNDATED, WordEncoder

from embeddings.chunking import Chunking
from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.files import FileRecord
from embeddings.schema import article_sha256
from embeddings.store import Filter

ADD_BATCH = 32


@pytest.fixture(params=["local", "milvus"])
def engine(request):
    return request.param


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
    assert store.find_articles(not_the_dam, 5, skip=1) == [UNDATED]
    assert store.find_articles(not_the_dam, 5, skip=2) == []
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
        Filter(articles=frozenset({"storm"})),
        Filter(since=date(2022, 1, 1), until=date(2022, 12, 31), articles=frozenset({"storm", "dam"})),
        Filter(until=date(2022, 1, 1), articles=frozenset({"storm"})),
        Filter(articles=frozenset({"storm", "nothing"})),
        Filter(articles=frozenset({"STORM", "stor", "storm ", "%", "'"})),
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


def test_what_a_library_holds_has_a_digest_whatever_its_history(store):
    before = store.digest()
    store.remove(["storm"])
    assert store.digest() != before
    store.add([Article("storm", STORM.title, STORM.text.replace("coast", "shore"), STORM.published, STORM.source)])
    assert store.digest() != before
    store.add([STORM])
    assert store.digest() == before
    store.remove(["storm"])
    store.add([Article("other", STORM.title, STORM.text, STORM.published, STORM.source)])
    assert store.digest() != before


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


def test_it_opens_in_place_without_encoding_again(store, opener):
    class Deaf(WordEncoder):
        def encode_passages(self, texts):
            raise AssertionError("encoded again")

        encode_questions = WordEncoder.encode_passages

    again = opener(Deaf())
    assert again.stats() == store.stats()
    assert titles(again, again.dense(["storm hit"], 1)[0]) == ["storm"]


def test_a_second_store_sees_what_the_first_adds(store, opener):
    other = opener()
    assert other.lexical(["zebra"], 5) == [[]]
    store.add([Article("zoo", "Zoo", "A zebra escaped.")])
    assert titles(other, other.lexical(["zebra"], 5)[0]) == ["zoo"]
    assert titles(other, other.dense(["zebra escaped"], 1)[0]) == ["zoo"]


def test_stopped_midway_it_keeps_what_is_done(opener):
    def articles():
        for number in range(40):
            yield Article(str(number), "t", f"Story number {number} is here.")
        raise KeyboardInterrupt

    store = opener(create=True)
    with pytest.raises(KeyboardInterrupt):
        store.add(articles())
    assert store.stats().articles == 32
    assert len(store.dense(["story"], 100)[0]) == 32


def test_mojibake_is_mended_for_search_and_kept_in_the_text(store):
    broken = "The cafÃ© in Halvern closed after the storm, the mayorâ€™s office said."
    store.add([Article("cafe", "CafÃ© closes", broken)])
    assert titles(store, store.lexical(["café"], 1)[0]) == ["cafe"]
    assert store.get("cafe").text == broken


def trickle(count, at):
    """Give articles one by one, and do something in between."""
    for number in range(count):
        if number == count // 2:
            at()
        yield Article(f"n{number}", f"Title {number}", f"Word{number} happened on day {number}. Nobody saw it.")


def test_questions_are_answered_from_what_was_there_while_articles_come_in(opener):
    store = opener(create=True)
    store.add([Article("old", "Bridge", "The bridge opened on Monday.")])
    found = []

    def ask():
        def asking():  # in another thread, as visitors do
            found.append((store.dense(["bridge"], 1), store.lexical(["bridge"], 1)))

        thread = threading.Thread(target=asking, daemon=True)
        thread.start()
        thread.join(10)

    store.add(trickle(2 * ADD_BATCH, ask))
    assert [[len(ranked) for [ranked] in both] for both in found] == [[1, 1]]
    assert store.lexical(["word3"], 1) != [[]]


def test_what_comes_in_over_a_long_time_can_be_searched_before_the_end(opener):
    store, found = opener(create=True), []
    store.add(trickle(3 * ADD_BATCH, lambda: found.append(store.lexical(["word1"], 1))))
    assert [len(ranked) for [ranked] in found] == [1]


def test_what_does_not_fit_is_refused_with_the_remedy(opener):
    with pytest.raises(DatelineError, match="dateline index PATH --library"):
        opener()
    opener(create=True)
    with pytest.raises(DatelineError, match="--encoder words"):
        opener(WordEncoder("0" * 64))
    with pytest.raises(DatelineError, match="110 words"):
        opener(chunking=Chunking(50))
    assert opener(chunking=Chunking()).stats().articles == 0


def test_its_own_chunking_is_kept(opener):
    long = Article("long", "Long", " ".join(f"Sentence number {number} is short." for number in range(40)))
    cut = opener(create=True, chunking=Chunking(20, 0))
    cut.add([long])
    again = opener()
    assert again.stats().passages == cut.stats().passages > 5
    loaded = again.passages([one.passage_id for one in again.dense(["sentence"], 99)[0]])
    assert all(len(long.text[passage.start : passage.end].split()) <= 20 for passage, _ in loaded.values())


def test_reprints_and_later_versions_are_told_together(store):
    lines = [f"Sentence {number} tells of crane {number} and ship {number} in port {number}." for number in range(30)]
    first = Article("a", "Ships", " ".join(lines), date(2021, 1, 1), "Echo")
    later = Article("b", "Ships again", " ".join([*lines, "It was corrected."]), date(2021, 1, 3), "Post")
    undated = Article("c", "Ships", " ".join(lines[:-2]), None, "Wire")
    store.add([first])
    store.add([later, undated])
    assert [one.id for one in store.versions(["a", "dam", "nothing"])["a"]] == ["b", "a", "c"]
    assert store.versions(["a", "b", "dam"]).keys() == {"a", "b"}
    store.remove(["b"])
    assert [one.id for one in store.versions(["c"])["c"]] == ["a", "c"]
    store.remove(["c"])
    assert store.versions(["a"]) == {}


def test_two_stories_that_a_third_joins_become_one(store):
    lines = [f"Sentence {number} tells of crane {number} and ship {number} in port {number}." for number in range(60)]
    halves = [Article("x", "First", " ".join(lines[:30])), Article("y", "Second", " ".join(lines[30:]))]
    store.add(halves)
    assert store.versions(["x", "y"]) == {}
    store.add([Article("z", "Whole", " ".join(lines))])
    assert {one.id for one in store.versions(["x"])["x"]} == {"x", "y", "z"}


def test_stories_part_when_the_article_that_joined_them_goes(store):
    lines = [f"Sentence {number} tells of crane {number} and ship {number} in port {number}." for number in range(60)]
    halves = [Article("x", "First", " ".join(lines[:30])), Article("y", "Second", " ".join(lines[30:]))]
    whole = Article("z", "Whole", " ".join(lines))
    again = Article("w", "First again", f"It is told. {halves[0].text}")
    for part in (lambda: store.remove(["z"]), lambda: store.add([Article("z", "Whole", "Another tale.")])):
        store.add([*halves, whole, again])
        assert {one.id for one in store.versions(["x"])["x"]} == {"w", "x", "y", "z"}
        part()
        assert {of: {one.id for one in told} for of, told in store.versions(["w", "x", "y", "z"]).items()} == {
            "w": {"w", "x"},
            "x": {"w", "x"},
        }
    # what is left alone is not taken for the story of an article that comes back
    store.add([whole])
    store.remove(["w", "x", "z"])
    store.add([halves[0], again])
    assert store.versions(["x", "y"]).keys() == {"x"}


def test_long_texts_and_strange_names_come_back_as_they_are(store):
    lines = [f"Ségolène “said” {number} — 東京 🗼 it's 100%." for number in range(2500)]
    long = Article("long", "Long", "\n".join(lines))
    strange = Article("a\"\\' or 1 == 1 \x00\n", "T" * 70_000, lines[0], date(1, 1, 1), 'So"urce\\', "u" * 9000, "Ã")
    assert len(long.text.encode()) > 2 * 65_535
    store.add([long, strange])
    assert (store.get(long.id), store.get(strange.id)) == (long, strange)
    assert store.find_articles(lambda article: article.title.startswith("TTT"), 5) == [strange]
    assert set(titles(store, store.lexical(["Segolene said"], 5, Filter(source='SO"URCE\\'))[0])) == {strange.id}
    assert store.add([long, strange]).unchanged == 2
    assert store.remove([long.id, strange.id]) == 2
    assert store.get(strange.id) is None


def test_a_word_of_any_length_is_found(store):
    word = "x" * 20_000
    store.add([Article("long", "Word", f"The code was {word} in all."), Article("no", "Words", "The code was none.")])
    assert titles(store, store.lexical([word], 5)[0]) == ["long"]


def test_words_are_found_in_titles_and_in_other_forms(store):
    store.add([Article("t", "Zebras at large", "It was seen by the river."), Article("v", "Cafés", "Closing early.")])
    assert titles(store, store.lexical(["zebra"], 5)[0]) == ["t"]
    assert titles(store, store.lexical(["cafe closed"], 5)[0]) == ["v"]
    assert store.lexical(["the of and"], 5) == [[]]


def test_the_better_a_passage_fits_the_higher_its_score(store):
    store.add([Article("twice", "Harbour", "The storm hit the coast, and the storm stayed on the coast.")])
    for side in (store.dense, store.lexical):
        scores = [one.score for one in side(["storm coast"], 9)[0]]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > 0
    assert titles(store, store.lexical(["storm trees fell"], 5)[0])[0] == "storm"
    assert len(store.dense(["storm"], 2)[0]) == 2
    assert store.dense(["storm"], 0) == [[]]


def test_many_articles_are_all_there(store, monkeypatch):
    monkeypatch.setattr("embeddings.milvus.client.PAGE", 100)
    monkeypatch.setattr("embeddings.milvus.articles.ASKED", 100)
    many = [Article(f"m{number}", f"Title {number}", f"Event{number} took place.") for number in range(350)]
    assert store.add(many).added == 350
    assert len(list(store.articles())) == store.stats().articles == 353
    listed = store.articles()
    seen = [next(listed).id]
    store.add([Article("m99", "Title 99", "Something else took place.")])
    seen += [article.id for article in listed]
    assert sorted(seen) == sorted({article.id for article in store.articles()}), "what changes meanwhile is listed, too"
    assert len(store.lexical(["event"], 5)[0]) == 0
    assert titles(store, store.lexical(["event349"], 5)[0]) == ["m349"]
    assert len(store.dense(["event"], 2000)[0]) == store.stats().passages
    assert store.remove([article.id for article in many]) == 350
    assert store.stats().passages == 3


def test_articles_without_a_story_are_kept_and_named(store):
    report = store.add([Article("empty", "Empty", "  \n ")])
    assert (report.added, tuple(report.empty)) == (1, ("empty",))
    assert store.get("empty").text == "  \n "
    assert len(store.dense(["empty"], 9)[0]) == 3


def test_what_of_a_page_is_not_its_story_is_set_aside(store):
    store.add([Article("page", "Page", "The bridge fell.\nSign up for our newsletter\nNobody was hurt.")])
    assert [item.kind for item in store.set_aside("page")] != []
    assert store.lexical(["newsletter"], 5) == [[]]
    assert store.set_aside("nothing") == []


def record(place, *articles, sha256="1"):
    return FileRecord(place, sha256, tuple(one.id for one in articles), tuple(map(article_sha256, articles)))


def kept(place, *articles, sha256="1"):
    return FileRecord(place, sha256, tuple(one.id for one in articles))


def test_files_are_remembered_if_all_their_articles_are_there(store):
    absent = Article("absent", "Absent", "Not here.")
    store.keep_files([record("/b", DAM, STORM), record("/a", UNDATED), record("/c", DAM, absent)])
    assert store.files() == [kept("/a", UNDATED), kept("/b", DAM, STORM)]
    assert store.file("/b") == kept("/b", DAM, STORM)
    assert store.file("/c") is None
    store.keep_files([record("/b", DAM, sha256="2")])
    assert store.file("/b") == kept("/b", DAM, sha256="2")
    store.forget_files(["/b", "/nowhere"])
    assert store.files() == [kept("/a", UNDATED)]
    assert store.get("dam") == DAM


def test_a_file_of_many_articles_is_remembered_whole(store):
    many = [Article(f"{number:03}/" + "archive/" * 18, "", f"Nr. {number}") for number in range(450)]
    store.add(many)
    store.keep_files([record("/many", *many)])
    assert store.file("/many") == kept("/many", *many)


def test_two_writers_add_everything_once(opener):
    stores = [opener(create=True), opener(create=True)]
    shared = [Article(f"s{number}", f"Title {number}", f"Word{number} was heard.") for number in range(100)]
    own = [[Article(f"{at}-{one.id}", one.title, one.text) for one in shared] for at in range(2)]
    reports = [None, None]

    def add(at):
        reports[at] = stores[at].add(own[at])

    threads = [threading.Thread(target=add, args=[at]) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.added for report in reports) == 100
    assert sum(len(report.duplicates) for report in reports) == 100
    assert [store.stats().articles for store in stores] == [100, 100]
    assert all(len(store.lexical(["word7"], 9)[0]) == 1 for store in stores)
