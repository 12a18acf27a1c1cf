"""Texts are encoded without torch, and as sentence-transformers would."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from embeddings import encoder as encoding
from embeddings import network
from embeddings.bert import BertEncoder
from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError

QUESTIONS = [
    "who led the delegation?",
    "Did Zoë ask “why”, or 日本?",
    "x",
    "",
    "storm " * 400,  # longer than what the model takes
    *[f"who was number {n} of the list of {'very ' * (n % 7)}great men?" for n in range(40)],
]


@pytest.fixture(scope="module")
def encoder():
    return SentenceEncoder()


@pytest.fixture(scope="module")
def theirs(encoder):
    return encoder._loaded.encode(QUESTIONS, normalize_embeddings=True)


@pytest.fixture
def copied(encoder, tmp_path):
    """The folder of the model, with a link to its weights."""
    shutil.copytree(encoder.folder, tmp_path / "model", ignore=shutil.ignore_patterns("model.safetensors"))
    (tmp_path / "model" / "model.safetensors").symlink_to(encoder.folder / "model.safetensors")
    return tmp_path / "model"


def rewritten(folder, change):
    """Put a file of changed weights in place of the link."""
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    save_file(dict(change(*item) for item in weights.items()), folder / "model.safetensors")


def test_the_vectors_are_those_of_sentence_transformers(encoder, theirs):
    ours = encoder.encode_passages(QUESTIONS)
    assert ours.dtype == np.float32
    assert (ours * theirs).sum(axis=1).min() > 0.999
    assert (encoder.encode_questions(QUESTIONS) == ours).all()


def test_without_matrix_units_they_are_exact(encoder, theirs, monkeypatch):
    monkeypatch.setattr(network, "has_matrix_units", lambda: False)
    assert np.abs(BertEncoder.of(encoder.folder).encode(QUESTIONS) - theirs).max() < 1e-5


def test_a_vector_does_not_hang_on_what_is_encoded_beside_it(encoder):
    together = encoder.encode_passages(QUESTIONS)
    assert all((encoder.encode_passages([text])[0] == row).all() for text, row in zip(QUESTIONS, together, strict=True))


@pytest.mark.parametrize(("flags", "expected"), [("avx512_bf16 amx_bf16 amx_tile", True), ("avx512_bf16", False)])
def test_the_processor_says_whether_it_has_matrix_units(monkeypatch, flags, expected):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"flags: sse2 {flags}")
    assert network.has_matrix_units.__wrapped__() is expected


def test_no_question_gives_no_vector(encoder):
    assert encoder.encode_questions([]).shape == (0, encoder.dimension)


@pytest.mark.parametrize(
    ("file", "setting", "value"),
    [
        ("config.json", "model_type", "xlm-roberta"),
        ("config.json", "hidden_act", "relu"),
        ("config.json", "position_embedding_type", "relative_key"),
        ("1_Pooling/config.json", "pooling_mode_cls_token", True),
        ("config_sentence_transformers.json", "prompts", {"query": "query: "}),
        ("sentence_bert_config.json", "do_lower_case", True),
        ("sentence_bert_config.json", "max_seq_length", None),
    ],
)
def test_any_other_model_is_left_to_sentence_transformers(copied, file, setting, value):
    assert BertEncoder.of(copied) is not None
    settings = json.loads((copied / file).read_text(encoding="utf-8"))
    (copied / file).write_text(json.dumps({**settings, setting: value}), encoding="utf-8")
    assert BertEncoder.of(copied) is None


def test_weights_of_half_the_size_are_taken_too(copied, theirs):
    rewritten(copied, lambda name, one: (name, one.half()))
    assert (BertEncoder.of(copied).encode(QUESTIONS) * theirs).sum(axis=1).min() > 0.999


def test_weights_come_back_into_memory_when_they_are_wanted(encoder):
    weights = network._Weights(encoder.folder / "model.safetensors")
    stored = load_file(encoder.folder / "model.safetensors")
    for _ in range(2):
        assert all((weights[name] == one.numpy()).all() for name, one in stored.items() if "position_ids" not in name)
        weights.leave_memory()


@pytest.mark.parametrize("length", [0, 4, 100, 1_000_000])
def test_a_file_that_was_cut_off_is_not_taken(encoder, tmp_path, length):
    shutil.copytree(encoder.folder, tmp_path / "model")
    os.truncate(tmp_path / "model" / "model.safetensors", length)
    assert BertEncoder.of(tmp_path / "model") is None
    with pytest.raises(DatelineError, match="can't be loaded as a sentence-transformers model"):
        SentenceEncoder(str(tmp_path / "model")).encode_questions(["who?"])


@pytest.mark.parametrize(
    "file", ["modules.json", "config.json", "1_Pooling/config.json", "sentence_bert_config.json", "tokenizer.json"]
)
def test_settings_that_were_cut_off_are_said(copied, file):
    os.truncate(copied / file, 20)
    with pytest.raises(DatelineError, match=r"can't be (?:loaded as a sentence-transformers model|read)"):
        SentenceEncoder(str(copied)).encode_questions(["who?"])


@pytest.mark.parametrize(
    "change",
    [
        lambda name, one: (f"bert.{name}", one),
        lambda name, one: (name.replace("LayerNorm.weight", "LayerNorm.gamma"), one),
        lambda name, one: (name, one.to(torch.bfloat16)),
    ],
)
def test_weights_of_other_names_or_precision_are_left_to_sentence_transformers(copied, change):
    rewritten(copied, change)
    assert BertEncoder.of(copied) is None


@pytest.mark.usefixtures("pipeline")  # which indexes the seeds, where that was not done before
def test_a_library_is_made_and_asked_without_torch(tmp_path):
    given = ["index", "seeds/articles/storm-maren.md", "--library", str(tmp_path / "library")]
    make = f"from qa.cli import main; assert main({given}) == 0"
    ask = "from qa import answer; answer('who led the delegation?')"
    for work, heavy in (
        (make, ["torch", "transformers", "gradio"]),
        (ask, ["torch", "transformers", "gradio", "scipy"]),
    ):
        check = f"import sys; sys.exit(' '.join(set({heavy}) & set(sys.modules)) or 0)"
        subprocess.run([sys.executable, "-c", f"{work}; {check}"], check=True, cwd=Path(__file__).parents[1])


@pytest.mark.parametrize(("told", "expected"), [("3", 3), ("", None), ("0", None), ("many", None)])
def test_a_process_beside_others_keeps_to_its_processors(monkeypatch, told, expected):
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert network._processors() == (expected or len(os.sched_getaffinity(0)))


def test_nothing_is_told_to_the_makers_of_openvino(tmp_path):
    run = "from embeddings.encoder import SentenceEncoder as E; E().encode_questions(['x']); import openvino, sys"
    check = "sys.exit(' '.join(name for name in sys.modules if 'openvino_telemetry' in name) or 0)"
    home = {**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    subprocess.run([sys.executable, "-c", f"{run}; {check}"], check=True, env=home, cwd=Path(__file__).parents[1])
    assert list(tmp_path.iterdir()) == []  # it leaves a number for its user and a count there


@pytest.mark.parametrize(
    ("flags", "half", "whole", "expected"),
    [("avx512_bf16", 1.0, 2.0, True), ("avx512_bf16", 2.0, 1.0, False), ("avx512f", 1.0, 2.0, False)],
)
def test_bfloat16_is_computed_in_where_it_is_faster(monkeypatch, flags, half, whole, expected):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"flags: sse2 {flags}")
    monkeypatch.setattr(encoding, "_layer_seconds", {"bfloat16": half, "float32": whole}.__getitem__)
    assert encoding.computes_in_bfloat16.__wrapped__() is expected


def test_how_fast_it_is_can_be_measured():
    assert all(0 < encoding._layer_seconds(dtype) < 10 for dtype in ("bfloat16", "float32"))
