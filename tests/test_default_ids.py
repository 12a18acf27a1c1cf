"""Ids of articles that have none of their own: what they are made of, and that they stay."""

from __future__ import annotations

import shutil
import zipfile

import pytest

from embeddings.ingest import ingest
from embeddings.local import LocalStore
from embeddings.sources import find_inputs, read_articles

DAM, STRIKE, ROW = "dam-63c66d47", "strike-6343d6ad", "rows-4680db90:2"


@pytest.fixture
def store(tmp_path, encoder):
    opened = LocalStore(tmp_path / "library", encoder, create=True)
    yield opened
    opened.close()


def add(store, *places):
    return ingest(store, find_inputs(places).inputs)


def held(store):
    return {article.id: article.text for article in store.articles()}


def write(folder, **texts):
    (folder / "2021").mkdir(parents=True)
    for name, text in texts.items():
        (folder / "2021" / f"{name}.txt").write_text(text)
    return folder


def fill(folder):
    write(folder, dam="The dam opened.")
    (folder / "rows.csv").write_text("text\nThe bridge closed.\n")
    with zipfile.ZipFile(folder / "pack.zip", "w") as packed:
        packed.writestr("port/strike.md", "The strike ended.")
    return folder


def test_they_are_the_same_wherever_the_folder_stands(tmp_path):
    places = [fill(tmp_path / "one" / "news"), fill(tmp_path / "another" / "place" / "articles")]
    ids = [[article.id for article in read_articles(find_inputs([place]).inputs)] for place in places]
    assert ids[0] == ids[1] == [DAM, STRIKE, ROW]


def test_files_of_one_name_get_different_ones_and_keep_them(store, tmp_path):
    one, other = write(tmp_path / "a", dam="The dam opened."), write(tmp_path / "b", dam="The dam broke.")
    add(store, one)
    [first] = held(store)
    assert add(store, other).unreadable == ()
    assert sorted(held(store).values()) == ["The dam broke.", "The dam opened."]
    (one / "2021" / "dam.txt").write_text("The dam opened again.")
    (other / "2021" / "dam.txt").write_text("The dam broke again.")
    report = add(store, other, one)
    assert (report.articles.updated, report.removed) == (2, 0)
    assert held(store)[first] == "The dam opened again."


def test_two_in_one_run_of_one_name_both_go_in(store, tmp_path):
    add(store, write(tmp_path / "a", dam="The dam opened."), write(tmp_path / "b", dam="The dam broke."))
    assert len(held(store)) == 2


def test_a_folder_that_was_moved_is_known_by_what_its_files_hold(store, tmp_path):
    folder = fill(tmp_path / "news")
    add(store, folder)
    store.remove([STRIKE])
    before = held(store)
    moved = folder.rename(tmp_path / "archive")
    report = add(store, moved / "2021", moved / "pack.zip", moved / "rows.csv")
    assert (report.skipped, held(store)) == (3, before)
    (moved / "2021" / "dam.txt").write_text("The dam opened again.")
    add(store, moved)
    assert held(store) == {**before, DAM: "The dam opened again."}


def test_what_is_gone_and_something_else_of_its_name_are_two(store, tmp_path):
    add(store, write(tmp_path / "share", dam="The dam opened."))
    shutil.rmtree(tmp_path / "share")
    add(store, write(tmp_path / "other", dam="The dam broke."))
    assert sorted(held(store).values()) == ["The dam broke.", "The dam opened."]
    write(tmp_path / "share", dam="The dam opened.")  # it was a share that dropped
    assert add(store, tmp_path / "share").skipped == 1


def test_an_article_whose_file_gives_it_another_id_stays(store, tmp_path):
    file = tmp_path / "dam.md"
    for article_id in ("first", "second"):
        file.write_text(f"---\nid: {article_id}\n---\nThe dam opened.")
        report = add(store, file)
        assert (held(store), report.articles.duplicates) == ({article_id: "The dam opened."}, {})
    assert (report.articles.added, report.removed, add(store, file).skipped) == (1, 1, 1)


def test_what_was_said_under_one_name_goes_to_another_and_makes_room(store, tmp_path):
    latest, kept = tmp_path / "latest.txt", tmp_path / "2021-06-08.txt"
    latest.write_text("The dam opened.")
    add(store, tmp_path)
    latest.rename(kept)
    latest.write_text("The dam broke.")
    report = add(store, kept, latest)
    assert sorted(held(store).values()) == ["The dam broke.", "The dam opened."]
    assert (report.articles.added, report.articles.updated, report.articles.duplicates) == (1, 1, {})


@pytest.mark.parametrize("part", ["2021", "2021/dam.txt"])
def test_part_of_a_folder_that_was_named_before_is_known_as_in_the_whole(tmp_path, part):
    folder = fill(tmp_path / "news")
    found = find_inputs([folder / part], under=[folder]).inputs
    assert [article.id for article in read_articles(found)] == [DAM]


def test_a_link_is_known_by_what_it_leads_to(tmp_path):
    folder = write(tmp_path / "news", dam="The dam opened.")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "other.txt").symlink_to(folder / "2021" / "dam.txt")
    [by_link] = find_inputs([tmp_path / "links"]).inputs
    [by_name] = find_inputs([folder / "2021"]).inputs
    assert by_link.id == by_name.id


def test_an_id_is_free_once_the_article_that_had_it_was_removed_by_hand(store, tmp_path):
    (first := tmp_path / "b.jsonl").write_text('{"id": "x", "text": "One."}\n')
    (second := tmp_path / "c.jsonl").write_text('{"id": "x", "text": "One, corrected."}\n')
    add(store, first)
    [problem] = add(store, first, second).unreadable
    assert "or remove the older version first" in str(problem)
    store.remove(["x"])
    for _ in range(2):
        assert not add(store, first, second).unreadable
        assert held(store) == {"x": "One, corrected."}
