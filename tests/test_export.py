"""The int8 form of a reader and the checksums of its files."""

import io
import json
import shutil
from contextlib import redirect_stdout

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from spans import hit_in
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaForQuestionAnswering

from embeddings import network
from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError
from qa import reader as reading
from qa.cli import main
from qa.manifest import check_manifest, write_manifest
from qa.reader import SHIPPED_READER, ExtractiveReader, load_onnxruntime
from qa.training.smoothing import scales, smooth
from qa.windows import make_windows, pad


@pytest.fixture(scope="module")
def exported(tmp_path_factory, tiny_base):
    out = tmp_path_factory.mktemp("exported")
    with redirect_stdout(io.StringIO()) as said:
        assert main(["export", str(tiny_base), "--out", str(out)]) == 0
    assert said.getvalue().startswith(f"wrote {out}/model.int8.onnx")
    return out


def logits(reader, length):
    tokenizer = reader._loaded.tokenizer
    windows = make_windows(tokenizer, [("who won?", "Ana Reyes won the vote in Halvern. " * length)] * 2)
    return reader._loaded.model(pad(windows[:2], pad_id=0))


def test_int8_agrees_with_torch_at_any_length(exported):
    quantized, exact = (ExtractiveReader(exported, backend=backend) for backend in ("onnx", "torch"))
    for length in (1, 12):
        for int8, full in zip(logits(quantized, length), logits(exact, length), strict=True):
            assert int8.shape == full.shape
            assert abs(int8 - full).max() < 0.1 * max(1.0, abs(full).max())


PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁who", "▁won", "▁ana", "▁reyes", "▁the", "▁vote", "▁in", "?", ".")


@pytest.fixture
def one_type(tmp_path):
    """A reader as XLM-RoBERTa is: one type of token, few positions, and a tokenizer that says nothing of types."""
    known = {f"{name}_token": f"<{name}>" for name in ("pad", "unk")} | {"cls_token": "<s>", "sep_token": "</s>"}
    pieces = Tokenizer(Unigram([(piece, -1.0) for piece in PIECES], unk_id=3))
    pieces.normalizer, pieces.pre_tokenizer = Lowercase(), Metaspace()
    pieces.post_processor = TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(tokenizer_object=pieces, **known).save_pretrained(tmp_path)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = XLMRobertaConfig(
        vocab_size=len(PIECES), pad_token_id=1, type_vocab_size=1, max_position_embeddings=130, **sizes
    )
    XLMRobertaForQuestionAnswering(config).save_pretrained(tmp_path)
    return tmp_path


def test_a_reader_with_one_type_of_token_reads_all_windows_of_a_passage(one_type):
    story = hit_in("Ana Reyes won the vote in Halvern. " * 40, "")
    exact = ExtractiveReader(one_type, backend="torch").read("Who won?", [story])
    assert max(span.start for span in exact) > 1000
    assert main(["export", str(one_type)]) == 0
    assert len(ExtractiveReader(one_type, backend="onnx").read("Who won?", [story])) == len(exact)


def test_smoothing_changes_no_output_and_evens_what_layers_get():
    rng = np.random.default_rng(0)
    uneven = np.float32([1, 1, 50, 1])
    hidden, wide, shared = (rng.normal(size=shape).astype(np.float32) for shape in ((4, 4), (4, 8), (4, 8)))
    nodes = [
        helper.make_node("Mul", ["tokens", "uneven"], ["x"]),
        helper.make_node("MatMul", ["x", "hidden"], ["square"]),
        helper.make_node("MatMul", ["x", "wide"], ["ahead"]),
        *(helper.make_node("MatMul", [given, "shared"], [f"{given}_shared"]) for given in ("x", "square")),
    ]
    named = ((uneven, "uneven"), (hidden, "hidden"), (wide, "wide"), (shared, "shared"))
    constants = [numpy_helper.from_array(*one) for one in named]
    made = ("square", "ahead", "x_shared", "square_shared")
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("tokens", *made)]
    model = helper.make_model(
        helper.make_graph(nodes, "layers", values[:1], values[1:], constants),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    feed = {"tokens": rng.normal(size=(1, 30, 4)).astype(np.float32)}

    def run(*names):
        session = load_onnxruntime().InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(list(names), feed)

    before = run(*made)
    smooth(model, [feed])
    for one, other in zip(run(*made), before, strict=True):
        assert one == pytest.approx(other, rel=1e-4, abs=1e-4)
    assert [node.input[0] for node in model.graph.node if node.op_type == "MatMul"][:2] == ["x", "smoothed_0"]
    peaks = np.abs(feed["tokens"] * uneven).max(axis=(0, 1)) / scales(
        np.abs(feed["tokens"] * uneven).max(axis=(0, 1)), np.abs(wide).max(axis=1)
    )
    assert peaks.max() / peaks.min() < 8, "it was about 50"


def test_a_model_without_layers_to_smooth_stays_as_it_is():
    given, made = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in ("tokens", "ahead"))
    graph = helper.make_graph([helper.make_node("Relu", ["tokens"], ["ahead"])], "layers", [given], [made])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    before = model.SerializeToString()
    smooth(model, [{"tokens": np.zeros(2, dtype=np.float32)}])
    assert model.SerializeToString() == before


def test_scales_share_the_unevenness():
    assert scales(np.float32([1, 16]), np.float32([1, 1])) == pytest.approx([16**-0.35, 16**0.35])
    assert scales(np.float32([1, 1]), np.float32([1, 16])) == pytest.approx([16**0.15, 16**-0.15])
    assert np.isfinite(scales(np.float32([0, 1]), np.float32([0, 1]))).all()


def test_openvino_agrees_with_torch_at_any_length(exported, monkeypatch):
    monkeypatch.setattr(network, "has_matrix_units", lambda: False)
    ours, exact = (ExtractiveReader(exported, backend=backend) for backend in ("openvino", "torch"))
    for length in (1, 12):
        for one, other in zip(logits(ours, length), logits(exact, length), strict=True):
            assert one.shape == other.shape
            assert abs(one - other).max() < 1e-4


def test_the_fastest_backend_is_taken_that_can(exported, tmp_path, monkeypatch):
    exported = shutil.copytree(exported, tmp_path / "copy")

    def taken(has_units):
        monkeypatch.setattr(reading, "has_matrix_units", lambda: has_units)
        return reading._fastest(exported)

    assert (taken(True), taken(False)) == ("openvino", "onnx")
    (exported / "model.int8.onnx").unlink()
    assert (taken(True), taken(False)) == ("openvino", "openvino")
    config = json.loads((exported / "config.json").read_text())
    (exported / "config.json").write_text(json.dumps({**config, "model_type": "roberta"}))
    assert (taken(True), taken(False)) == ("torch", "torch")
    (exported / "manifest.json").unlink()
    with pytest.raises(DatelineError, match="is no BERT checkpoint for question answering"):
        ExtractiveReader(exported, backend="openvino")._loaded  # noqa: B018  # which loads it


def test_an_exported_folder_reads_on_its_own(exported):
    assert not [file for file in exported.iterdir() if file.name.startswith("tmp")]
    assert set(json.loads((exported / "manifest.json").read_text())) == {
        "config.json",
        "tokenizer.json",
        "model.safetensors",
        "model.int8.onnx",
    }
    spans = ExtractiveReader(exported).read("who won?", [story := hit_in("Ana Reyes won the vote.")])
    assert spans
    assert all(story.text[span.start : span.end] == span.text for span in spans)


def test_an_older_checkpoint_takes_its_words_along(exported, tiny_base, tmp_path, capsys):
    older, out = tmp_path / "older", tmp_path / "out"
    shutil.copytree(tiny_base, older)
    words = Tokenizer.from_file(str(older / "tokenizer.json")).get_vocab()
    for file in older.glob("tokenizer*"):
        file.unlink()
    asked = ["ask", "who led?", "--reader", str(older)]
    for command in (["export", str(older), "--out", str(tmp_path / "none")], asked):
        assert main(command) == 2
        assert "has no tokenizer; copy tokenizer.json there from the model that it" in capsys.readouterr().err
    (older / "vocab.txt").write_text("\n".join(sorted(words, key=words.__getitem__)))
    assert main(["export", str(older), "--out", str(out)]) == 0
    whole = Tokenizer.from_file(str(exported / "tokenizer.json")).encode("Who won the vote?").ids
    assert Tokenizer.from_file(str(out / "tokenizer.json")).encode("Who won the vote?").ids == whole


def test_a_damaged_file_is_refused(exported, tmp_path):
    exported = shutil.copytree(exported, tmp_path / "copy")
    (exported / "model.int8.onnx").write_bytes(b"damaged")
    with pytest.raises(DatelineError, match="is damaged or not the one that was exported"):
        ExtractiveReader(exported, backend="onnx").read("who won?", [hit_in("Ana Reyes won the vote.")])


def test_a_folder_without_a_manifest_is_not_checked(tmp_path):
    check_manifest(tmp_path, ("config.json",))
    (tmp_path / "config.json").write_text("{}")
    write_manifest(tmp_path)
    check_manifest(tmp_path, ("config.json", "model.safetensors"))
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(DatelineError, match="can't be read"):
        check_manifest(tmp_path, ("config.json",))


def test_the_shipped_reader_is_whole_and_small():
    written = json.loads((SHIPPED_READER / "manifest.json").read_text())
    check_manifest(SHIPPED_READER, written)
    assert set(written) == {"config.json", "tokenizer.json", "model.safetensors", "model.int8.onnx"}
    assert sum(file.stat().st_size for file in SHIPPED_READER.iterdir()) < 75e6


def test_what_is_no_checkpoint_is_one_sentence(tmp_path, capsys):
    (tmp_path / "config.json").write_text("{}")
    assert main(["export", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        "export ENCODER --out OUT",
        "ask who? --reader ENCODER",
        "train reader --teacher ENCODER --data DATA --source train.json.gz=1 --out OUT --dev none --examples 4",
    ],
)
def test_an_encoder_that_was_not_trained_to_mark_answers_is_refused(tmp_path, seed_data, capsys, command):
    places = {"ENCODER": SentenceEncoder().folder, "DATA": seed_data, "OUT": tmp_path / "out"}
    assert main([str(places.get(word, word)) for word in command.split()]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "is no question-answering checkpoint: it has no weights called qa_outputs.bias; name one" in said
