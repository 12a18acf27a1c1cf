"""Settings: of the command line, the environment and a file."""

import numpy as np
import pytest

from embeddings.errors import DatelineError, InvalidInput
from qa.cli import main
from qa.settings import load_settings


def test_an_unknown_setting_is_refused_with_a_hint(monkeypatch, capsys):
    monkeypatch.setenv("DATELINE_TRESHOLD", "0.5")
    assert main(["ask", "who?"]) == 2
    assert "did you mean 'threshold'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "written", ["library = 5", "reader = true", "encoder = 1.5", "access = false", 'reader = ["a"]', "library = {a=1}"]
)
def test_a_name_in_a_settings_file_is_a_text(tmp_path, written):
    (tmp_path / "settings.toml").write_text(written)
    with pytest.raises(InvalidInput, match=rf"{written.split()[0]} must be a text in quotes, got .*settings\.toml"):
        load_settings(config=tmp_path / "settings.toml")


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("k", (1, 100)),
        ("top", (1, 100)),
        ("threads", (0, 1024)),
        ("threshold", (0, 1)),
        ("passage_words", (1, 1000)),
        ("overlap_sentences", (0, 100)),
    ],
)
def test_a_number_lies_within_its_bounds(name, bounds):
    for bound, beyond in zip(bounds, (-1, 1), strict=True):
        assert getattr(load_settings({name: bound}, environment={}), name) == bound
        with pytest.raises(InvalidInput, match=f"{name} must lie between .* and .*, got {bound + beyond}"):
            load_settings({name: bound + beyond}, environment={})


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("k = true", "k must be a number, got True"),
        ("k = [3]", r"k must be a number, got \[3\]"),
        ("k = 2.5", "k must be a whole number, got 2.5"),
        ("k = inf", "k must be a whole number, got inf"),
        ("threshold = nan", "threshold must lie between 0 and 1, got nan"),
        ('threshold = "much"', "threshold must be a number, got 'much'"),
        ("k 3", "is not TOML"),
        ('reader = "caf\xe9"', "is not TOML"),
        (None, "can't be opened"),
    ],
)
def test_a_settings_file_that_says_no_setting_is_named(tmp_path, written, said):
    if written is not None:
        (tmp_path / "settings.toml").write_bytes(written.encode("latin-1"))
    with pytest.raises(DatelineError, match=said) as raised:
        load_settings(environment={"DATELINE_CONFIG": str(tmp_path / "settings.toml")})
    assert "settings.toml" in str(raised.value)


def test_a_number_of_a_table_is_a_number():
    assert load_settings({"k": np.int64(7), "threshold": np.float32(0.5)}, environment={}).k == 7
    with pytest.raises(InvalidInput, match="k must be a whole number"):
        load_settings({"k": np.float32(2.5)}, environment={})


def test_a_settings_file_may_begin_as_editors_of_windows_begin_it(tmp_path):
    (tmp_path / "settings.toml").write_text("k = 7\n", encoding="utf-8-sig")
    assert load_settings(config=tmp_path / "settings.toml", environment={}).k == 7


def test_the_nearer_to_the_caller_the_more_a_setting_counts(tmp_path):
    (tmp_path / "settings.toml").write_text("k = 1\ntop = 1\nthreads = 1")
    environment = {"DATELINE_CONFIG": str(tmp_path / "settings.toml"), "DATELINE_TOP": "2", "DATELINE_THREADS": "2"}
    settings = load_settings({"threads": 3, "top": None}, environment=environment)
    assert (settings.k, settings.top, settings.threads) == (1, 2, 3)


def test_what_kubernetes_says_of_a_service_is_no_setting():
    told = {"DATELINE_PORT": "tcp://10.0.0.1:7860", "DATELINE_SERVICE_HOST": "10.0.0.1", "DATELINE_PORT_7860_TCP": "x"}
    assert load_settings({}, environment=told) == load_settings({}, environment={})
    with pytest.raises(InvalidInput, match="unknown setting 'portt'"):
        load_settings({}, environment={"DATELINE_PORTT": "1"})


def test_a_variable_that_was_emptied_names_no_model():
    with pytest.raises(InvalidInput, match=r"reader is empty; .* \(set in the environment"):
        load_settings({}, environment={"DATELINE_READER": ""})


@pytest.mark.parametrize(
    "line",
    [
        "backup a.zip --encoder MODEL",
        "restore a.zip --encoder MODEL",
        "calibrate a.csv --top 1",
        "calibrate a.csv --threshold 0.3",
    ],
)
def test_a_command_takes_no_option_that_it_has_no_use_for(line, capsys):
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    assert ended.value.code == 2
    assert "unrecognized arguments" in capsys.readouterr().err


@pytest.mark.parametrize("refused", ["--workers 2", "--columns text", "--watch"])
def test_a_command_that_is_refused_makes_no_library(tmp_path, capsys, refused):
    (tmp_path / "a.txt").write_text("Dam opens\nThe dam opened.")
    place = "https://echo.example/" if refused == "--watch" else str(tmp_path / "a.txt")
    assert main(["index", place, "--library", str(tmp_path / "library"), *refused.split()]) == 2
    [said] = capsys.readouterr().err.splitlines()
    assert (refused == "--watch") == said.endswith(
        "is an address; index it without --watch, again and again, as by cron"
    )
    assert not (tmp_path / "library").exists()
