"""The libraries that a page works on: the seeds stay, the user's own articles get a library of their own."""

import errno
import os
import threading
import time
from pathlib import Path

import pytest
from sites import web_site
from stories import ZEBRA, ZEBRA_ASKED, zebra_story
from test_web import Pages

from embeddings.documents import Article
from embeddings.errors import DatelineError, InvalidInput
from embeddings.locking import WRITERS, ProcessLock
from embeddings.sources import read_articles
from qa.build import own_library
from qa.libraries.shelf import OWN, SEEDS
from qa.libraries.uploads import keep_file
from qa.libraries.workspace import Libraries
from qa.settings import load_settings


def test_what_is_added_beside_the_seeds_goes_to_a_library_of_the_users_own(libraries, tmp_path):
    seeds = libraries.open(SEEDS)
    before = seeds.store.stats()
    assert libraries.names() == [SEEDS]
    own = libraries.to_add_to(SEEDS)
    read = []
    assert own.add_files([zebra_story(tmp_path)], seen=read.append).articles.added == 1
    assert [article.title for article in read] == ["Zebra wins the Grand Prix"]
    assert (own.name, libraries.names()) == (OWN, [OWN, SEEDS])
    assert libraries.open(OWN) is own is libraries.to_add_to(OWN)
    assert own.pipeline.answer(ZEBRA_ASKED).text == "Ottoline"
    assert not seeds.pipeline.answer(ZEBRA_ASKED).found
    assert seeds.store.stats() == before
    (tmp_path / "zebra.txt").unlink()  # an upload's own file does not stay
    assert own.store.get(next(iter(own.store.articles())).id).text.endswith("on Sunday.\n")


def test_the_users_own_library_is_shown_first_once_it_is_there(libraries, tmp_path):
    assert libraries.first == SEEDS
    libraries.to_add_to(SEEDS).add_files([zebra_story(tmp_path)])
    assert Libraries(load_settings({})).first == OWN


def test_another_story_of_the_same_name_is_kept_beside_it(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    other = "Dam opens\nThe Tessel Dam was opened by the queen on Monday, after nine years of work."
    report = own.add_files([zebra_story(tmp_path / "a"), zebra_story(tmp_path / "b", other)])
    assert report.articles.added == 2
    assert own.add_files([zebra_story(tmp_path / "c", other.replace("nine", "ten"))]).articles.updated == 1
    assert own.store.stats().articles == 2
    assert own.pipeline.answer(ZEBRA_ASKED).text == "Ottoline"


def feed(folder, paper, numbers):
    folder.mkdir(exist_ok=True)
    items = "".join(
        f"<item><title>{paper} {number}</title><link>http://{paper}.example/{number}</link><description>"
        f"{' '.join(f'{paper}{word} of{number}' for word in range(20))}"
        "</description></item>"
        for number in numbers
    )
    (folder / "rss.xml").write_text(f"<rss><channel><title>{paper}</title>{items}</channel></rss>")
    return folder / "rss.xml"


def test_feeds_of_one_name_are_kept_beside_each_other_unless_they_tell_the_same(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    own.add_files([feed(tmp_path / "one", "sorrel", range(3))])
    own.add_files([feed(tmp_path / "two", "kilbray", range(2))])
    assert own.store.stats().articles == 5
    own.add_files([feed(tmp_path / "one", "sorrel", range(1, 4))])  # the same paper's, a day after
    assert sorted(article.title for article in own.store.articles()) == [
        "kilbray 0", "kilbray 1", "sorrel 1", "sorrel 2", "sorrel 3"
    ]  # fmt: skip


def sitemap(folder, paper, numbers):
    folder.mkdir(exist_ok=True)
    pages = "".join(f"<url><loc>http://{paper}.example/story-{number}-of-{number}</loc></url>" for number in numbers)
    (folder / "sitemap.xml").write_text(f"<urlset>{pages}</urlset>")
    return folder / "sitemap.xml"


def test_sitemaps_are_compared_by_what_they_name_and_nothing_is_fetched_for_it(tmp_path):
    kept = tmp_path / "kept"
    places = [
        keep_file(sitemap(tmp_path / "given", paper, numbers), kept)
        for paper, numbers in (("sorrel", range(9)), ("kilbray", range(20, 29)), ("sorrel", range(2, 11)))
    ]
    assert places == [kept / "sitemap.xml", kept / "1" / "sitemap.xml", kept / "sitemap.xml"]


def test_files_of_one_name_are_read_once_to_be_compared(tmp_path, monkeypatch):
    def counted(inputs):
        read.append([given.name for given in inputs])
        return read_articles(inputs)

    read = []
    monkeypatch.setattr("qa.libraries.uploads.read_articles", counted)
    kept = tmp_path / "kept"
    given = [feed(tmp_path / paper, paper, range(3)) for paper in ("sorrel", "kilbray", "echo", "post", "herald")]
    assert [keep_file(file, kept) for file in given] == [kept / part / "rss.xml" for part in ("", "1", "2", "3", "4")]
    assert len(read) == 8, "the last four as they came, and the first four where they are kept"


def test_what_was_removed_comes_back_when_it_is_given_again(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    own.add_files([zebra_story(tmp_path)])
    own.remove([article.id for article in own.store.articles()])
    assert own.add_files([zebra_story(tmp_path)]).articles.added == 1
    assert own.pipeline.answer(ZEBRA_ASKED).text == "Ottoline"


def test_a_file_that_cannot_be_read_is_named_as_it_was_given(libraries, tmp_path):
    (tmp_path / "broken.pdf").write_bytes(b"no pdf")
    [problem] = libraries.make("Broken").add_files([tmp_path / "broken.pdf"]).unreadable
    assert str(problem).startswith("broken.pdf: ")


def test_a_file_that_cannot_be_kept_is_said_so(libraries, tmp_path):
    own = libraries.make("Full")
    (own.store.folder / "uploads").write_text("no folder")
    with pytest.raises(DatelineError, match="the files can't be kept in uploads"):
        own.add_files([zebra_story(tmp_path)])


def test_a_copy_that_fails_leaves_the_one_before(libraries, tmp_path, monkeypatch):
    own = libraries.make("Full")
    own.add_files([zebra_story(tmp_path)])

    def full(source, target):
        Path(target).write_bytes(Path(source).read_bytes()[:20])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("shutil.copyfile", full)
        with pytest.raises(DatelineError, match=r"the files can't be kept in uploads \(No space left"):
            own.add_files([zebra_story(tmp_path / "b", ZEBRA + "It was corrected.\n")])
    [kept] = (own.store.folder / "uploads").rglob("*")
    assert (kept.name, kept.read_text()) == ("zebra.txt", ZEBRA)


def test_a_file_of_the_same_name_replaces_the_one_before(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    own.add_files([zebra_story(tmp_path / "a")])
    report = own.add_files([zebra_story(tmp_path / "b", ZEBRA.replace("Ottoline", "Basil"))])
    assert report.articles.updated == 1
    assert own.pipeline.answer(ZEBRA_ASKED).text == "Basil"


def test_an_article_is_found_by_how_its_id_begins_and_by_nothing_else_of_it(libraries):
    own = libraries.to_add_to(SEEDS)
    own.add_articles(
        [Article("minutes 17-e75fa75a", "Mayor speaks", "The mayor spoke."), Article("x", "Others", "They spoke.")]
    )
    wanted = {"mayor 17": 0, "MINUTES 17": 1, "minutes": 1, "undated mayor": 1, "mayor x": 0, "": 2}
    assert {words: len(own.find_articles(words, 5)) for words in wanted} == wanted
    assert {words: own.count_articles(words) for words in wanted} == wanted


def test_what_was_removed_answers_no_more(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    own.add_files([zebra_story(tmp_path)])
    (article,) = own.store.articles()
    assert own.remove([article.id]) == 1
    assert not own.pipeline.answer(ZEBRA_ASKED).found


def test_nobody_waits_for_who_waits_to_open_a_library_that_is_being_written_to(libraries, monkeypatch):
    monkeypatch.setattr("embeddings.locking.LOCK_SECONDS", 3.0)
    own_library().mkdir(parents=True)
    refused = []

    def upload():
        with pytest.raises(DatelineError) as error:
            libraries.to_add_to(SEEDS)
        refused.append(error)

    with ProcessLock(own_library(), WRITERS).held():  # "dateline index" has begun to make it
        waiting = threading.Thread(target=upload)
        waiting.start()
        time.sleep(0.2)
        assert libraries.open(SEEDS).shows_seeds
        assert waiting.is_alive(), "the question waited"
        waiting.join()
    assert "another process has been writing" in str(refused[0].value)


@pytest.mark.parametrize("name", ["", "nothing", "../seeds", "/"])
def test_only_libraries_on_offer_are_opened(libraries, name):
    with pytest.raises(InvalidInput, match="no library is called"):
        libraries.open(name)


def test_where_a_library_is_named_it_alone_is_offered(libraries, tmp_path):
    libraries.make("Storms").add_files([zebra_story(tmp_path)])
    folder = tmp_path / "data" / "dateline" / "libraries" / "Storms"
    alone = Libraries(load_settings({"library": str(folder)}))
    assert (alone.names(), alone.can_make) == (["Storms"], False)
    assert alone.open("Storms").pipeline.answer(ZEBRA_ASKED).text == "Ottoline"
    assert alone.to_add_to("Storms") is alone.open("Storms")
    with pytest.raises(InvalidInput, match="no library is called"):
        alone.open(SEEDS)
    with pytest.raises(InvalidInput, match="serves one library alone"):
        alone.make("More")


@pytest.mark.parametrize("address", ["/etc/passwd", "file:///etc/passwd", "zebra.txt", ""])
def test_only_addresses_on_the_web_are_fetched(libraries, address):
    with pytest.raises(InvalidInput, match="begins with http"):
        libraries.to_add_to(SEEDS).add_address(address)


@pytest.fixture
def intranet():
    """A page on the network around the server."""

    with web_site(Pages, pages={"/zebra": (200, "text/plain", ZEBRA)}) as server:
        yield f"{server.address}/zebra"


def test_the_page_fetches_nothing_from_the_network_around_it(libraries, intranet, tmp_path):
    own = libraries.to_add_to(SEEDS)
    [problem] = own.add_address(intranet).unreadable
    assert "is on a private network" in str(problem)
    (tmp_path / "map.xml").write_text(f"<urlset><url><loc>{intranet}</loc></url></urlset>")
    [problem] = own.add_files([tmp_path / "map.xml"]).unreadable
    assert "is on a private network" in str(problem)


def test_refusals_are_sentences(libraries, tmp_path):
    seeds = libraries.open(SEEDS)
    with pytest.raises(InvalidInput, match="seed articles can't be removed"):
        seeds.remove(["storm-maren"])
    with pytest.raises(InvalidInput, match="seed articles can't be added to"):
        seeds.add_files([zebra_story(tmp_path)])
    (tmp_path / "a.exe").write_bytes(b"MZ")
    with pytest.raises(DatelineError, match="no kind that can be read"):
        libraries.to_add_to(SEEDS).add_files([tmp_path / "a.exe"])
