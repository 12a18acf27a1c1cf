"""Files and a library in step: only what changed is read, what went goes, and what can't be read costs nothing."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress

import pytest

from embeddings.errors import DatelineError
from embeddings.forgetting import cut_off, forget
from embeddings.ingest import expected, ingest
from embeddings.local import LocalStore
from embeddings.sources import find_inputs
from qa.cli import main
from qa.presentation import in_counts


@pytest.fixture
def store(tmp_path, encoder):
    store = LocalStore(tmp_path / "library", encoder, create=True)
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("Dam opens\nThe dam opened.")
    (folder / "b.jsonl").write_text('{"id": "x", "text": "One."}\n{"id": "y", "text": "Two."}\n')
    return folder


def run(store, folder, **options):
    return ingest(store, find_inputs([folder]).inputs, **options)


def ids(store):
    return {article.id.split("-")[0] for article in store.articles()}


def test_a_second_run_reads_only_what_changed(store, folder):
    seen = []
    assert run(store, folder, seen=seen.append).articles.added == 3
    assert len(seen) == 3
    report = run(store, folder, seen=seen.append)
    assert (report.skipped, report.articles.unchanged, len(seen)) == (2, 0, 3)
    (folder / "a.txt").write_text("Dam closes\nThe dam closed.")
    report = run(store, folder)
    assert (report.skipped, report.articles.updated, report.removed) == (1, 1, 0)


def test_a_run_that_was_stopped_removes_the_rest_the_next_time(store, folder):
    (folder / "c.jsonl").write_text('{"id": "z", "text": "Three."}\n')
    run(store, folder)
    (folder / "b.jsonl").write_text('{"id": "y", "text": "Two."}\n')
    (folder / "c.jsonl").write_text('{"id": "z", "text": "Three."}\n{"id": "w", "text": "Four."}\n')

    def stop(item):
        if item.id == "w":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(store, folder, seen=stop)
    assert run(store, folder).removed == 1
    assert ids(store) == {"a", "w", "y", "z"}


def test_what_could_not_be_removed_is_the_next_time(store, folder, monkeypatch):
    run(store, folder)
    (folder / "a.txt").unlink()

    def busy(ids):
        raise DatelineError("another process is writing")

    with monkeypatch.context() as patch:
        patch.setattr(store, "remove", busy)
        with pytest.raises(DatelineError):
            forget(store, folder)
    assert forget(store, folder) == 1
    assert ids(store) == {"x", "y"}
    assert {record.articles for record in store.files()} == {("x", "y")}


def test_what_a_file_holds_no_more_is_removed(store, folder):
    run(store, folder)
    (folder / "b.jsonl").write_text('{"id": "y", "text": "Two."}\n')
    assert run(store, folder).removed == 1
    assert ids(store) == {"a", "y"}


def test_an_article_that_moved_to_another_file_stays(store, folder):
    run(store, folder)
    (folder / "b.jsonl").write_text('{"id": "y", "text": "Two."}\n')
    (folder / "c.jsonl").write_text('{"id": "x", "text": "One."}\n')
    assert run(store, folder).removed == 0
    assert ids(store) == {"a", "x", "y"}


def test_an_article_that_a_file_of_another_run_holds_too_stays(store, folder, tmp_path):
    run(store, folder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.jsonl").write_text('{"id": "x", "text": "One."}\n')
    run(store, other)
    (folder / "b.jsonl").write_text('{"id": "y", "text": "Two."}\n')
    assert run(store, folder).removed == 0
    assert ids(store) == {"a", "x", "y"}
    (other / "c.jsonl").write_text('{"id": "z", "text": "Three."}\n')
    assert run(store, other).removed == 1
    assert ids(store) == {"a", "y", "z"}


def test_what_cannot_be_read_any_more_costs_nothing_and_is_named_each_time(store, folder):
    run(store, folder)
    (folder / "b.jsonl").write_text('{"id": "x", "text": "One."}\n{"id": \n')
    for _ in range(2):
        report = run(store, folder)
        assert "b.jsonl, line 2" in str(report.unreadable[0])
        assert (report.removed, report.stayed) == (0, 1)
        assert "1 kept, as their file could not be read whole" in in_counts(report)
        assert ids(store) == {"a", "x", "y"}


def test_other_columns_are_read_anew_and_those_once_named_hold(store, tmp_path):
    (tmp_path / "t.csv").write_text("text,main\nteaser.,The story.\n")
    for columns, text in (({}, "teaser."), ({"text": "main"}, "The story."), ({}, "The story.")):
        ingest(store, find_inputs([tmp_path / "t.csv"], columns=columns).inputs)
        assert [article.text for article in store.articles()] == [text]


def test_columns_once_named_hold_where_not_all_could_be_read(store, tmp_path):
    (file := tmp_path / "t.csv").write_text("id,name,text\n1,a,The story.\n2,b,\n")
    runs = [ingest(store, find_inputs([file], columns=columns).inputs) for columns in ({"id": "name"}, {})]
    assert ([len(run.unreadable) for run in runs], ids(store)) == ([1, 0], {"a"})


def test_dates_that_may_mean_two_days_are_read_anew_once_it_is_said_which(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("text,date\nIt rained.,03/04/2021\n")
    index = ["index", str(tmp_path / "t.csv"), "--library", str(tmp_path / "library")]
    assert main(index) == 2
    said = capsys.readouterr()
    assert "may mean two days; write it as 2021-06-08 or give --dates" in said.err
    assert said.out.splitlines()[0] == "1 added, 1 with trouble"
    assert main([*index, "--dates", "day-first"]) == main(index) == 0
    assert main(["articles", "--library", str(tmp_path / "library")]) == 0
    assert "3 April 2021" in capsys.readouterr().out


def test_files_that_are_gone_take_their_articles_along(store, folder):
    run(store, folder)
    (folder / "b.jsonl").unlink()
    assert forget(store, folder.parent / "elsewhere") == 0
    assert forget(store, folder) == 2
    assert ids(store) == {"a"}
    (folder / "b.jsonl").write_text('{"id": "x", "text": "One."}\n')
    assert run(store, folder).articles.added == 1


def test_indexing_a_folder_again_takes_along_what_is_gone_from_it(folder, tmp_path, capsys):
    library = ["--library", str(tmp_path / "library")]
    assert main(["index", str(folder), *library]) == 0
    (folder / "a.txt").rename(folder / "renamed.txt")
    (folder / "b.jsonl").unlink()
    capsys.readouterr()
    assert main(["index", str(folder), *library]) == 0
    said = capsys.readouterr().out
    assert "removed 2 articles of files that are gone" in said
    assert "1 file or page as it was" in said
    assert "holds 1 article in" in said


@pytest.mark.parametrize("left", ["nothing", "an empty folder", "hidden and other files"])
def test_a_folder_that_is_gone_or_empty_as_a_whole_takes_nothing_along(store, folder, left):
    run(store, folder)
    shutil.rmtree(folder)
    if left != "nothing":
        folder.mkdir()
    if left == "hidden and other files":
        (folder / ".a.txt").write_text("Hidden.")
        (folder / "lost+found.png").write_bytes(b"x")
    assert (cut_off(store, folder), forget(store, folder)) == (3, 0)
    assert ids(store) == {"a", "x", "y"}
    folder.mkdir(exist_ok=True)
    (folder / "a.txt").write_text("Dam opens\nThe dam opened.")
    assert (cut_off(store, folder), forget(store, folder)) == (0, 2)


def test_of_two_folders_the_empty_one_is_named_and_keeps_its_articles(folder, tmp_path, capsys):
    other, library = tmp_path / "other", ["--library", str(tmp_path / "library")]
    other.mkdir()
    (other / "c.txt").write_text("Storm hits\nThe storm hit.")
    assert main(["index", str(folder), str(other), *library]) == 0
    (other / "c.txt").unlink()
    capsys.readouterr()
    assert main(["index", str(folder), str(other), *library]) == 2
    said = capsys.readouterr()
    assert f"{other} is gone or empty; its 1 article stays" in said.err
    assert "dateline articles --remove ID" in said.err
    assert "holds 4 articles" in said.out


def test_a_copy_takes_the_place_of_what_it_copies(store, folder):
    run(store, folder)
    (folder / "copy.txt").write_text((folder / "a.txt").read_text())
    assert len(run(store, folder).articles.duplicates) == 1
    (folder / "a.txt").unlink()
    assert forget(store, folder) == 1
    assert run(store, folder).articles.added == 1
    assert ids(store) == {"copy", "x", "y"}


def test_an_id_that_another_file_uses_is_refused_in_a_later_run_as_in_the_same(store, folder):
    run(store, folder)
    (folder / "c.jsonl").write_text('{"id": "x", "text": "Another story."}\n{"id": "z", "text": "Three."}\n')
    for _ in range(2):  # it is named each time
        report = run(store, folder)
        [problem] = report.unreadable
        assert str(problem) == (
            f"{folder / 'c.jsonl'}: the id 'x' was used already, in {folder / 'b.jsonl'}; give each article "
            "its own, or remove the older version first"
        )
        assert (store.get("x").text, ids(store)) == ("One.", {"a", "x", "y", "z"})
    (folder / "c.jsonl").unlink()
    assert forget(store, folder) == 1
    assert not run(store, folder).unreadable
    assert (store.get("x").text, ids(store)) == ("One.", {"a", "x", "y"})


def test_an_id_is_free_once_the_file_that_used_it_has_changed_or_is_gone(store, folder):
    run(store, folder)
    # "x" moves to a file that is read before, and is edited on its way
    (folder / "b.jsonl").write_text('{"id": "y", "text": "Two."}\n')
    (folder / "a.jsonl").write_text('{"id": "x", "text": "One, edited."}\n')
    assert not run(store, folder).unreadable
    assert store.get("x").text == "One, edited."
    (folder / "b.jsonl").unlink()
    (folder / "d.jsonl").write_text('{"id": "y", "text": "Two, edited."}\n')
    assert not run(store, folder).unreadable
    assert store.get("y").text == "Two, edited."


def test_two_files_that_share_an_article_can_both_be_edited(store, folder, tmp_path):
    run(store, folder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.jsonl").write_text('{"id": "x", "text": "One."}\n')
    assert not run(store, other).unreadable
    (other / "c.jsonl").write_text('{"id": "x", "text": "One, edited."}\n')
    assert len(run(store, other).unreadable) == 1  # the other file still says what it said
    (folder / "b.jsonl").write_text('{"id": "x", "text": "One, edited."}\n{"id": "y", "text": "Two."}\n')
    assert not run(store, folder).unreadable
    assert not run(store, other).unreadable
    assert store.get("x").text == "One, edited."


def test_an_article_that_was_removed_by_hand_stays_away_until_its_file_changes(store, folder):
    run(store, folder)
    store.remove(["x"])
    run(store, folder)
    assert ids(store) == {"a", "y"}
    with (folder / "b.jsonl").open("a") as stream:
        stream.write("\n")
    run(store, folder)
    assert ids(store) == {"a", "x", "y"}


@pytest.mark.parametrize("trouble", ["date: soon", "date: 03/04/2022"])
def test_what_went_in_without_a_date_is_remembered_like_any_other(store, tmp_path, trouble):
    file = tmp_path / "fair.md"
    file.write_text(f"---\nid: fair\n{trouble}\n---\nThe fair opened.\n")
    assert len(ingest(store, find_inputs([file]).inputs).unreadable) == 1
    store.remove(["fair"])
    assert ingest(store, find_inputs([file]).inputs).skipped == 1
    assert ids(store) == set()


def test_a_bad_row_costs_itself_alone_also_in_what_is_remembered(store, tmp_path):
    file = tmp_path / "t.jsonl"
    file.write_text('{"id": "a", "text": "One."}\n{"id": "b", "text": "Two."}\n{"id": "c", "tex\n')
    for _ in range(2):
        report = ingest(store, find_inputs([file]).inputs)
        assert [str(item.line) for item in report.unreadable] == ["3"]  # named each time
        assert (ids(store), report.stayed) == ({"a", "b"}, 0)
    store.remove(["a"])
    ingest(store, find_inputs([file]).inputs)
    assert ids(store) == {"b"}  # what was removed by hand stays away
    file.write_text('{"id": "a", "text": "One."}\n{"id": "b", "text": "Two."}\n{"id": "c", "text": "Three."}\n')
    ingest(store, find_inputs([file]).inputs)
    assert ids(store) == {"a", "b", "c"}
    file.unlink()
    (tmp_path / "other.txt").write_text("It stays.")
    assert forget(store, tmp_path) == 3


def test_stopped_midway_it_goes_on_with_the_rest(store, folder):
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(f"Story number {number}.")

    def stop(_, count=[0]):  # noqa: B006 - counts over calls
        count[0] += 1
        if count[0] == 36:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(store, folder, seen=stop)
    assert store.stats().articles == 32
    report = run(store, folder)
    assert (report.skipped, store.stats().articles) == (32, 43)


def test_how_many_articles_to_expect(folder, tmp_path):
    (tmp_path / "t.csv").write_text("text\nOne.\n")
    counts = [expected(given) for given in find_inputs([folder, tmp_path / "t.csv"]).inputs]
    assert counts == [1, 2, None]


@pytest.mark.parametrize(("known", "age"), [(1, "an older"), (99, "a newer")])
def test_a_library_of_another_format_is_refused(tmp_path, encoder, known, age):
    LocalStore(tmp_path / "other", encoder, create=True).close()
    with closing(sqlite3.connect(tmp_path / "other" / "library.sqlite")) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'format'", [known])
    with pytest.raises(DatelineError, match=f"by {age} Dateline"):
        LocalStore(tmp_path / "other", encoder)


@contextmanager
def watching(folder, tmp_path, stop=signal.SIGINT):
    """Watch a folder until it is stopped, and give what waits until lines were printed, each so many times."""
    output = tmp_path / "output"

    def wait_for(*lines, times=1):
        deadline = time.monotonic() + 120
        while any(output.read_text().splitlines().count(line) < times for line in lines):
            assert time.monotonic() < deadline, output.read_text()
            assert process.poll() is None, output.read_text()
            time.sleep(0.1)

    command = [sys.executable, "-m", "qa", "index", str(folder), "--library", str(tmp_path / "library"), "--watch"]
    with output.open("w") as stream, subprocess.Popen(command, stdout=stream, stderr=stream) as process:
        try:
            wait_for("watching; stop with Ctrl-C")
            yield wait_for
        finally:
            process.send_signal(stop)
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()  # one that does not listen would be waited for without end
    assert process.returncode == 0


def test_watching_keeps_a_folder_in_step(folder, tmp_path):
    with watching(folder, tmp_path) as wait_for:
        (folder / "new.txt").write_text("Storm hits\nThe storm hit.")
        (folder / "a.txt").unlink()
        (folder / "picture.png").write_bytes(b"x")
        (folder / ".trash").mkdir()
        (folder / ".trash" / "old.txt").write_text("Old story\nIt was thrown away.")
        wait_for("1 added", "removed 1 article of files that are gone")
        (folder / "b.jsonl").unlink()
        wait_for("removed 2 articles of files that are gone")
        shutil.copy(folder / "new.txt", folder / "copy.txt")
        wait_for("1 copy left out")
        (folder / "new.txt").unlink()  # the copy takes its place
        wait_for("1 added", times=2)
    assert "2 added" not in (tmp_path / "output").read_text()


def test_a_watched_folder_that_goes_and_comes_back_is_in_step_again(folder, tmp_path):
    left = (
        f"dateline: {folder} is gone or empty; its 3 articles stay; see their ids with `dateline articles` and remove "
        "them with `dateline articles --remove ID`"
    )
    with watching(folder, tmp_path, stop=signal.SIGTERM) as wait_for:
        shutil.rmtree(folder)
        wait_for(left)
        back = tmp_path / "back"
        back.mkdir()
        (back / "a.txt").write_text("Dam opens\nThe dam opened.")
        (back / "new.txt").write_text("Storm hits\nThe storm hit.")
        back.rename(folder)
        wait_for("1 added, 1 file or page as it was", "removed 2 articles of files that are gone")
        (folder / "late.txt").write_text("Flood comes\nThe flood came.")
        wait_for("1 added")
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "swift.txt").write_text("Wind rises\nThe wind rose.")
        wait_for("1 added", times=2)
