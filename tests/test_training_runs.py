"""A run of training in its folder: stopped, gone on with, exported and trained further; and what it leaves behind."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from lessons import command, row, squad, write
from safetensors import SafetensorError

from qa.cli import main
from qa.manifest import write_manifest
from qa.reader import SHIPPED_READER
from qa.training.log import append_log, read_log

pytestmark = pytest.mark.usefixtures("one_thread")


def test_a_killed_training_goes_on_to_the_same_loss(tmp_path, tiny_base, seed_data, monkeypatch):
    whole, cut = tmp_path / "whole", tmp_path / "cut"

    def given(out, *more):
        chances = ("--dropout", "0.2", "--negatives", "0.5")
        return command(seed_data, tiny_base, out, "--examples", "72", *chances, *more)

    script = (
        "import sys, qa.training.reader as reader; from qa.cli import main\n"
        "reader.LOG_STEPS, reader.SAVE_SECONDS = 1, 0\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, *given(cut)], env={**os.environ, "OMP_NUM_THREADS": "1"})
    waited = time.monotonic() + 100
    while len(read_log(cut)) < 6 and process.poll() is None and time.monotonic() < waited:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert 6 <= len(read_log(cut)) < 18
    monkeypatch.setattr("qa.training.reader.LOG_STEPS", 1)
    assert main(given(cut, "--resume")) == 0
    assert main(given(whole)) == 0
    losses = [[row["loss"] for row in read_log(out) if "loss" in row] for out in (whole, cut)]
    assert len(losses[0]) == 18
    assert losses[1] == pytest.approx(losses[0], abs=1e-4)


def test_answers_that_no_window_holds_are_one_sentence(tmp_path, tiny_base, capsys):
    words = "Ana Reyes won the vote. " * 100
    data = write(tmp_path / "data", squad(row("What was said?", (words, 0)), context=words))
    train = command(data, tiny_base, tmp_path / "out")
    tokens = ["train", "tokens", "--data", str(data), "--base", str(tiny_base), "--source", "train.json.gz=1"]
    for given in (train, [*tokens, "--out", str(tmp_path / "tokens.npz")]):
        capsys.readouterr()
        assert main(given) == 2
        assert "is longer than a window of the reader; give them shorter" in capsys.readouterr().err


def test_a_full_disk_is_one_sentence_and_the_state_before_stays(tmp_path, tiny_base, seed_data, monkeypatch, capsys):
    given = command(seed_data, tiny_base, tmp_path / "out", "--examples", "64")
    assert main(given) == 0
    before = (tmp_path / "out" / "training.pt").read_bytes()

    def full(state, file):
        Path(file).write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    assert main([*given[:-1], "128", "--resume"]) == 2
    error = capsys.readouterr().err
    assert "No space left on device); make room, and go on with --resume" in error
    assert (tmp_path / "out" / "training.pt").read_bytes() == before
    assert not (tmp_path / "out" / "training.pt.new").exists()


def test_a_disk_that_fills_behind_the_state_is_one_sentence_too(tmp_path, tiny_base, seed_data, monkeypatch, capsys):
    given = command(seed_data, tiny_base, tmp_path / "out", "--examples", "4")

    def full(weights, file, **more):
        Path(file).write_bytes(b"half of it")
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    with monkeypatch.context() as patched:
        patched.setattr("safetensors.torch.save_file", full)
        assert main(given) == 2
    assert "MB are free (Error while serializing: I/O error: No space left" in capsys.readouterr().err
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["log.jsonl", "training.pt"]
    assert main([*given, "--resume"]) == 0
    assert not list((tmp_path / "out").glob("*.new"))


def test_a_short_training_has_a_curve_too(tmp_path, tiny_base, seed_data):
    assert main(command(seed_data, tiny_base, tmp_path / "out", "--examples", "160")) == 0
    assert [row["step"] for row in read_log(tmp_path / "out")] == list(range(2, 41, 2))


def test_nothing_is_overwritten(tmp_path, tiny_base, seed_data, capsys):
    assert main(command(seed_data, tiny_base, tmp_path / "out", "--examples", "4")) == 0
    assert main(command(seed_data, tiny_base, tmp_path / "out", "--examples", "4")) == 2
    assert "go on with it (--resume)" in capsys.readouterr().err
    assert main(command(seed_data, tiny_base, tmp_path / "out", "--resume", "--seed", "5")) == 2
    assert "was trained with seed = 0, not 5" in capsys.readouterr().err
    assert main(command(seed_data, tiny_base, SHIPPED_READER, "--examples", "4")) == 2
    assert "holds a checkpoint, which training would overwrite" in capsys.readouterr().err


def test_a_run_goes_on_from_its_own_folder_whatever_base_is_named(tmp_path, tiny_base, seed_data):
    out = tmp_path / "out"
    assert main(command(seed_data, tiny_base, out, "--examples", "4")) == 0
    assert main(command(seed_data, SHIPPED_READER, out, "--examples", "8", "--resume")) == 0
    assert json.loads((out / "config.json").read_text())["num_hidden_layers"] == 2


def test_what_was_exported_is_of_the_weights_before_and_does_not_stay(tmp_path, tiny_base, seed_data, capsys):
    out = tmp_path / "out"
    assert main(command(seed_data, tiny_base, out, "--examples", "4")) == 0
    (out / "model.int8.onnx").write_bytes(b"of these weights")
    write_manifest(out)
    given = command(seed_data, tiny_base, out, "--examples", "8", "--resume", "--dev", "train.json.gz")
    assert main([*given, "--dev-questions", "1"]) == 0
    assert "removed model.int8.onnx and manifest.json, made of the weights before" in capsys.readouterr().err
    assert not (out / "model.int8.onnx").exists()


def test_a_run_that_was_stopped_before_its_first_state_is_none_of_the_next(tmp_path, tiny_base, seed_data):
    out = tmp_path / "out"
    out.mkdir()
    append_log(out, {"step": 50, "questions": 200, "loss": 9.0, "seconds": 3})
    assert main(command(seed_data, tiny_base, out, "--examples", "4")) == 0
    assert [row["step"] for row in read_log(out)] == [1]


def test_a_run_with_a_teacher_does_not_go_on_without(tmp_path, tiny_base, seed_data, capsys):
    for begun, gone_on, said in (
        (["--teacher", str(tiny_base)], [], "was trained with a teacher; name the same with --teacher"),
        ([], ["--teacher", str(tiny_base)], "was trained without a teacher; leave --teacher out"),
    ):
        given = command(seed_data, tiny_base, tmp_path / str(len(begun)), "--examples", "4")
        assert main([*given, *begun]) == 0
        assert main([*given, *gone_on, "--resume"]) == 2
        assert said in capsys.readouterr().err


def test_tiny_numbers_are_numbers_again_after_training(tmp_path, tiny_base, seed_data):
    assert main(command(seed_data, tiny_base, tmp_path / "out", "--examples", "4")) == 0
    assert float(torch.tensor(1e-40) * 0.5) > 0
