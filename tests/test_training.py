"""The reader's training: data, loss, the loop and its resuming."""

import gzip
import json
import math
import random

import pytest
import torch
from lessons import command, row, squad, write
from tokenizers import Tokenizer

from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError
from qa.cli import main
from qa.evaluation.questions import load_questions
from qa.evaluation.sampling import sample
from qa.reader import SHIPPED_READER
from qa.training import bfloat16
from qa.training.batching import Batching, training_batches
from qa.training.data import Example, Given, Item, Negatives, items, load_examples, mix
from qa.training.log import read_log
from qa.training.loss import reader_loss
from qa.training.reader import _schedule, train_reader
from qa.training.recipe import Recipe

pytestmark = pytest.mark.usefixtures("one_thread")


def test_questions_are_lower_cased_and_all_places_of_an_unsure_answer_count(tmp_path):
    content = squad(
        row("Who WON?", ("Ana Reyes", 0)),
        row("What was lost?", ("t", 18), answer_starts=[14, 18]),
        row("Who cheered?", is_impossible=True),
        context="Ana Reyes won the tt. Bo Lind lost it.",
    )
    content["data"][0]["paragraphs"][0]["qas"][1]["answer_starts"] = [14, 19]
    first, second, third = load_examples(write(tmp_path, content) / "train.json.gz")
    assert (first.question, first.spans) == ("who won?", ((0, 9),))
    assert second.spans == ((18, 19), (14, 15), (19, 20))
    assert third.spans == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (squad(row("Who won?", ("Bo Lind", 0))), "at character 0 stands 'Ana Rey', not the answer 'Bo Lind'"),
        ({"rows": []}, "is not in SQuAD form: something in it has no 'data'"),
        ([], "is not in SQuAD form: something in it is a list"),
    ],
)
def test_a_bad_training_file_is_named(tmp_path, content, says):
    with pytest.raises(DatelineError, match=r"train\.json") as caught:
        load_examples(write(tmp_path, content) / "train.json.gz")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_archive_is_named(tmp_path):
    file = tmp_path / "train.json.gz"
    file.write_bytes(gzip.compress(b"{}" * 1000)[:20])
    with pytest.raises(DatelineError, match="not in SQuAD form"):
        load_examples(file)


def test_the_mix_takes_its_shares(tmp_path):
    write(tmp_path, squad(*(row(f"a{n}?", ("Ana", 0)) for n in range(10))), "a.json")
    write(tmp_path, squad(*(row(f"b{n}?", ("Ana", 0)) for n in range(10))), "b.json")
    mixed = mix({"a.json": 1.0, "b.json": 0.3}, tmp_path, seed=1)
    assert sum(example.question.startswith("a") for example in mixed) == 10
    assert sum(example.question.startswith("b") for example in mixed) == 3
    assert mixed == mix({"a.json": 1.0, "b.json": 0.3}, tmp_path, seed=1)
    with pytest.raises(DatelineError, match="can't be opened"):
        mix({"c.json": 1.0}, tmp_path, seed=1)


def test_a_negative_does_not_hold_the_answer():
    examples = [
        Example("who won the vote?", "Ana Reyes won the vote.", ((0, 9),), "Vote"),
        Example("who lost?", "The vote was won by ANA REYES, too.", (), "Vote"),
        Example("who came third?", "Bo Lind lost the vote.", (), "Vote"),
    ]
    for seed in range(5):
        assert Negatives(examples).draw(examples[0], random.Random(seed)) == "Bo Lind lost the vote."


def test_a_negative_is_of_the_same_article_and_most_like_the_question():
    answered = Example("who won the vote?", "Ana Reyes won.", ((0, 9),), "Vote")
    others = [Example("", text, (), "Vote") for text in ("Rain fell.", "The vote was close.", "Snow fell.")]
    elsewhere = Example("", "Who won the vote? Cy Dunn.", (), "Race")
    for seed in range(5):
        drawn = Negatives([answered, *others, elsewhere]).draw(answered, random.Random(seed))
        assert drawn == "The vote was close."


def test_an_epoch_has_every_question_once_in_an_order_of_its_own():
    examples = [Example(f"q{n}", f"passage {n}", ((0, 7),), "T") for n in range(20)]
    first, again, second = (
        [item.example for item in items(examples, negatives=0.5, titles=0.5, seed=3, epoch=e)] for e in (0, 0, 1)
    )
    assert first == again != second
    assert sorted(example.question for example in first) == sorted(example.question for example in examples)


def test_questions_without_an_answer_are_taken_more_than_once(tmp_path):
    content = squad(row("Who won?", ("Ana Reyes", 0)), row("Who cheered?", is_impossible=True))
    sources = {"train.json.gz": 1.0}
    examples = mix(sources, write(tmp_path, content), seed=0, unanswerable=3)
    assert sorted(example.question for example in examples) == [*["who cheered?"] * 3, "who won?"]


@pytest.mark.parametrize("lead", ["", "The vote. "])
def test_golds_are_the_tokens_of_the_answer(lead):
    tokenizer = Tokenizer.from_file(str(SHIPPED_READER / "tokenizer.json"))
    answered = Example("who won?", "Ana Reyes won the vote.", ((0, 9), (10, 13)), "Vote")
    unanswered = Example("who sang?", "Bo Lind lost the vote.", (), "Vote")
    given = [
        Item(answered, ((lead, answered.passage), ("Another story. ", "Bo Lind lost the vote."))),
        Item(unanswered, ((lead, unanswered.passage),)),
    ]
    [batch] = training_batches([(given, 0)], Batching(tokenizer, questions=4, max_tokens=64, pad_id=0))
    assert batch.questions == 2
    assert sorted(batch.group.tolist()) in ([0, 0, 1], [0, 1, 1])
    spans = {
        tokenizer.decode(batch.windows.input_ids[row, start : end + 1].tolist())
        for row, golds in enumerate(batch.golds.tolist())
        for start, end in golds
        if start >= 0
    }
    assert spans == {"ana reyes", "won"}
    assert (batch.golds[:, 0, 0] >= 0).sum() == 1  # a negative and an unanswerable question have none


def test_half_of_the_passages_are_read_behind_their_title():
    examples = [Example(f"q{n}", f"passage {n}", ((0, 7),), "A_title" if n % 2 else "12345") for n in range(200)]
    leads = [item.passages[0][0] for item in items(examples, negatives=0.0, titles=1.0, seed=0, epoch=0)]
    assert (leads.count("A title. "), leads.count("")) == (100, 100)
    some = [item.passages[0][0] for item in items(examples, negatives=0.0, titles=0.5, seed=0, epoch=0)]
    assert 30 < some.count("A title. ") < 70


def test_passages_that_a_file_gives_are_read_behind_their_own_titles():
    given = tuple(Given(f"Story {n}", f"passage {n}") for n in range(4))
    examples = [
        Example("who won?", "Ana won.", ((0, 3),), "Vote", given),
        Example("who sang?", "x", (), "Song", given[:1]),
    ]
    read = list(items(examples * 50, negatives=0.0, titles=1.0, seed=0, epoch=0))
    two = [item.passages for item in read if item.example.spans]
    assert all(passages[0] == ("Vote. ", "Ana won.") and len(set(passages)) == 3 for passages in two)
    assert {passage for passages in two for passage in passages[1:]} == {(f"{one.title}. ", one.text) for one in given}
    assert all(len(item.passages) == 2 for item in read if not item.example.spans)


def test_passages_behind_their_title_are_read_behind_the_opening_too_half_of_the_time():
    given = (Given("Song", "Bo Lind sang.", "It was a long night. "), Given("Race", "Cy Dunn ran."))
    example = Example("who won?", "Ana won.", ((0, 3),), "Vote", given, opening="The town voted. ")
    read = [item.passages for item in items([example] * 100, negatives=0.0, titles=1.0, seed=0, epoch=0)]
    opened = [passages for passages in read if passages[0] == ("Vote. The town voted. ", "Ana won.")]
    assert 30 < len(opened) < 70
    assert all(
        set(passages[1:]) == {("Song. It was a long night. ", "Bo Lind sang."), ("Race. ", "Cy Dunn ran.")}
        for passages in opened
    )
    closed = [passages for passages in read if passages not in opened]
    assert all({lead for lead, _ in passages} == {"Vote. ", "Song. ", "Race. "} for passages in closed)
    bare = items([example] * 20, negatives=0.0, titles=0.0, seed=0, epoch=0)
    assert all({lead for lead, _ in item.passages} == {""} for item in bare)


def loss_of(start, end, golds, group, shared_weight):
    allowed = torch.ones(len(start), len(start[0]), dtype=torch.bool)
    allowed[:, 0] = False
    return float(
        reader_loss(
            torch.tensor(start),
            torch.tensor(end),
            allowed,
            torch.tensor(group),
            torch.tensor(golds),
            questions=len(set(group)),
            shared_weight=shared_weight,
        )
    )


def test_the_loss_is_the_negative_log_of_the_given_places_together():
    flat = [[0.0, 0.0, 0.0, 0.0]]
    assert loss_of(flat, flat, [[[1, 2], [-1, -1]]], [0], 0.0) == pytest.approx(2 * math.log(4), abs=1e-4)
    assert loss_of(flat, flat, [[[1, 2], [3, 3]]], [0], 0.0) == pytest.approx(2 * math.log(4) - math.log(2), abs=1e-4)
    assert loss_of(flat, flat, [[[-1, -1]]], [0], 0.0) == pytest.approx(2 * math.log(4), abs=1e-4)


def test_a_passage_without_the_answer_competes_by_its_margin_over_its_own_null():
    # both rows have the same logits up to a constant: margins are equal, so each of 6 tokens has one sixth
    start = [[0.0, 1.0, 1.0, 1.0], [5.0, 6.0, 6.0, 6.0]]
    golds = [[[1, 1]], [[-1, -1]]]
    alone = loss_of(start, start, golds, [0, 0], 0.0)
    for weight in (1.0, 0.5):
        more = loss_of(start, start, golds, [0, 0], weight) - alone
        assert more == pytest.approx(weight * 2 * math.log(6), abs=1e-4)


def test_the_learning_rate_rises_and_falls():
    assert [_schedule(done, 0.2) for done in (0.0, 0.1, 0.2, 0.6, 1.0, 1.1)] == pytest.approx([0, 0.5, 1, 0.5, 0, 0])


def test_what_a_dev_file_does_not_define_is_left_out(tmp_path, tiny_base, seed_data, capsys):
    out = tmp_path / "out"
    row = {"id": "1", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]}
    content = {"data": [{"title": "A", "paragraphs": [{"context": "Ann sang.", "qas": [row]}]}]}
    (seed_data / "answered.json").write_text(json.dumps(content))
    assert main(command(seed_data, tiny_base, out, "--examples", "4", "--dev", "answered.json")) == 0
    figures = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["dev"]
    assert set(figures) == {"exact_match", "f1", "forced_exact_match", "forced_f1"}
    row.update(answers=[], is_impossible=True)
    (seed_data / "unanswered.json").write_text(json.dumps(content))
    assert main(command(seed_data, tiny_base, tmp_path / "none", "--examples", "4", "--dev", "unanswered.json")) == 0
    assert set(json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["dev"]) == {"exact_match", "f1"}


def test_training_overfits_32_questions(tmp_path, seed_data, monkeypatch):
    """From the sentence encoder, which has no span head yet."""
    out = tmp_path / "out"
    base = SentenceEncoder().folder
    recipe = Recipe(
        {"train.json.gz": 1.0},
        examples=32 * 12,
        batch=16,
        learning_rate=5e-4,
        warm_up=0.1,
        ema=0.8,
        negatives=0.0,
        frozen_layers=3,
    )
    monkeypatch.setattr("qa.training.reader.MEASURE_EVERY", 0.25)
    dev = sample(load_questions(seed_data / "train.json.gz"), 32)
    train_reader(recipe, seed_data, out, base=base, dev=dev)
    figures = [row["dev"] for row in read_log(out) if "dev" in row]
    assert figures[0]["f1"] < 80
    assert figures[-1]["f1"] == 100
    assert (out / "curves.png").stat().st_size > 1000


def test_a_trained_checkpoint_is_read_as_any_other(tmp_path, tiny_base, seed_data, capsys):
    assert main(command(seed_data, tiny_base, tmp_path / "out", "--examples", "8")) == 0
    assert json.loads(capsys.readouterr().out)["checkpoint"] == str(tmp_path / "out")
    questions = str(seed_data / "train.json.gz")
    assert (
        main(["evaluate", questions, "--reader-only", "--limit", "2", "--json", "--reader", str(tmp_path / "out")]) == 0
    )
    assert json.loads(capsys.readouterr().out)["n"] == 2


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--source", "train.json.gz"), "FILE=SHARE"),
        (("--source", "other.json=1"), "name those to train on: --source"),
        (("--dev", "other.json"), "has no other.json to measure on, but train.json.gz"),
        (("--data", "/no/such"), "there is no folder /no/such"),
        (("--frozen-layers", "9"), "the base has 2 layers"),
        (("--resume",), "no training.pt to go on from"),
        (("--base", "nowhere"), "there is no folder nowhere to take as the base, and it can't be had from the hub"),
        (("--base", "./no/where"), "there is no folder no/where to take as the base, and it can't be had"),
        (("--base", "/no/where"), "there is no folder /no/where to take as the base; name the folder of a checkpoint"),
        (("--teacher", "/no/where"), "there is no folder /no/where to take as the teacher; name the folder"),
        (("--dropout", "1.5"), "dropout is a share, so it must be 0 to 1, got 1.5"),
        (("--negatives", "nan"), "negatives is a share, so it must be 0 to 1, got nan"),
        (("--teacher-weight", "nan"), "teacher-weight must be 0 or more, got nan"),
        (("--base", "seeds"), "seeds has no config.json, so it is no checkpoint; name another as the base"),
        (("--learning-rate", "0"), "learning-rate must be over 0, got 0.0"),
    ],
)
def test_bad_training_input_is_one_sentence(tmp_path, tiny_base, seed_data, capsys, more, says):
    assert main(command(seed_data, tiny_base, tmp_path / "out", "--examples", "8", *more)) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("dateline: ")
    assert says in error


def test_dropout_leaves_out_values_as_the_recipe_says_and_is_not_for_every_base(tmp_path, tiny_base, seed_data, capsys):
    from transformers import AutoModelForQuestionAnswering, DistilBertConfig, DistilBertForQuestionAnswering

    model = AutoModelForQuestionAnswering.from_pretrained(str(tiny_base), hidden_dropout_prob=0.5).train()
    ids = torch.randint(1000, 20_000, (1, 20))
    inputs = {"input_ids": ids, "token_type_ids": torch.zeros_like(ids), "attention_mask": torch.ones_like(ids)}
    one, other = (bfloat16.logits(model, inputs, torch.float32)[0] for _ in range(2))
    assert not torch.equal(one, other)
    model.eval()
    one, other = (bfloat16.logits(model, inputs, torch.float32)[0] for _ in range(2))
    assert torch.equal(one, other)

    losses = []
    for dropout in ("0", "0.5"):
        out = tmp_path / dropout
        assert main(command(seed_data, tiny_base, out, "--examples", "12", "--dropout", dropout)) == 0
        losses.append(torch.load(out / "training.pt", weights_only=True)["ema"]["qa_outputs.weight"])
    assert not torch.equal(*losses)

    config = DistilBertConfig(vocab_size=30522, dim=32, n_layers=2, n_heads=2, hidden_dim=64)
    DistilBertForQuestionAnswering(config).save_pretrained(tmp_path / "other")
    for file in tiny_base.glob("tokenizer*"):
        (tmp_path / "other" / file.name).write_bytes(file.read_bytes())
    given = command(seed_data, tmp_path / "other", tmp_path / "new", "--examples", "4")
    capsys.readouterr()
    assert main([*given, "--dropout", "0.1"]) == 2
    assert "has no dropout between its layers" in capsys.readouterr().err
    assert main([*given, "--frozen-layers", "1"]) == 0, "though its layers are called otherwise"
