"""The libraries that a page works on: the seeds stay, the user's own articles get a library of their own."""

import errno
import json
import os
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sites import web_site

from embeddings.errors import DatelineError, InvalidInput
from embeddings.locking import WRITERS, ProcessLock
from qa.build import own_library
from qa.cli import main
from qa.evaluation.labels import Label
from qa.libraries.shelf import OWN, SEEDS, former_names, shelved
from qa.libraries.uploads import keep_file
from qa.libraries.workspace import Libraries
from qa.settings import load_settings

STORY = "Zebra wins the Grand Prix\n\nA zebra named Ottoline won the Grand Prix of Tarn on Sunday.\n"
ASKED = "Which zebra won the Grand Prix of Tarn?"


@pytest.fixture
def libraries(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Libraries(load_settings({}))


def story(folder, text=STORY):
    folder.mkdir(exist_ok=True)
    (folder / "zebra.txt").write_text(text)
    return folder / "zebra.txt"


def test_what_is_added_beside_the_seeds_goes_to_a_library_of_the_users_own(libraries, tmp_path):
    seeds = libraries.open(SEEDS)
    before = seeds.store.stats()
    assert libraries.names() == [SEEDS]
    own = libraries.to_add_to(SEEDS)
    read = []
    assert own.add_files([story(tmp_path)], seen=read.append).articles.added == 1
    assert [article.title for article in read] == ["Zebra wins the Grand Prix"]
    assert (own.name, libraries.names()) == (OWN, [OWN, SEEDS])
    assert libraries.open(OWN) is own is libraries.to_add_to(OWN)
    assert own.pipeline.answer(ASKED).text == "Ottoline"
    assert not seeds.pipeline.answer(ASKED).found
    assert seeds.store.stats() == before
    (tmp_path / "zebra.txt").unlink()  # an upload's own file does not stay
    assert own.store.get(next(iter(own.store.articles())).id).text.endswith("on Sunday.\n")


def test_the_users_own_library_is_shown_first_once_it_is_there(libraries, tmp_path):
    assert libraries.first == SEEDS
    libraries.to_add_to(SEEDS).add_files([story(tmp_path)])
    assert Libraries(load_settings({})).first == OWN


def test_another_story_of_the_same_name_is_kept_beside_it(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    other = "Dam opens\nThe Tessel Dam was opened by the queen on Monday, after nine years of work."
    report = own.add_files([story(tmp_path / "a"), story(tmp_path / "b", other)])
    assert report.articles.added == 2
    assert own.add_files([story(tmp_path / "c", other.replace("nine", "ten"))]).articles.updated == 1
    assert own.store.stats().articles == 2
    assert own.pipeline.answer(ASKED).text == "Ottoline"


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


def test_what_was_removed_comes_back_when_it_is_given_again(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    own.add_files([story(tmp_path)])
    own.remove([article.id for article in own.store.articles()])
    assert own.add_files([story(tmp_path)]).articles.added == 1
    assert own.pipeline.answer(ASKED).text == "Ottoline"


def test_a_file_that_cannot_be_read_is_named_as_it_was_given(libraries, tmp_path):
    (tmp_path / "broken.pdf").write_bytes(b"no pdf")
    [problem] = libraries.make("Broken").add_files([tmp_path / "broken.pdf"]).unreadable
    assert str(problem).startswith("broken.pdf: ")


def test_a_file_that_cannot_be_kept_is_said_so(libraries, tmp_path):
    own = libraries.make("Full")
    (own.store.folder / "uploads").write_text("no folder")
    with pytest.raises(DatelineError, match="the files can't be kept in uploads"):
        own.add_files([story(tmp_path)])


def test_a_copy_that_fails_leaves_the_one_before(libraries, tmp_path, monkeypatch):
    own = libraries.make("Full")
    own.add_files([story(tmp_path)])

    def full(source, target):
        Path(target).write_bytes(Path(source).read_bytes()[:20])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("shutil.copyfile", full)
        with pytest.raises(DatelineError, match=r"the files can't be kept in uploads \(No space left"):
            own.add_files([story(tmp_path / "b", STORY + "It was corrected.\n")])
    [kept] = (own.store.folder / "uploads").rglob("*")
    assert (kept.name, kept.read_text()) == ("zebra.txt", STORY)


def test_a_file_of_the_same_name_replaces_the_one_before(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    own.add_files([story(tmp_path / "a")])
    report = own.add_files([story(tmp_path / "b", STORY.replace("Ottoline", "Basil"))])
    assert report.articles.updated == 1
    assert own.pipeline.answer(ASKED).text == "Basil"


def test_what_was_removed_answers_no_more(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    own.add_files([story(tmp_path)])
    (article,) = own.store.articles()
    assert own.remove([article.id]) == 1
    assert not own.pipeline.answer(ASKED).found


def test_libraries_made_by_name_are_apart_and_there_the_next_time(libraries, tmp_path):
    made = libraries.make("  Elections   2026 ")
    made.add_files([story(tmp_path)])
    again = Libraries(load_settings({}))
    assert again.names() == [SEEDS, "Elections 2026"]
    assert again.open("Elections 2026").pipeline.answer(ASKED).text == "Ottoline"
    assert not again.open(SEEDS).pipeline.answer(ASKED).found


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden", "x" * 41, "a\\b", "nul\0", "-x"])
def test_a_name_is_one_that_a_folder_can_have(libraries, name):
    with pytest.raises(InvalidInput, match="a library's name has 1 to 40"):
        libraries.make(name)
    assert libraries.names() == [SEEDS]


@pytest.mark.parametrize("name", [SEEDS, "my ARTICLES", "storms"])
def test_a_name_is_given_once(libraries, name):
    libraries.make("Storms")
    with pytest.raises(InvalidInput, match="is there already"):
        libraries.make(name)


def test_a_library_that_is_renamed_keeps_all_and_its_old_name_leads_to_it(libraries, tmp_path):
    made = libraries.make("Storms")
    made.add_files([story(tmp_path)])
    asked = made.pipeline.answer(ASKED)
    made.keep_label(Label.of(asked, "right"))
    renamed = libraries.rename("Storms", "  Zebras  of 2026 ")
    assert renamed is made is libraries.open("Zebras of 2026") is libraries.open("Storms")
    assert (renamed.name, libraries.names()) == ("Zebras of 2026", [SEEDS, "Zebras of 2026"])
    assert made.pipeline.answer(ASKED).text == "Ottoline"
    assert made.add_files([story(tmp_path / "b", STORY.replace("Ottoline", "Basil"))]).articles.updated == 1
    again = Libraries(load_settings({}))
    assert (again.names(), again.called("Storms")) == ([SEEDS, "Zebras of 2026"], "Zebras of 2026")
    assert again.names_of("Zebras of 2026") == ["Zebras of 2026", "Storms"]
    assert (again.open("Storms").store.folder / "labels.jsonl").is_file()
    assert again.open("Storms").pipeline.answer(ASKED).text == "Basil"
    again.rename("Storms", "Storms")
    assert again.names_of("Storms") == ["Storms", "Zebras of 2026"]


def test_an_old_name_can_be_given_to_another_library(libraries, tmp_path):
    renamed = libraries.make("Storms")
    libraries.rename("Storms", "Zebras")
    other = libraries.make("Storms")
    assert other is not renamed
    assert (libraries.open("Storms"), libraries.open("Zebras")) == (other, renamed)
    assert libraries.names_of("Zebras") == ["Zebras"]
    assert not libraries.are_one("Storms", "Zebras")
    assert Libraries(load_settings({})).names() == [SEEDS, "Storms", "Zebras"]


def test_a_library_that_can_t_be_made_leaves_nothing(libraries, monkeypatch):
    libraries.make("Storms")
    libraries.rename("Storms", "Zebras")

    def full(file, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("qa.libraries.shelf.replace_durably", full)
        with pytest.raises(DatelineError, match=r"\(No space left on device\); see that its disk"):
            libraries.make("Storms")  # whose folder is called otherwise, so that its name is to be written down
    assert libraries.names() == [SEEDS, "Zebras"]
    assert "Storms" not in {workspace.name for workspace in libraries.opened}
    assert libraries.make("Storms").store.stats().articles == 0


def test_an_old_name_leads_to_a_library_where_nothing_can_be_changed(libraries):
    libraries.make("Storms")
    libraries.rename("Storms", "Zebras")
    shown = Libraries(load_settings({}), read_only=True)
    assert (shown.open("Storms").name, shown.names_of("Zebras")) == ("Zebras", ["Zebras", "Storms"])


def test_libraries_are_listed_renamed_and_deleted_from_the_command_line(libraries, capsys):
    folder = libraries.make("Storms").store.folder
    assert main(["libraries"]) == 0
    assert capsys.readouterr().out == f"Storms\t{folder}\n"
    assert main(["libraries", "--rename", "Storms", " Zebras  of 2026"]) == 0
    assert capsys.readouterr().out == "the library Storms is called Zebras of 2026 now\n"
    assert main(["libraries", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"name": "Zebras of 2026", "folder": str(folder)}
    assert libraries.rename("Storms", "Gales").name == "Gales"  # whoever has it open need not know
    assert main(["libraries", "--delete", "Storms"]) == 0
    assert (capsys.readouterr().out, folder.exists(), shelved()) == ("deleted the library Gales\n", False, {})


@pytest.mark.parametrize(
    ("change", "said"),
    [(["--rename", "none", "Gales"], "no library of yours is called 'none'; there are: Storms"),
     (["--rename", "Storms", SEEDS], "is there already"), (["--delete", SEEDS], "no library of yours is called")],
)  # fmt: skip
def test_the_command_line_says_what_it_does_not_change(libraries, capsys, change, said):
    folder = libraries.make("Storms").store.folder
    assert main(["libraries", *change]) == 2
    assert said in capsys.readouterr().err
    assert shelved() == {"Storms": folder}


def test_the_users_own_library_is_renamed_and_stays_where_articles_go(libraries, tmp_path):
    own = libraries.to_add_to(SEEDS)
    libraries.rename(OWN, "News")
    assert (libraries.names(), libraries.to_add_to(SEEDS)) == (["News", SEEDS], own)
    assert Libraries(load_settings({})).first == "News"
    libraries.rename("News", OWN)
    assert libraries.names() == [OWN, SEEDS]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("Storms", "is there already"), ("seed articles", "is there already"), ("my articles", "is there already"),
     ("../x", "has 1 to 40"), ("", "has 1 to 40")],
)  # fmt: skip
def test_a_library_gets_no_name_that_is_taken_or_none(libraries, wanted, said):
    libraries.make("Storms")
    libraries.make("Zebras")
    with pytest.raises(InvalidInput, match=said):
        libraries.rename("Zebras", wanted)
    assert libraries.names() == [SEEDS, "Storms", "Zebras"]
    assert libraries.rename("Zebras", "ZEBRAS").name == "ZEBRAS"


def test_a_folder_that_was_copied_or_whose_names_are_broken_is_called_as_it_lies(libraries):
    folder = libraries.make("Storms").store.folder
    libraries.rename("Storms", "Zebras")
    shutil.copytree(folder, folder.with_name("Copy"))
    assert list(shelved()) == ["Copy", "Zebras"]
    shutil.copytree(folder, folder.with_name("Zebras"))
    assert list(shelved()) == ["Copy", "Zebras", "Zebras 2"]
    for broken in ("", "[]", "{}", "[1]", '"x"', "\ud800"):
        (folder / "names.json").write_bytes(broken.encode(errors="surrogatepass"))
        assert former_names(folder) == []
        assert "Storms" in shelved()


def test_a_library_that_is_deleted_is_gone_with_all_that_lay_beside_it(libraries, tmp_path):
    made = libraries.make("Storms")
    made.add_files([story(tmp_path)])
    libraries.rename("Storms", "Zebras")
    libraries.delete("Zebras")
    assert libraries.names() == [SEEDS]
    assert list(made.store.folder.parent.iterdir()) == []
    for name in ("Storms", "Zebras"):
        with pytest.raises(InvalidInput, match=f"the library {name} was deleted; choose another"):
            libraries.open(name)
    with pytest.raises(DatelineError, match=r"was moved, replaced or removed|was closed meanwhile"):
        made.pipeline.answer(ASKED)  # an evaluation that is under way
    with pytest.raises(DatelineError, match=r"was moved, replaced or removed|was closed meanwhile"):
        made.add_files([story(tmp_path)])
    assert not libraries.make("Zebras").store.stats().articles


def test_the_first_library_can_be_deleted(libraries, tmp_path):
    libraries.to_add_to(SEEDS).add_files([story(tmp_path)])
    again = Libraries(load_settings({}))
    again.delete(OWN)
    assert (again.first, again.names()) == (SEEDS, [SEEDS])
    assert again.to_add_to(SEEDS).store.stats().articles == 0


def test_the_first_library_is_another_process_s_to_rename_and_delete(libraries, tmp_path):
    libraries.to_add_to(SEEDS).add_files([story(tmp_path)])
    served = Libraries(load_settings({}))
    assert served.open(served.first).name == OWN
    main(["libraries", "--rename", OWN, "News"])
    assert (served.first, served.open(served.first).store.stats().articles) == ("News", 1)
    main(["libraries", "--delete", "News"])
    assert served.open(served.first).shows_seeds


def test_a_library_is_not_deleted_while_articles_come_in(libraries, tmp_path):
    made = libraries.make("Storms")
    refused = []

    def seen(_):
        with pytest.raises(InvalidInput, match="articles are being added to this library") as error:
            libraries.delete("Storms")
        refused.append(error)

    assert made.add_files([story(tmp_path)], seen=seen).articles.added == 1
    with ProcessLock(made.store.folder, WRITERS).held(), pytest.raises(InvalidInput, match="are being added"):
        libraries.delete("Storms")  # by another process
    assert (len(refused), made.pipeline.answer(ASKED).text) == (1, "Ottoline")


def test_nobody_waits_for_who_waits_to_open_a_library_that_is_being_written_to(libraries, tmp_path, monkeypatch):
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


@pytest.mark.parametrize("change", [lambda of, name: of.rename(name, "x"), lambda of, name: of.delete(name)])
def test_what_is_not_the_users_own_stays(libraries, tmp_path, change):
    folder = libraries.make("Storms").store.folder
    with pytest.raises(InvalidInput, match=r"can't be (renamed|deleted) here"):
        change(libraries, SEEDS)
    for served in (Libraries(load_settings({"library": str(folder)})), Libraries(load_settings({}), read_only=True)):
        assert not served.can_change("Storms")
        with pytest.raises(InvalidInput, match="the library Storms can't be"):
            change(served, "Storms")
    assert folder.is_dir()


@pytest.mark.parametrize("name", ["", "nothing", "../seeds", "/"])
def test_only_libraries_on_offer_are_opened(libraries, name):
    with pytest.raises(InvalidInput, match="no library is called"):
        libraries.open(name)


def test_where_a_library_is_named_it_alone_is_offered(libraries, tmp_path):
    libraries.make("Storms").add_files([story(tmp_path)])
    folder = tmp_path / "data" / "dateline" / "libraries" / "Storms"
    alone = Libraries(load_settings({"library": str(folder)}))
    assert (alone.names(), alone.can_make) == (["Storms"], False)
    assert alone.open("Storms").pipeline.answer(ASKED).text == "Ottoline"
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

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(STORY.encode())

        def log_message(self, *_):
            pass

    with web_site(Page) as server:
        yield f"{server.address}/zebra"


def test_the_page_fetches_nothing_from_the_network_around_it_unless_its_owner_says_so(libraries, intranet, tmp_path):
    own = libraries.to_add_to(SEEDS)
    [problem] = own.add_address(intranet).unreadable
    assert "is on a private network" in str(problem)
    (tmp_path / "map.xml").write_text(f"<urlset><url><loc>{intranet}</loc></url></urlset>")
    [problem] = own.add_files([tmp_path / "map.xml"]).unreadable
    assert "is on a private network" in str(problem)
    open_to_all = Libraries(load_settings({}), private_addresses=True)
    assert open_to_all.to_add_to(SEEDS).add_address(intranet).articles.added == 1


def test_refusals_are_sentences(libraries, tmp_path):
    seeds = libraries.open(SEEDS)
    with pytest.raises(InvalidInput, match="seed articles can't be removed"):
        seeds.remove(["storm-maren"])
    with pytest.raises(InvalidInput, match="seed articles can't be added to"):
        seeds.add_files([story(tmp_path)])
    (tmp_path / "a.exe").write_bytes(b"MZ")
    with pytest.raises(DatelineError, match="no kind that can be read"):
        libraries.to_add_to(SEEDS).add_files([tmp_path / "a.exe"])
