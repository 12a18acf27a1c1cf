"""The libraries that a page makes: named, renamed, deleted, also by programs and from the command line."""

import errno
import json
import shutil

import pytest
from stories import ZEBRA, ZEBRA_ASKED, zebra_story

from embeddings.documents import Article
from embeddings.errors import DatelineError, InvalidInput
from embeddings.locking import WRITERS, ProcessLock
from qa.cli import main
from qa.evaluation.labels import Label
from qa.libraries.shelf import OWN, SEEDS, former_names, shelved
from qa.libraries.workspace import Libraries
from qa.settings import load_settings


def test_libraries_made_by_name_are_apart_and_there_the_next_time(libraries, tmp_path):
    made = libraries.make("  Elections   2026 ")
    made.add_files([zebra_story(tmp_path)])
    again = Libraries(load_settings({}))
    assert again.names() == [SEEDS, "Elections 2026"]
    assert again.open("Elections 2026").pipeline.answer(ZEBRA_ASKED).text == "Ottoline"
    assert not again.open(SEEDS).pipeline.answer(ZEBRA_ASKED).found


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
    made.add_files([zebra_story(tmp_path)])
    asked = made.pipeline.answer(ZEBRA_ASKED)
    made.keep_label(Label.of(asked, "right"))
    renamed = libraries.rename("Storms", "  Zebras  of 2026 ")
    assert renamed is made is libraries.open("Zebras of 2026") is libraries.open("Storms")
    assert (renamed.name, libraries.names()) == ("Zebras of 2026", [SEEDS, "Zebras of 2026"])
    assert made.pipeline.answer(ZEBRA_ASKED).text == "Ottoline"
    assert made.add_files([zebra_story(tmp_path / "b", ZEBRA.replace("Ottoline", "Basil"))]).articles.updated == 1
    again = Libraries(load_settings({}))
    assert (again.names(), again.called("Storms")) == ([SEEDS, "Zebras of 2026"], "Zebras of 2026")
    assert again.names_of("Zebras of 2026") == ["Zebras of 2026", "Storms"]
    assert (again.open("Storms").store.folder / "labels.jsonl").is_file()
    assert again.open("Storms").pipeline.answer(ZEBRA_ASKED).text == "Basil"
    again.rename("Storms", "Storms")
    assert again.names_of("Storms") == ["Storms", "Zebras of 2026"]


def test_an_old_name_can_be_given_to_another_library(libraries):
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
        patched.setattr("qa.atomic.replace_durably", full)
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
    assert main(["libraries"]) == 0
    said = capsys.readouterr()
    assert (said.out, "you have no library yet" in said.err) == ("", True)


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


def test_the_users_own_library_is_renamed_and_stays_where_articles_go(libraries):
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
    made.add_files([zebra_story(tmp_path)])
    libraries.rename("Storms", "Zebras")
    libraries.delete("Zebras")
    assert libraries.names() == [SEEDS]
    assert list(made.store.folder.parent.iterdir()) == []
    for name in ("Storms", "Zebras"):
        with pytest.raises(InvalidInput, match=f"the library {name} was deleted; choose another"):
            libraries.open(name)
    with pytest.raises(DatelineError, match=r"was moved, replaced or removed|was closed meanwhile"):
        made.pipeline.answer(ZEBRA_ASKED)  # an evaluation that is under way
    with pytest.raises(DatelineError, match=r"was moved, replaced or removed|was closed meanwhile"):
        made.add_files([zebra_story(tmp_path)])
    assert not libraries.make("Zebras").store.stats().articles


def test_the_first_library_can_be_deleted(libraries, tmp_path):
    libraries.to_add_to(SEEDS).add_files([zebra_story(tmp_path)])
    again = Libraries(load_settings({}))
    again.delete(OWN)
    assert (again.first, again.names()) == (SEEDS, [SEEDS])
    assert again.to_add_to(SEEDS).store.stats().articles == 0


def test_the_first_library_is_another_process_s_to_rename_and_delete(libraries, tmp_path):
    libraries.to_add_to(SEEDS).add_files([zebra_story(tmp_path)])
    served = Libraries(load_settings({}))
    assert served.open(served.first).name == OWN
    main(["libraries", "--rename", OWN, "News"])
    assert (served.first, served.open(served.first).store.stats().articles) == ("News", 1)
    main(["libraries", "--delete", "News"])
    assert served.open(served.first).shows_seeds


def test_what_another_process_renames_and_deletes_is_followed(libraries):
    for name in ("Storms", "Zebras"):
        libraries.make(name).add_articles([Article(name, name, f"A story of {name}.")])

    def ids(name):
        return [article.id for article in libraries.open(name).store.articles()]

    for name, wanted in (("Storms", "Gales"), ("Zebras", "Storms"), ("Gales", "Zebras")):
        main(["libraries", "--rename", name, wanted])
    assert (ids("Storms"), ids("Zebras")) == (["Zebras"], ["Storms"])
    main(["libraries", "--delete", "Storms"])
    with pytest.raises(InvalidInput, match="the library Storms was deleted; choose another"):
        libraries.delete("Storms")
    assert libraries.make("Storms").store.stats().articles == 0
    assert ids("Zebras") == ["Storms"]


def test_a_program_that_deletes_twice_deletes_no_other_library_that_was_called_so_once(libraries):
    libraries.make("Storms")
    libraries.rename("Storms", "Zebras")
    libraries.make("Storms")
    libraries.delete("Storms")
    with pytest.raises(InvalidInput, match="the library Storms was deleted"):
        libraries.delete("Storms")
    assert libraries.names() == [SEEDS, "Zebras"]
    libraries.rename("Zebras", "Storms")
    libraries.rename("Storms", "Zebras")
    assert libraries.open("Storms").name == "Zebras"


def test_a_library_is_not_deleted_while_articles_come_in(libraries, tmp_path):
    made = libraries.make("Storms")
    refused = []

    def seen(_):
        with pytest.raises(InvalidInput, match="articles are being added to this library") as error:
            libraries.delete("Storms")
        refused.append(error)

    assert made.add_files([zebra_story(tmp_path)], seen=seen).articles.added == 1
    with ProcessLock(made.store.folder, WRITERS).held(), pytest.raises(InvalidInput, match="are being added"):
        libraries.delete("Storms")  # by another process
    assert (len(refused), made.pipeline.answer(ZEBRA_ASKED).text) == (1, "Ottoline")


@pytest.mark.parametrize("change", [lambda of, name: of.rename(name, "x"), lambda of, name: of.delete(name)])
def test_what_is_not_the_users_own_stays(libraries, change):
    folder = libraries.make("Storms").store.folder
    with pytest.raises(InvalidInput, match=r"can't be (renamed|deleted) here"):
        change(libraries, SEEDS)
    for served in (Libraries(load_settings({"library": str(folder)})), Libraries(load_settings({}), read_only=True)):
        assert not served.can_change("Storms")
        with pytest.raises(InvalidInput, match="the library Storms can't be"):
            change(served, "Storms")
    assert folder.is_dir()
