"""A library that stands in the folder of its articles, or is that folder."""

import pytest
from conftest import DAM

from embeddings.local import LocalStore
from embeddings.maintenance.backup import CARRIED_FILES, CARRIED_FOLDERS
from embeddings.sources import find_inputs, is_left_out


@pytest.mark.parametrize("place", ["archive/library", "archive"])
def test_what_a_library_keeps_is_no_article_of_the_folder_around_it(tmp_path, encoder, place):
    archive, library = tmp_path / "archive", tmp_path / place
    store = LocalStore(library, encoder, create=True)
    store.add([DAM])
    store.close()
    for name in ("growing.lock", *CARRIED_FILES, *(f"{folder}/deep/a.json" for folder in CARRIED_FOLDERS)):
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text("{}")
    article = archive / "runs" / "a.txt" if library != archive else archive / "a.txt"
    article.parent.mkdir(exist_ok=True)
    article.write_text("Dam opens\nThe dam opened.")
    assert {"lexical.json", "vectors.json"} <= {file.name for file in library.iterdir()}
    found = find_inputs([archive])
    assert [given.place for given in found.inputs] == [str(article)]
    assert set(found.of_libraries) == {library / folder for folder in CARRIED_FOLDERS}
    assert not found.passed_over
    assert find_inputs([archive, library / "uploads"]).of_libraries == (library / "runs",)
    assert [given.place for given in find_inputs([archive / "*", archive / "**/*.json"]).inputs] == [str(article)]
    assert [given.place for given in find_inputs([library / "uploads/*/*"]).inputs] == [
        str(library / "uploads/deep/a.json")
    ]
    assert [given.name for given in find_inputs([library / "uploads"]).inputs] == [str(library / "uploads/deep/a.json")]
    seen = [file for file in archive.rglob("*.json*") if not is_left_out(file, archive)]
    assert not seen
    assert not is_left_out(article, archive)
