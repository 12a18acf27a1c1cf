"""Training from tokens in a file: the same batches, epoch after epoch, and a teacher that is asked once."""

import re

import numpy as np
import pytest
import torch
from lessons import command
from tokenizers import Tokenizer

from embeddings.errors import DatelineError
from qa.cli import main
from qa.reader import SHIPPED_READER
from qa.training.batching import MAX_GOLDS, Batching, training_batches
from qa.training.data import Example, Item, items, mix
from qa.training.log import read_log
from qa.training.teacher import Teacher
from qa.training.tokens import read_tokens, write_tokens

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def tokenizer():
    return Tokenizer.from_file(str(SHIPPED_READER / "tokenizer.json"))


@pytest.fixture
def batches(tokenizer, seed_data):
    examples = mix({"train.json.gz": 1.0}, seed_data, seed=0)
    drawn = items(examples, negatives=0.5, titles=0.5, seed=0, epoch=0)
    return list(training_batches([(drawn, 0)], Batching(tokenizer, questions=5, max_tokens=64, pad_id=0)))


@pytest.fixture
def written(tmp_path, tokenizer, batches):
    file = tmp_path / "tokens.npz"
    assert write_tokens(batches, file, vocabulary=tokenizer.get_vocab(), pad_id=0) == 32
    return file


def test_what_is_read_is_what_was_written(tokenizer, batches, written):
    tokens = read_tokens(written, tokenizer.get_vocab())
    epochs = [list(tokens.epoch(seed)) for seed in (1, 1, 2)]
    orders = [[batch.number for batch in epoch] for epoch in epochs]
    assert orders[0] == orders[1] != orders[2]
    assert all(sorted(order) == list(range(len(batches))) for order in orders)
    assert any(len(batch.group) > batch.questions for batch in batches), "some have a second passage"
    for batch in epochs[0]:
        before = batches[batch.number]
        assert batch.questions == before.questions
        assert np.array_equal(batch.group, before.group)
        assert np.array_equal(batch.golds, before.golds)
        for name in ("input_ids", "attention_mask", "token_type_ids", "allowed"):
            assert np.array_equal(getattr(batch.windows, name), getattr(before.windows, name)), name


FILLER = "The council met again in the old town hall. " * 20
MANY = f"Ana Reyes won. {FILLER} Bo Lind lost to Ana Reyes."


@pytest.fixture
def windows_of(tokenizer):
    """Make the one batch of a question in a passage and a negative, in windows of 64 tokens; None for no batch."""

    def made(text, spans):
        asked = Item(Example("who won?", text, spans, "Vote"), (("", text), ("", f"Storm Tobin hit. {FILLER}")))
        batching = Batching(tokenizer, questions=4, max_tokens=64, pad_id=0)
        return next(iter(batching.batches([asked], "seed")), None)

    return made


@pytest.mark.parametrize(
    ("spans", "golds", "begins"),
    [
        ([(0, 9)], ["ana reyes"], "ana reyes won"),
        ([(MANY.index("Bo"), MANY.index("Bo") + 7)], ["bo lind"], ""),
        (
            [(0, 9), (MANY.index("Bo"), MANY.index("Bo") + 7), (len(MANY) - 10, len(MANY) - 1)],
            ["bo lind", "ana reyes"],
            "",
        ),
        ([], [], "ana reyes won"),
    ],
    ids=["first window", "last window", "most in the last window", "none"],
)
def test_of_a_long_passage_the_window_with_the_answers_is_trained_on(tokenizer, windows_of, spans, golds, begins):
    batch = windows_of(MANY, spans)
    own, negative = batch.windows.input_ids.tolist()
    assert [tokenizer.decode(own[a : b + 1]) for a, b in batch.golds[0].tolist() if a >= 0] == golds
    assert tokenizer.decode(own).startswith(f"who won? {begins}")
    assert tokenizer.decode(negative).startswith("who won? storm tobin hit")
    assert (batch.golds[1] == -1).all()


def test_an_answer_at_the_end_of_a_window_is_whole_in_the_next(windows_of):
    sentence = FILLER[: FILLER.index(".")]
    places = [at for at in range(len(MANY)) if MANY.startswith(sentence, at)]
    assert len(places) == 20
    assert all(windows_of(MANY, [(at, at + len(sentence))]) for at in places)


def test_of_many_answers_in_a_window_as_many_are_kept_as_there_is_room_for(windows_of):
    words = [word.span() for word in re.finditer(r"\w+", MANY)][: MAX_GOLDS + 2]
    batch = windows_of(MANY, words)
    assert (batch.golds[0] >= 0).all()


def test_an_answer_that_is_longer_than_a_window_is_not_trained_on(windows_of):
    assert windows_of(MANY, [(0, len(MANY))]) is None


def test_a_question_that_leaves_no_room_for_a_passage_is_left_out_and_no_other(tokenizer):
    asked = [Item(Example(question, MANY, (), "Vote"), (("", MANY),)) for question in ("who won? " * 20, "who won?")]
    [batch] = Batching(tokenizer, questions=4, max_tokens=64, pad_id=0).batches(asked, "seed")
    assert (batch.questions, batch.windows.input_ids.shape) == (1, (1, 64))


def test_batches_are_of_like_length_in_an_order_by_seed(tokenizer):
    examples = [Example("who?", "word " * count, (), "T") for count in (9, 1, 5, 2, 8, 6)]
    pool = [Item(example, (("", example.passage),)) for example in examples]
    batching = Batching(tokenizer, questions=2, max_tokens=64, pad_id=0)
    orders = [[tuple(map(len, batch.windows.windows)) for batch in batching.batches(pool, seed)] for seed in "abcdef"]
    assert all(longer - shorter == 1 for order in orders for shorter, longer in order)
    assert len({tuple(order) for order in orders}) > 1


def test_processes_make_the_same_batches(tokenizer, seed_data, batches):
    examples = mix({"train.json.gz": 1.0}, seed_data, seed=0)
    drawn = items(examples, negatives=0.5, titles=0.5, seed=0, epoch=0)
    made = training_batches([(drawn, 0)], Batching(tokenizer, questions=5, max_tokens=64, pad_id=0), workers=2)
    assert [batch.windows.input_ids.tolist() for batch in made] == [one.windows.input_ids.tolist() for one in batches]


def test_a_reader_trained_from_tokens_asks_its_teacher_once_about_each(
    tmp_path, tiny_base, seed_data, monkeypatch, capsys
):
    file = tmp_path / "tokens.npz"
    mixed = ["--source", "train.json.gz=1", "--batch", "4", "--base", str(tiny_base)]
    assert main(["train", "tokens", "--data", str(seed_data), "--out", str(file), *mixed]) == 0
    assert capsys.readouterr().out == f"wrote 32 questions to {file}\n"
    asked, logits = [], Teacher.logits

    def counted(self, windows, *rest, **more):
        asked.append(windows.input_ids.tobytes())
        return logits(self, windows, *rest, **more)

    monkeypatch.setattr(Teacher, "logits", counted)
    given = ["train", "reader", "--data", str(file), "--base", str(tiny_base), "--dev", "none", "--device", "cpu"]
    given += ["--teacher", str(tiny_base), "--examples", "800", "--learning-rate", "3e-3", "--train-embeddings"]
    assert main([*given, "--out", str(tmp_path / "out")]) == 0
    assert len(asked) == len(set(asked)) == 8
    losses = [row["loss"] for row in read_log(tmp_path / "out") if "loss" in row]
    assert sum(losses[-20:]) < 0.7 * sum(losses[:20])


def test_training_ends_with_its_minutes(tmp_path, tiny_base, seed_data):
    given = command(seed_data, tiny_base, tmp_path / "out", "--examples", "50000", "--minutes", "0.02")
    assert main(given) == 0
    assert torch.load(tmp_path / "out" / "training.pt", weights_only=True)["seen"] < 50_000


def test_tokens_that_are_none_and_choices_made_before_are_refused(tmp_path, written, capsys):
    reader = ["train", "reader", "--dev", "none", "--device", "cpu", "--out", str(tmp_path / "out")]
    assert main([*reader, "--data", str(written), "--titles", "0"]) == 2
    assert f"--titles was decided when {written} was written; leave it out" in capsys.readouterr().err
    with pytest.raises(DatelineError, match="not of the base's vocabulary"):
        read_tokens(written, {"won": 0})
    for content in (b"", b"PK\x03\x04 cut short", b"{}", b"question,answer\nWho won?,Ana\n"):
        written.write_bytes(content)
        assert main([*reader, "--data", str(written)]) == 2
        message = capsys.readouterr().err
        assert f"{written} was not written by `dateline train tokens`" in message
        assert "pickle" not in message
        assert message.count("\n") == 1
    nowhere = tmp_path / "none" / "tokens.npz"
    assert main(["train", "tokens", "--data", str(tmp_path), "--out", str(nowhere)]) == 2
    assert "there is no folder" in capsys.readouterr().err
