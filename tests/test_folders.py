"""What stands in a folder of articles besides, put there by programs."""

from pathlib import Path

import pytest

from embeddings.errors import DatelineError
from embeddings.sources import find_inputs, is_left_out


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
