"""Pipelines that `answer` and `converse` share, and the seeds that they are opened on."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from embeddings.local import LocalStore
from qa import answer
from qa.build import open_store, seeds_folder, shared_pipeline
from qa.cli import main
from qa.settings import load_settings


@pytest.fixture
def one_seed(tmp_path, monkeypatch):
    """A seed article alone, so that nobody waits for all of them, and no library of anyone yet."""
    folder = tmp_path / "seeds" / "articles"
    folder.mkdir(parents=True)
    shutil.copy(seeds_folder() / "articles" / "000_f4a296dbab405d5d.txt", folder)
    monkeypatch.setattr("qa.build.seeds_folder", lambda: folder.parent)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.mark.usefixtures("one_seed")
def test_threads_that_ask_at_once_for_the_first_time_open_one_library(tmp_path):
    settings = load_settings({"threads": 1})  # which no other test has opened
    with ThreadPoolExecutor(3) as threads:
        pipelines = list(threads.map(shared_pipeline, [settings] * 3))
    assert len({id(pipeline.retriever) for pipeline in pipelines}) == 1
    assert list((tmp_path / "cache" / "dateline").iterdir()) == [pipelines[0].retriever.store.folder]


@pytest.mark.usefixtures("one_seed")
def test_the_seeds_are_made_again_where_their_folder_was_cleared(tmp_path):
    settings = load_settings({"threads": 2})
    pipeline = shared_pipeline(settings)
    shutil.rmtree(tmp_path / "cache")
    again = shared_pipeline(settings).retriever
    assert again is not pipeline.retriever
    assert again.store.lexical(["delegation"], 1)[0]
    assert shared_pipeline(settings).retriever is again


def test_what_is_asked_otherwise_or_elsewhere_loads_no_models_again(tmp_path):
    pipeline = shared_pipeline(load_settings({}))
    settings = load_settings({"k": 3, "top": 7, "threshold": 0.9})
    other = shared_pipeline(settings)
    assert (other.k, other.top, other.threshold) == (3, 7, 0.9)
    assert other.retriever is pipeline.retriever
    own = load_settings({"library": tmp_path / "library"})
    open_store(own, create=True).close()
    elsewhere = shared_pipeline(own)
    assert elsewhere.retriever.store.folder == tmp_path / "library"
    assert elsewhere.reader is pipeline.reader
    assert (pipeline.k, pipeline.top, pipeline.threshold) == (None, 3, pipeline.calibrator.threshold)


def test_seeds_whose_indexing_was_stopped_leave_nothing_behind(tmp_path, monkeypatch):
    def stopped(self, articles):
        raise KeyboardInterrupt

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(LocalStore, "add", stopped)
    with pytest.raises(KeyboardInterrupt):
        open_store(load_settings({}))
    assert list((tmp_path / "cache" / "dateline").iterdir()) == []


def test_what_is_shared_is_of_the_library_that_is_there_now(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    story = tmp_path / "a.txt"
    found = []
    for name in ("Ana Reyes", "Max Holm"):
        story.write_text(f"The mayor of Sorrel is {name}. The vote was on Monday.")
        assert main(["index", str(story), "--library", str(tmp_path / name / "lib")]) == 0
        monkeypatch.chdir(tmp_path / name)
        found.append(answer("Who is the mayor of Sorrel?", library="lib").text)
    shutil.rmtree(tmp_path / "Ana Reyes" / "lib")
    (tmp_path / "Max Holm" / "lib").rename(tmp_path / "Ana Reyes" / "lib")
    monkeypatch.chdir(tmp_path / "Ana Reyes")
    found.append(answer("Who is the mayor of Sorrel?", library="lib").text)
    assert found == ["Ana Reyes", "Max Holm", "Max Holm"]
    assert "Reyes" not in answer("Who is the mayor of Sorrel?").text  # the seeds
    assert main(["index", str(story)]) == 0
    assert answer("Who is the mayor of Sorrel?").text == "Max Holm"  # which an own library takes the place of
