"""Questions are encoded without torch, and as sentence-transformers would; passages in the faster precision."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from embeddings import encoder as encoding
from embeddings.bert import BertEncoder
from embeddings.encoder import SentenceEncoder

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


def test_the_vectors_are_those_of_sentence_transformers(encoder):
    ours = BertEncoder.of(encoder.folder).encode(QUESTIONS)
    theirs = encoder._loaded.encode(QUESTIONS, normalize_embeddings=True)
    assert ours.dtype == np.float32
    assert np.abs(ours - theirs).max() < 1e-5


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
def test_any_other_model_is_left_to_sentence_transformers(encoder, tmp_path, file, setting, value):
    folder = tmp_path / "model"
    shutil.copytree(encoder.folder, folder, ignore=shutil.ignore_patterns("model.safetensors"))
    (folder / "model.safetensors").symlink_to(encoder.folder / "model.safetensors")
    assert BertEncoder.of(folder) is not None
    settings = json.loads((folder / file).read_text(encoding="utf-8"))
    (folder / file).write_text(json.dumps({**settings, setting: value}), encoding="utf-8")
    assert BertEncoder.of(folder) is None


@pytest.mark.parametrize("change", [lambda name, one: (f"bert.{name}", one), lambda name, one: (name, one.half())])
def test_weights_of_other_names_or_precision_are_left_to_sentence_transformers(encoder, tmp_path, change):
    folder = tmp_path / "model"
    shutil.copytree(encoder.folder, folder, ignore=shutil.ignore_patterns("model.safetensors"))
    weights = load_file(encoder.folder / "model.safetensors")
    save_file(dict(change(*item) for item in weights.items()), folder / "model.safetensors")
    assert BertEncoder.of(folder) is None


def test_a_library_is_asked_without_torch():
    ask = "from qa import answer; answer('who led the delegation?')"
    subprocess.run([sys.executable, "-c", ask], check=True)  # indexes the seeds where that was not done before
    heavy = "{'torch', 'transformers', 'scipy', 'gradio'}"
    subprocess.run(
        [sys.executable, "-c", f"{ask}; import sys; sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"], check=True
    )


@pytest.mark.parametrize(
    ("flags", "half", "whole", "expected"),
    [("avx512_bf16", 1.0, 2.0, True), ("avx512_bf16", 2.0, 1.0, False), ("avx512f", 1.0, 2.0, False)],
)
def test_bfloat16_is_computed_in_where_it_is_faster(monkeypatch, flags, half, whole, expected):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"flags: sse2 {flags}")
    monkeypatch.setattr(encoding, "_layer_seconds", {"bfloat16": half, "float32": whole}.__getitem__)
    assert encoding.computes_in_bfloat16.__wrapped__() is expected
    monkeypatch.undo()
    assert all(0 < encoding._layer_seconds(dtype) < 10 for dtype in ("bfloat16", "float32"))
