"""Questions with one thing changed, for training."""

import random

import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from qa.reader import SHIPPED_READER
from qa.training.batching import training_batches
from qa.training.data import Example, Item, items
from qa.training.perturbed import Perturber

TEXT = "Germany signed the treaty in 1951, and France joined in 1957 with 12 ships. Its minister Bo Lind sang."


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_file(str(SHIPPED_READER / "tokenizer.json"))


@pytest.fixture(scope="module")
def embeddings():
    weights = load_file(SHIPPED_READER / "model.safetensors")
    return weights["bert.embeddings.word_embeddings.weight"].astype("float32")


def asked(question, answer="", passage=TEXT):
    start = passage.index(answer)
    return Example(question, passage, ((start, start + len(answer)),), "Treaty")


@pytest.fixture
def outcomes(tokenizer, embeddings):
    """All that a question may become."""

    def of(example, *others):
        perturber = Perturber([example, *others], tokenizer, embeddings)
        return {perturber.perturbed(example, random.Random(seed)) for seed in range(60)}

    return of


@pytest.mark.parametrize(
    ("question", "answer", "becomes"),
    [
        ("when did germany sign?", "1951", {"when did france sign?"}),  # a country for a country, not a person
        ("who came in 1957 with ships?", "France", {"who came in 1951 with ships?"}),
        ("who brought 12 ships?", "France", {None}),  # a year is no number of ships
        ("which minister was the first to sing?", "Bo Lind", {"which minister was the last to sing?"}),
        ("what did he do?", "sang", {"what didn't he do?", None}),  # seldom, since it gives itself away
        ("how many sailed?", "12", {None}),
    ],
)
def test_one_thing_becomes_another_of_its_kind(outcomes, question, answer, becomes):
    assert outcomes(asked(question, answer)) == becomes


def test_the_answer_never_comes_into_the_question(outcomes):
    assert outcomes(asked("which country signed before france?", "Germany")) == {
        "which country signed after france?",
    }


def test_a_year_without_another_moves_by_a_few(outcomes):
    found = outcomes(asked("who sang in 1996?", "Ana", "Ana sang in 1996."))
    years = {int(question[-5:-1]) for question in found}
    assert len(years) > 5
    assert all(0 < abs(year - 1996) <= 12 for year in years)


def test_names_of_the_whole_article_count_and_another_form_of_one_does_not(outcomes):
    example = asked("who lives in alaska?", "Bears", "Bears live in Alaska. Alaskans fish.")
    assert outcomes(example) == {None}
    other = Example("who lives there?", "Bears live in Texas.", ((0, 5),), "Treaty")
    assert outcomes(example, other) == {"who lives in texas?"}


def test_a_changed_question_is_read_with_its_passage_and_has_no_answer_there(tokenizer):
    example = asked("when did germany sign?", "1951")
    perturbed = Item(example, (("", TEXT), ("", "Bo Lind lost.")), "when did france sign?")
    [batch] = training_batches([perturbed], tokenizer, questions=4, max_tokens=64, pad_id=0, seed=0)
    rows = [tokenizer.decode(ids) for ids in batch.windows.input_ids.tolist()]
    assert batch.group.tolist() == [0, 0, 0]
    assert rows[0].startswith("when did germany sign? germany signed")
    assert rows[1].startswith("when did germany sign? bo lind lost")
    assert rows[2].startswith("when did france sign? germany signed")
    assert (batch.golds[:, 0, 0] >= 0).tolist() == [True, False, False]


def test_of_a_long_passage_the_window_of_the_answer_is_read_again(tokenizer):
    passage = "Nothing was said. " * 40 + TEXT
    example = asked("when did germany sign?", "1951", passage)
    [batch] = training_batches(
        [Item(example, (("", passage),), "when did france sign?")],
        tokenizer,
        questions=4,
        max_tokens=64,
        pad_id=0,
        seed=0,
    )
    assert all("1951" in tokenizer.decode(ids) for ids in batch.windows.input_ids.tolist())


def test_only_answerable_questions_are_changed():
    examples = [asked("when did germany sign?", "1951"), Example("who wept?", TEXT, (), "Treaty")]
    given = items(examples, negatives=0.0, titles=0.0, seed=0, epoch=0, perturb=lambda one, _: f"not {one.question}")
    assert {item.perturbed for item in given} == {"not when did germany sign?", ""}
