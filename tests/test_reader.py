"""The reader: windows, titles, and the places of what it finds."""

import json
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from embeddings.documents import Article, Hit, Passage
from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError, InvalidInput, first_line
from qa.leads import MAX_TITLE
from qa.reader import SHIPPED_READER, ExtractiveReader, _onnx_model, _Place, _spans, window_tokens
from qa.windows import Window, batches, make_windows

STORY = "Ana Reyes won by 612 votes. Bo Lind lost."


@pytest.fixture(scope="module")
def reader():
    return ExtractiveReader(SHIPPED_READER)


def hit(title, text=STORY, start=0):
    article = Article("a", title, text)
    return Hit(Passage("a", start, len(text)), article, 1.0)


@pytest.mark.parametrize(
    "title", ["", "Reyes takes city hall", "Who won?", "t" * (MAX_TITLE + 50), "Reyes\n\twins the vote "]
)
def test_spans_stand_in_the_passage_whatever_the_title(reader, title):
    spans = reader.read("Who won by 612 votes?", [hit(title), hit(title, "Nobody. " + STORY, start=8)])
    assert spans
    for span in spans:
        assert span.hit.article.text[span.start : span.end] == span.text
        assert span.hit.passage.start <= span.start < span.end <= span.hit.passage.end
    assert spans[0].text == "Ana Reyes"


def test_what_only_the_title_says_is_no_answer(reader):
    spans = reader.read("Who resigned?", [hit("Minister Castellane resigns")])
    assert not [span for span in spans if "Castellane" in span.text]


def test_a_window_without_its_lead():
    window = Window(
        0, (101, 5, 6, 7, 8), (0, 1, 1, 1, 1), ((0, 0), (0, 3), (3, 5), (5, 9), (9, 12)), (False, *[True] * 4)
    )
    cut = window.without_lead(6)  # "xx yy  " and then the passage; the third token begins at the lead's last space
    assert cut.allowed == (False, False, False, True, True)
    assert cut.offsets[3:] == ((0, 3), (3, 6))
    assert window.without_lead(0) is window


@pytest.mark.parametrize(
    ("text", "firsts"),
    [
        ("Floods in Stoneholt\n\nThe mayor left.", ["Floods", "The"]),
        ("The dam broke.\nThe mayor left.", ["The", "The"]),
        ("The dam " + "and the wall " * 9 + "\nbroke in the\nnight.", ["The"]),
        ("“It broke.” \n \n\n“She left.”", ["“", "“"]),
        ("The dam\nbroke in the\nnight.", ["The"]),
        ("One.\n\nTwo.\n\nThree.", ["One", "Two", "Three"]),
        ("One.\n\n", ["One"]),
        ("Closed are\n- High Street\n  2. Mill Lane\nto Ekeby.", ["Closed", "-", "High", "2", "Mill"]),
        ("Bo Lind   Labour   9\nAna Reyes   Green   4", ["Bo", "Labour", "9", "Ana", "Green", "4"]),
        ("The U.S. Army came. Mr. Ray left at 4 p.m. on Monday.", ["The", "Mr"]),
        (
            "Anker, 33, is back\nHALVERN. By Tam\nA postwoman " + "ran and " * 15 + "won.",
            ["An", "HAL", "By", "A"],
        ),
    ],
)
def test_where_answers_end_at_the_latest(reader, text, firsts):
    [window] = make_windows(reader._loaded.tokenizer, [("who?", "A title. " + text)])
    window = window.without_lead(len("A title. "))
    assert [text[slice(*window.offsets[token])] for token in window.firsts] == firsts


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("López Obrador won.", ["##rad", "##or"]),
        ("It's Ana's 19th win.", []),
        ("A US-based firm paid $5.", []),
        ("東京都", []),
    ],
)
def test_which_tokens_go_on_within_a_word(reader, text, inner):
    tokenizer = reader._loaded.tokenizer
    [window] = make_windows(tokenizer, [("Who won?", text)])
    assert [tokenizer.id_to_token(window.ids[token]) for token in window.inner] == inner


def test_no_answer_cuts_a_word(reader):
    story = "The visit comes a day after she spoke with Mexican President Andrés Manuel López Obrador in Xochimilco."
    spans = reader.read("Who spoke with the Mexican president?", [hit("", story)])
    assert spans
    for span in spans:
        assert not (story[: span.start][-1:] + span.text[0]).isalpha() or span.start == 0
        assert not (span.text[-1] + story[span.end : span.end + 1]).isalpha()


def test_no_answer_runs_into_the_next_paragraph(reader):
    text = "The floods reached Stoneholt and Saltby.\n\nFennick and Upper Cray lose their schools this year, it said."
    spans = reader.read("Which villages lose their schools?", [hit("Council", text)])
    assert len(spans) > 1
    assert not [span.text for span in spans if "\n" in span.text]


def test_a_long_passage_is_read_to_its_end(reader):
    text = "The council met again. " * 300 + "The mayor is called Ana Reyes."
    [best, *_] = reader.read("What is the mayor called?", [hit("Council", text)])
    assert best.text == "Ana Reyes"


def test_every_character_of_a_long_passage_is_in_a_window(reader):
    text = "word " * 2000
    windows = make_windows(reader._loaded.tokenizer, [("who?", text)])
    covered = {
        at
        for window in windows
        for may, (start, end) in zip(window.allowed, window.offsets, strict=True)
        if may
        for at in range(start, end)
    }
    assert covered == {at for at, character in enumerate(text) if character != " "}


def test_questions_read_together_are_read_as_alone():
    # on torch: int8 takes its scales from the whole batch, so that near ties may fall out otherwise
    reader = ExtractiveReader(SHIPPED_READER, backend="torch")
    hits = [hit("Vote"), hit("Storm", "The storm broke the bridge at Kilbray on Monday.")]
    pairs = [("Who won?", hits), ("What broke?", hits[1:]), ("Who lost?", [])]
    together = reader.read_many(pairs)
    assert together[2] == []
    for found, (question, given) in zip(together, pairs, strict=True):
        alone = reader.read(question, given)
        assert [(one.text, one.start) for one in found[:3]] == [(one.text, one.start) for one in alone[:3]]


def test_a_question_that_leaves_no_room_is_refused(reader):
    with pytest.raises(ValueError, match="leaves no room"):
        make_windows(reader._loaded.tokenizer, [("why " * 400, STORY)])


def test_a_question_that_leaves_little_room_is_read_all_the_same(reader):
    text = "The council met again. " * 60 + "The mayor is called Ana Reyes."
    windows = make_windows(reader._loaded.tokenizer, [("why " * 300, text)])
    assert len(windows) > 2
    assert max(max(end for _, end in window.offsets) for window in windows) == len(text)


def test_windows_of_a_long_passage_share_tokens(reader):
    text = " ".join(f"town{at}" for at in range(200))
    first, second, *_ = make_windows(reader._loaded.tokenizer, [("who?", text)], max_tokens=64, stride=16)
    ends = [end for may, (_, end) in zip(first.allowed, first.offsets, strict=True) if may]
    starts = [start for may, (start, _) in zip(second.allowed, second.offsets, strict=True) if may]
    assert sum(start < ends[-1] for start in starts) == 16


@pytest.mark.parametrize(("words", "refused"), [(26, False), (27, True)])
def test_how_much_room_a_question_leaves(reader, words, refused):
    # three tokens are the model's own: 26 + 3 of 61 leave 32
    with pytest.raises(InvalidInput) if refused else nullcontext():
        assert make_windows(reader._loaded.tokenizer, [("why " * words, STORY)], max_tokens=61)


def test_a_place_comes_once_with_its_best_margin_and_no_marks_alone():
    one, other = hit("Vote"), hit("Vote", start=4)
    text = STORY.replace("612", "---")
    marks = hit("Vote", text)
    places = [(one, _Place(4, 9, 1.0)), (other, _Place(0, 5, 3.0)), (one, _Place(4, 9, 2.0))]
    assert [(span.text, span.score) for span in _spans(places)] == [("Reyes", 3.0)]
    at = text.index("---")
    assert _spans([(marks, _Place(at, at + 3, 9.0))]) == []


@pytest.mark.parametrize(("kind", "most"), [("bert", 80), ("roberta", 78), ("xlm-roberta", 78)])
def test_the_longest_window_is_what_the_model_has_places_for(tmp_path, kind, most):
    (tmp_path / "config.json").write_text(json.dumps({"max_position_embeddings": 80, "model_type": kind}))
    assert window_tokens(tmp_path) == most


def test_no_batch_has_more_tokens_than_it_may():
    size = 10
    same = ((0, 1),) * size
    windows = [Window(pair, (1,) * size, (0,) * size, same, (True,) * size) for pair in range(5)]
    assert [len(batch.windows) for batch in batches(windows, pad_id=0, max_batch_tokens=2 * size)] == [2, 2, 1]
    assert [len(batch.windows) for batch in batches(windows, pad_id=0, max_batch_tokens=2 * size - 1)] == [1] * 5


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError("cut off\nat byte 7"), "cut off"), (ValueError("\n odd "), "odd"), (KeyError(), "KeyError")],
)
def test_what_another_library_says_is_told_on_one_line(monkeypatch, error, said):
    def refuse(*_, **__):
        raise error

    assert first_line(error) == said
    monkeypatch.setattr("onnxruntime.InferenceSession", refuse)
    with pytest.raises(DatelineError, match=rf"can't be loaded \({said}\)$"):
        _onnx_model(SHIPPED_READER, 1)
    monkeypatch.setattr("huggingface_hub.snapshot_download", refuse)
    for model in (ExtractiveReader("no/where"), SentenceEncoder("no/where")):
        with pytest.raises(DatelineError, match=rf"'no/where' is no folder .* from the hub \({said}\); name a"):
            _ = model.folder


def test_nothing_is_told_to_the_makers_of_onnxruntime(tmp_path):
    # as for a user: where it runs tests, it tells nothing anyway
    home = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    run = "from qa.reader import SHIPPED_READER, _onnx_model; _onnx_model(SHIPPED_READER, 1)"
    subprocess.run([sys.executable, "-c", run], check=True, env=home, cwd=Path(__file__).parents[1])
    assert list(tmp_path.iterdir()) == []  # it leaves a number for its user there, and what it is to tell
