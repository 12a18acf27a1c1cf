"""Distillation: the teacher reads the same tokens, and a student comes to say what it says."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from lessons import command, row, squad, write
from transformers import AutoTokenizer, BertForQuestionAnswering, MPNetConfig, MPNetForQuestionAnswering

from embeddings.errors import DatelineError
from qa.cli import main
from qa.reader import SHIPPED_READER
from qa.training.batching import Batching, training_batches
from qa.training.data import Example, Item
from qa.training.log import read_log
from qa.training.teacher import Teacher, distillation_loss
from qa.windows import Window, pad

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def student():
    return AutoTokenizer.from_pretrained(str(SHIPPED_READER))


@pytest.fixture
def batch(student):
    given = [
        Item(
            Example("who won?", "Ana Reyes won the vote.", ((0, 9),), "Vote"),
            (("The vote. ", "Ana Reyes won the vote."), ("The vote. ", "Bo Lind lost.")),
        ),
        Item(Example("who sang the song on that day?", "Nobody sang.", (), "Song"), (("", "Nobody sang."),)),
    ]
    [found] = training_batches([(given, 0)], Batching(student.backend_tokenizer, questions=4, max_tokens=64, pad_id=0))
    return found


class Echo(torch.nn.Module):
    """Says of each token its own number, so that one can see which token it was asked about."""

    config = None

    def forward(self, input_ids, attention_mask):
        self.asked = input_ids
        return type("Output", (), {"start_logits": input_ids.float(), "end_logits": -input_ids.float()})


class Renumbered:
    """The same pieces under other numbers, with one or two separators between the texts."""

    def __init__(self, student, separators):
        self._vocabulary = {piece: number + 1000 for piece, number in student.get_vocab().items()}
        self._separators = separators
        names = {"cls_token_id": "[CLS]", "sep_token_id": "[SEP]", "pad_token_id": "[PAD]", "unk_token_id": "[UNK]"}
        for name, piece in names.items():
            setattr(self, name, self._vocabulary[piece])

    def num_special_tokens_to_add(self, pair):
        return 2 + self._separators

    def get_vocab(self):
        return self._vocabulary


@pytest.mark.parametrize("separators", [1, 2])
def test_the_teacher_is_asked_about_the_same_pieces(student, batch, separators):
    echo = Echo()
    teacher = Teacher(echo, Renumbered(student, separators), student, name="echo")
    start, end = teacher.logits(batch.windows, "cpu")
    ids, allowed = batch.windows.input_ids, batch.windows.allowed
    assert echo.asked.shape[1] == ids.shape[1] + separators - 1
    assert np.array_equal(start.numpy()[allowed], ids[allowed] + 1000)
    assert np.array_equal(end.numpy()[:, 0], -(ids[:, 0] + 1000))
    assert (start.numpy()[batch.windows.attention_mask == 0] < -9000).all()


def test_a_teacher_with_as_many_separators_as_the_student_is_asked_the_same(student):
    roberta = Renumbered(student, separators=2)
    pieces = ("[CLS]", "who", "[SEP]", "[SEP]", "ana", "[SEP]")
    echo, ids = Echo(), np.asarray([[roberta.get_vocab()[piece] for piece in pieces]])
    windows = replace(pad([Window(0, (0,) * 6, (0,) * 6, ((0, 0),) * 6, (False,) * 6)], pad_id=0), input_ids=ids)
    Teacher(echo, roberta, roberta, name="echo").logits(windows, "cpu")
    assert echo.asked.tolist() == ids.tolist()


def test_a_teacher_of_another_build_reads_the_windows(student, batch):
    model = MPNetForQuestionAnswering(
        MPNetConfig(vocab_size=40_000, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    )
    start, _ = Teacher(model, student, student, name="mpnet").logits(batch.windows, "cpu")
    assert start.shape == batch.windows.input_ids.shape


def test_the_loss_is_nothing_where_both_agree_and_ignores_what_is_no_passage():
    allowed = torch.tensor([[False, False, True, True]])
    ours = (torch.tensor([[0.0, 9.0, 1.0, 2.0]]),) * 2
    same = (torch.tensor([[5.0, -3.0, 6.0, 7.0]]),) * 2
    assert float(distillation_loss(ours, same, allowed, temperature=2.0)) == pytest.approx(0.0, abs=1e-6)
    # two equal tokens against a teacher sure of one of them: KL = log 2 at each of start and end
    allowed = torch.tensor([[False, True]])
    unsure, sure = (torch.tensor([[0.0, 0.0]]),) * 2, (torch.tensor([[0.0, 50.0]]),) * 2
    assert float(distillation_loss(unsure, sure, allowed, temperature=1.0)) == pytest.approx(2 * 0.6931, abs=1e-3)


def test_a_student_comes_nearer_to_its_teacher(tmp_path, tiny_base):
    write(tmp_path, squad(row("Who won?", ("Ana Reyes", 0)), row("Who lost?", ("Bo Lind", 24))))
    torch.manual_seed(1)
    teacher = BertForQuestionAnswering.from_pretrained(str(tiny_base))
    torch.nn.init.normal_(teacher.qa_outputs.weight, std=1.0)
    teacher.save_pretrained(tmp_path / "teacher")
    AutoTokenizer.from_pretrained(str(tiny_base)).save_pretrained(tmp_path / "teacher")
    losses = {}
    for name, more in {"alone": [], "taught": ["--teacher", str(tmp_path / "teacher")]}.items():
        given = [*command(tmp_path, tiny_base, tmp_path / name, "--examples", "400", "--learning-rate", "3e-3"), *more]
        assert main(given) == 0
        losses[name] = [line["loss"] for line in read_log(tmp_path / name) if "loss" in line]
    assert losses["taught"][0] > losses["alone"][0], "what the teacher says is part of the loss"
    assert losses["taught"][-1] < losses["taught"][0]


def test_a_teacher_of_another_vocabulary_is_refused(student):
    class Foreign:
        unk_token_id = 0

        def num_special_tokens_to_add(self, pair):
            return 3

        def get_vocab(self):
            return {"mot": 0}

    with pytest.raises(DatelineError, match=r"knows 0 of the 30,522 pieces"):
        Teacher(Echo(), Foreign(), student, name="t")
