"""What stands in a folder of articles besides, put there by programs."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from embeddings.errors import DatelineError
from embeddings.ingest import ingest
from embeddings.local import LocalStore
from embeddings.sources import find_inputs, is_left_out
from qa.commands import watching


def test_the_parts_of_a_saved_page_and_notes_of_word_are_no_articles(tmp_path):
    for name in (
        "Dam opens.html",
        "Dam opens_files/frame.html",
        "old_files/dam.html",
        "~$dam.docx",
        "old_files/~$a/b.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("The dam opened on Tuesday.")
    found = find_inputs([tmp_path])
    assert [given.relative for given in found.inputs] == ["Dam opens.html", str(Path("old_files", "dam.html"))]
    assert not found.passed_over
    files = sorted(given.place for given in found.inputs)
    assert sorted(given.place for given in find_inputs([tmp_path / "**/*.*"]).inputs) == files
    seen = [file for file in tmp_path.rglob("*.*") if file.is_file() and not is_left_out(file, tmp_path)]
    assert sorted(map(str, seen)) == files


def test_a_file_that_was_moved_and_changed_is_the_one_that_it_was(tmp_path, encoder):
    """As where a library was restored on another machine, whose exports stand elsewhere."""

    def run(name, *ids):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("".join(f'{{"id": "{one}", "text": "{one} fell."}}\n' for one in ids))
        report = ingest(store, find_inputs([tmp_path / name]).inputs)
        return report.removed, "".join(sorted(article.id for article in store.articles()))

    store = LocalStore(tmp_path / "library", encoder, create=True)
    assert run("old/cms.jsonl", "a", "b", "c") == (0, "abc")
    (tmp_path / "old").rename(tmp_path / "gone")
    assert run("new/other.jsonl", "b", "c") == (0, "abc")  # of another name
    (tmp_path / "new").rename(tmp_path / "gone2")
    assert run("newer/cms.jsonl", "c") == (0, "abc")  # too little of it
    assert run("newest/cms.jsonl", "b", "c", "d") == (1, "bcd")
    assert run("newest/cms.jsonl", "d") == (0, "bcd")  # others gave those, too
    store.close()


def test_a_link_to_a_folder_is_not_followed_but_named(tmp_path):
    archive, elsewhere = tmp_path / "archive", tmp_path / "elsewhere"
    for folder in (archive, elsewhere):
        folder.mkdir()
        (folder / "dam.txt").write_text(f"It rained in the {folder.name}.")
    link = archive / "2021"
    link.symlink_to(elsewhere)
    (archive / ".hidden").symlink_to(elsewhere)
    found = find_inputs([archive])
    assert ([given.name for given in found.inputs], found.linked) == ([str(archive / "dam.txt")], (link,))
    (archive / "dam.txt").unlink()
    with pytest.raises(DatelineError, match=f"but a link to another folder; name it to index it: {link}"):
        find_inputs([archive])
    both = find_inputs([archive, link])
    assert (len(both.inputs), both.linked) == (1, ())


def test_links_are_not_compared_with_each_file(tmp_path, monkeypatch):
    (archive := tmp_path / "archive").mkdir()
    (elsewhere := tmp_path / "elsewhere").mkdir()
    for number in range(20):
        (archive / f"{number}.txt").write_text("It rained.")
        (archive / f"link{number}").symlink_to(elsewhere)
    compared, is_relative_to = [], Path.is_relative_to
    monkeypatch.setattr(Path, "is_relative_to", lambda *paths: compared.append(1) or is_relative_to(*paths))
    found = find_inputs([archive])
    assert (len(found.inputs), len(found.linked)) == (20, 20)
    assert len(compared) < 20


def test_a_watch_goes_on_after_what_could_not_be_done_but_not_without_its_library(tmp_path, monkeypatch, capsys):
    steps, pauses = iter([DatelineError("the disk is full; free some space and try again"), False]), []

    def step(*_, **__):
        if isinstance(now := next(steps, DatelineError("it was removed")), DatelineError):
            raise now
        return now

    monkeypatch.setattr(watching, "_watch", step)
    monkeypatch.setattr(watching.time, "sleep", pauses.append)
    store = SimpleNamespace(is_in_place=True)
    watched = watching.Watched(store, [tmp_path], list, frozenset())
    watching.watch(watched)
    assert pauses == [watching.AGAIN_SECONDS]
    assert capsys.readouterr().err == (
        "dateline: the disk is full; free some space and try again (the watch tries again in 30 s)\n"
    )
    store.is_in_place = False
    with pytest.raises(DatelineError, match="it was removed"):
        watching.watch(watched)
