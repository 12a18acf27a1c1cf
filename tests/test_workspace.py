"""The library that a page works on: the seeds stay, the user's own articles take their place."""

import pytest

from embeddings.errors import DatelineError, InvalidInput
from qa.settings import load_settings
from qa.workspace import Workspace

STORY = "Zebra wins the Grand Prix\n\nA zebra named Ottoline won the Grand Prix of Tarn on Sunday.\n"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Workspace(load_settings({}))


def story(folder, text=STORY):
    folder.mkdir(exist_ok=True)
    (folder / "zebra.txt").write_text(text)
    return folder / "zebra.txt"


def test_the_first_upload_opens_a_library_of_the_users_own(workspace, tmp_path):
    seeds, before = workspace.store, workspace.store.stats()
    report = workspace.add_files([story(tmp_path)])
    assert report.articles.added == 1
    assert workspace.pipeline.answer("Which zebra won the Grand Prix of Tarn?").text == "Ottoline"
    assert seeds.stats() == before
    (tmp_path / "zebra.txt").unlink()  # an upload's own file does not stay
    assert workspace.store.get(next(iter(workspace.store.articles())).id).text.endswith("on Sunday.\n")


def test_a_file_of_the_same_name_replaces_the_one_before(workspace, tmp_path):
    workspace.add_files([story(tmp_path / "a")])
    report = workspace.add_files([story(tmp_path / "b", STORY.replace("Ottoline", "Basil"))])
    assert report.articles.updated == 1
    assert workspace.pipeline.answer("Which zebra won the Grand Prix of Tarn?").text == "Basil"


def test_what_was_removed_answers_no_more(workspace, tmp_path):
    workspace.add_files([story(tmp_path)])
    (article,) = workspace.store.articles()
    assert workspace.remove([article.id]) == 1
    assert not workspace.pipeline.answer("Which zebra won the Grand Prix of Tarn?").found


def test_a_file_that_holds_nothing_leaves_the_seeds_open(workspace, tmp_path):
    report = workspace.add_files([story(tmp_path, "")])
    assert len(report.unreadable) == 1
    assert workspace.shows_seeds


@pytest.mark.parametrize("address", ["/etc/passwd", "file:///etc/passwd", "zebra.txt", ""])
def test_only_addresses_on_the_web_are_fetched(workspace, address):
    with pytest.raises(InvalidInput, match="begins with http"):
        workspace.add_address(address)


def test_refusals_are_sentences(workspace, tmp_path):
    with pytest.raises(InvalidInput, match="seed articles can't be removed"):
        workspace.remove(["storm-maren"])
    (tmp_path / "a.exe").write_bytes(b"MZ")
    with pytest.raises(DatelineError, match="no kind that can be read"):
        workspace.add_files([tmp_path / "a.exe"])
