"""Question files of every form, and one clear sentence for each that is malformed."""

import csv
import gzip
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from stories import VOTE

from embeddings.errors import DatelineError
from qa.cli import main
from qa.evaluation.questions import load_questions
from qa.evaluation.sampling import part_of, sample


def squad(**row):
    question = {"id": "q", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}], **row}
    return {"data": [{"title": "A_title", "paragraphs": [{"context": "Ann sang.", "qas": [question]}]}]}


def test_questions_are_read(tmp_path):
    file = tmp_path / "q.json"
    file.write_text(json.dumps(squad()))
    [question] = load_questions(file)
    assert (question.title, question.kind, question.golds[0].end, question.answerable) == ("A title", "span", 3, True)
    answers = [{"text": "Ann", "answer_start": 0, "item": 0}, {"text": "sang", "answer_start": 4, "item": 1}]
    file.write_text(json.dumps(squad(kind="list", answers=answers)))
    assert len(load_questions(file)[0].items) == 2
    row = {"id": "q", "question": "Who?", "is_impossible": True}  # without answers at all
    file.write_text(json.dumps({"data": [{"title": "A", "paragraphs": [{"context": "Ann sang.", "qas": [row]}]}]}))
    assert not load_questions(file)[0].answerable


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is not JSON"),
        ("{}", 'a list "data"'),
        ("", "is empty; write a question"),
        ("[]", "no questions"),
        ('[{"question": "Who?"}]', 'entry 1: want an object with "question" and "answer"'),
        ('{"data": [3]}', "has no"),
        ('{"data": []}', "no questions"),
        (json.dumps(squad(answers=[{"text": "Bob", "answer_start": 0}])), "stands 'Ann', not the answer 'Bob'"),
        (json.dumps(squad(kind="riddle")), "found 'riddle'"),
        (json.dumps(squad(question=3)), '"question"'),
        (json.dumps(squad(answers=[{"text": "sang", "answer_start": -5}])), "not the answer 'sang'"),
        (json.dumps(squad(kind="list", answers=[{"text": "Ann", "answer_start": 0, "item": []}])), "found []"),
        (json.dumps(squad(kind="followup")), 'no "standalone"'),
        (json.dumps(squad(kind="none")), "only kind 'none' has none"),
        (
            json.dumps(squad(kind="span", answers=[], is_impossible=True)),
            "kind 'span' with no answer; only kind 'none'",
        ),
        (json.dumps(squad(question=" ")), "question 'q': the question is empty"),
        (json.dumps(squad(question="Who \ud800 won?")), "question 'q': holds half a character, '\\ud800'"),
        (json.dumps(squad(kind="followup", standalone="Who \ud800?")), "question 'q': holds half a character"),
        (json.dumps([{"question": "Who?", "answer": "Ann \ud800"}]), "'entry 1': holds half a character"),
        (json.dumps(squad(answers=[{"text": "", "answer_start": 0}])), "at character 0 stands '', not the answer ''"),
        (
            json.dumps([{"question": "Who?", "context": "A.", "answers": {"text": ["A"], "answer_start": [0, 0]}}]),
            "entry 1: has 1 answers and 2 places of answers",
        ),
        (json.dumps(squad(id="\udfff")), "question '\\udfff': holds half a character"),
        (json.dumps(squad(question="Who " + "x " * 600)), "question 'q': the question has 1,203 characters"),
        (json.dumps(squad(question="?!")), "question 'q': the question is empty (found '?!')"),
        (json.dumps(squad(kind="followup", standalone="x" * 1001)), "'q': the question has 1,001 characters"),
        (json.dumps(squad(is_impossible=True)), "is_impossible is True, and it has 1 answers"),
        (json.dumps(squad(is_impossible=False, answers=[])), "is_impossible is False, and it has 0 answers"),
    ],
)
def test_a_malformed_question_file_is_named_with_the_place(tmp_path, content, reason):
    (tmp_path / "q.json").write_text(content)
    with pytest.raises(DatelineError) as caught:
        load_questions(tmp_path / "q.json")
    assert reason in str(caught.value)
    assert "q.json" in str(caught.value)


def test_a_table_of_questions(tmp_path):
    (tmp_path / "q.tsv").write_text(
        "Question\tAnswer\tkind\tstandalone\tnote\nHow many?\t1,200 | 1200\t\t\tx\n"
        "And where?\tRome\tfollowup\tWhere did he go?\t\t\nWho?\tAnn; Bo | Robert\tlist\t\t\n"
    )
    many, where, who = load_questions(tmp_path / "q.tsv")
    assert [gold.text for gold in many.golds] == ["1,200", "1200"]
    assert (where.to_ask, where.kind, where.id) == ("Where did he go?", "followup", "line 3")
    assert [[gold.text for gold in item] for item in who.items] == [["Ann"], ["Bo", "Robert"]]


def test_csv_questions(tmp_path, capsys):
    file = tmp_path / "q.csv"
    file.write_text(
        "question,answer,article,kind\n"
        "Who won?,Ana Reyes | Reyes,Vote,\n"
        '"Which, where?",Dunmere; Skarholt | Skarholt town,Storm,list\n'
        "Who lost?,,,\n",
        encoding="utf-8-sig",
    )
    won, which, lost = load_questions(file)
    assert [gold.text for gold in won.golds] == ["Ana Reyes", "Reyes"]
    assert [[gold.text for gold in item] for item in which.items] == [["Dunmere"], ["Skarholt", "Skarholt town"]]
    assert (lost.kind, lost.answerable, won.title, lost.id) == ("none", False, "Vote", "line 4")
    assert main(["questions", "check", str(file)]) == 0
    assert "all in order; questions: 3 (1 list, 1 none, 1 span); articles named: 2\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "data",
    [
        "Question;Answer;Article\nWho paid £5?;Zoé Gagné;Vote\n".encode("cp1252"),
        "Question\tAnswer\tArticle\nWho paid £5?\tZoé Gagné\tVote\n".encode("utf-16"),
    ],
)
def test_csv_questions_as_spreadsheets_write_them(tmp_path, data):
    (tmp_path / "q.csv").write_bytes(data)
    [question] = load_questions(tmp_path / "q.csv")
    assert (question.text, question.golds[0].text, question.title) == ("Who paid £5?", "Zoé Gagné", "Vote")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("q,a\nx,y\n", "line 1: no column 'answer'"),
        ("question,answer\n ,y\n", "line 2: the question is empty"),
        ("question,answer,kind\nWho?,Ana,riddle\n", "line 2: the kind is one of"),
        ("question,answer,kind\nWho?,Ana,none\n", "line 2: kind 'none' with answers"),
        ("question,answer,kind\nWho?,,span\n", "line 2: kind 'span' with no answer"),
        ("question,answer,kind\nWho?,;,list\n", "line 2: the answer ';' holds no words"),
        ("question,answer,kind\nAnd where?,Rome,followup\n", "line 2: kind 'followup' has no \"standalone\""),
        ("question,answer\nHow many?,1,200\n", "line 2: has 3 fields, and line 1 names 2; put quotation marks"),
        ("question,answer,\nWho won?,Ana,by far\n", "line 2: has 3 fields, and line 1 names 2"),
        (",question,answer\n0,How many?,1,200\n", "line 2: has 4 fields, and line 1 names 3"),
        ("question,answer\nWho won?\n", "line 2: has 1 fields, and line 1 names 2"),
        ('question,answer\n"Who won?\nWho lost?,Vance\n', "is no CSV"),
        ("question,answer,answer\nWho?,Ann,Bo\n", "line 1: the column 'answer' stands twice"),
        ("question,answer\nWho?,|\n", "line 2: the answer '|' holds no words"),
        ("question,answer\n", "holds no questions"),
        ("", "is empty; write a question"),
    ],
)
def test_a_bad_csv_is_named_with_its_line(tmp_path, capsys, text, reason):
    (tmp_path / "q.csv").write_text(text)
    assert main(["questions", "check", str(tmp_path / "q.csv")]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (",question,answer,article\n0,Who won?,Ana,Vote\n", 2),  # as pandas numbers the rows
        ("question,answer,article,,\nWho won?,Ana,Vote,,\n,,,,\n , ,,,\n", 2),  # as spreadsheets go on
        ("sep=;\nQuestion;Answer;Article\nWho won?;Ana;Vote\n", 3),  # as Excel is told
        ('question, answer, article\n"Who won?", "Ana", "Vote"\n', 2),  # as it is typed
        ("id,title,question,answer\n,Vote,Who won?,Ana\n", 2),
        ("title,article_id,question,answer\nThe vote,Vote,Who won?,Ana\n", 2),
    ],
)
def test_tables_as_people_have_them(tmp_path, text, number):
    (tmp_path / "q.csv").write_text(text)
    [won] = load_questions(tmp_path / "q.csv")
    assert (won.text, won.golds[0].text, won.title, won.id) == ("Who won?", "Ana", "Vote", f"line {number}")


def test_all_that_is_wrong_is_named_at_once(tmp_path, capsys):
    rows = ["question,answer,kind", "Who won?,Ana,", ",Bo,", "Who lost?,Bo,riddle", "Why?,rain,extra,more", "?,Cy,"]
    (tmp_path / "q.csv").write_text("\n".join(rows))
    assert main(["questions", "check", str(tmp_path / "q.csv")]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split("q.csv, ")[1][:9] for line in said] == ["line 3: t", "line 4: t", "line 5: h", "question "]
    with pytest.raises(DatelineError, match=r"line 3: the question is empty \(and 3 more; dateline questions check"):
        load_questions(tmp_path / "q.csv")
    (tmp_path / "q.jsonl").write_text("no\n" * 25)
    assert main(["questions", "check", str(tmp_path / "q.jsonl")]) == 2
    *said, last = capsys.readouterr().err.splitlines()
    assert (len(said), last) == (20, "dateline: and so on; 25 are wrong, 0 sound")


def test_a_verdict_alone_makes_no_label(tmp_path):
    (tmp_path / "q.jsonl").write_text('{"question": "Who won?", "answer": "Ana", "verdict": "supported"}')
    assert load_questions(tmp_path / "q.jsonl")[0].golds[0].text == "Ana"


def test_what_pandas_writes_for_nothing_is_nothing(tmp_path):
    row = '{"id": NaN, "question": "Who lost?", "answer": NaN, "article": NaN, "kind": NaN}'
    (tmp_path / "q.ndjson").write_text(row)
    (tmp_path / "q.json").write_text(f"[{row}]")
    for name, question_id in (("q.ndjson", "line 1"), ("q.json", "entry 1")):
        [lost] = load_questions(tmp_path / name)
        assert (lost.id, lost.kind, lost.title) == (question_id, "none", "")


def test_json_as_an_old_program_writes_it(tmp_path):
    for name in ("q.json", "q.jsonl"):
        (tmp_path / name).write_bytes('{"question": "Who paid £5?", "answer": "Zoé"}'.encode("cp1252"))
    (tmp_path / "q.json").write_bytes(b"[" + (tmp_path / "q.json").read_bytes() + b"]")
    for name in ("q.json", "q.jsonl"):
        [question] = load_questions(tmp_path / name)
        assert (question.text, question.golds[0].text) == ("Who paid £5?", "Zoé")


def test_a_workbook_is_called_one(tmp_path, capsys):
    for name in ("q.xlsx", "q.csv"):
        (tmp_path / name).write_bytes(b"PK\x03\x04\0\0")
        assert main(["questions", "check", str(tmp_path / name)]) == 2
        assert "is a workbook or an archive; save its sheet as CSV (UTF-8)" in capsys.readouterr().err


def test_articles_of_a_set_may_have_no_title(tmp_path):
    content = squad()
    del content["data"][0]["title"]
    (tmp_path / "q.json").write_text(json.dumps(content))
    assert load_questions(tmp_path / "q.json")[0].title == ""


def test_questions_one_a_line(tmp_path):
    rows = [
        {"question": "Who won?", "answer": "Ana Reyes", "article": "vote", "contexts": ["Ana Reyes won."]},
        {"id": 7, "question": "How many?", "answers": ["1,200", "1200"], "title": "A_vote"},
        {"id": "", "question": "Which?", "kind": "list", "answers": ["Ann", ["Bo", "Robert"]]},
        {"question": "And where?", "answer": "Rome", "kind": "followup", "standalone": "Where did he go?"},
        *({"question": f"Who lost {number}?", "answer": none} for number, none in enumerate(("", None, [], [""]))),
        squad()["data"][0]["paragraphs"][0]["qas"][0] | {"context": "Ann sang."},
        {"id": "hub", "question": "Who?", "context": "Ann sang.", "answers": {"text": ["Ann"], "answer_start": [0]}},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "q.jsonl").write_text("\n" + lines, encoding="utf-8-sig")
    (tmp_path / "q.jsonl.gz").write_bytes(gzip.compress(("\n" + lines).encode()))
    (tmp_path / "q.json").write_text(json.dumps(rows))
    questions = load_questions(tmp_path / "q.jsonl")
    assert load_questions(tmp_path / "q.jsonl.gz") == questions
    assert [replace(one, id="") for one in load_questions(tmp_path / "q.json")] == [
        replace(one, id="") for one in questions
    ]
    won, many, which, where, *lost, own, flat = questions
    assert (won.id, won.title, won.golds[0].text, won.context) == ("line 2", "vote", "Ana Reyes", "")
    assert (many.id, many.title, len(many.items), len(many.golds)) == ("7", "A vote", 1, 2)
    assert [[gold.text for gold in item] for item in which.items] == [["Ann"], ["Bo", "Robert"]]
    assert (which.id, where.to_ask) == ("line 4", "Where did he go?")
    assert {one.kind for one in lost} == {"none"}
    assert (own.golds[0].end, own.context, flat.golds, flat.context) == (3, "Ann sang.", own.golds, "Ann sang.")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"_id": "1", "text": "Who won?", "metadata": {}}', "found _id, text, metadata"),
        ('{"question_text": "Who won?", "annotations": []}', "found question_text, annotations"),
        ('{"question": "Who won?", "contexts": []}', "found question, contexts"),
        ("[1]", "found [1]"),
        ("Who won?", "is not JSON"),
        ('{"question": 3, "answer": "Ana"}', 'no "question" of the right form, found 3'),
        ('{"question": " ", "answer": "Ana"}', "the question is empty"),
        ('{"question": "Who won?", "answer": 42}', "an answer is a text or a list of texts, found 42"),
        ('{"question": "Who won?", "answers": ["?", "Ana", 3]}', "an answer is a text or a list of texts"),
        ('{"question": "How many?", "answer": 0}', "an answer is a text or a list of texts, found 0"),
        (
            '{"question": "Who won?", "answer": {"value": "Ana"}}',
            "is a text or a list of texts, found {'value': 'Ana'}",
        ),
        ('{"question": "Who won?", "answer": "?"}', "the answer '?' holds no words"),
        ('{"question": "Who won?", "answer": "Ana", "kind": "none"}', "kind 'none' with answers"),
        ('{"id": [], "question": "Who won?", "answer": "Ana"}', 'no "id" of the right form'),
        ('{"question": "Who won?", "answers": [{"text": "Ana", "answer_start": 0}]}', 'it has no "context"'),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path, capsys, line, reason):
    (tmp_path / "q.jsonl").write_text('{"question": "Who?", "answer": "Ann"}\n' + line)
    assert main(["questions", "check", str(tmp_path / "q.jsonl")]) == 2
    error = capsys.readouterr().err
    assert "q.jsonl, line 2" in error
    assert reason in error
    assert len(error.splitlines()) == 1


def test_a_packed_table_is_read_and_one_cut_off_named(tmp_path):
    packed = gzip.compress(b"question,answer\nWho?,Ana\n")
    (tmp_path / "q.csv.gz").write_bytes(packed)
    assert load_questions(tmp_path / "q.csv.gz")[0].golds[0].text == "Ana"
    (tmp_path / "q.csv.gz").write_bytes(packed[:-9])
    with pytest.raises(DatelineError, match="can't be opened"):
        load_questions(tmp_path / "q.csv.gz")


def test_a_field_may_be_long(tmp_path):
    before = csv.field_size_limit(131_072)  # what it is until a table of articles is read
    try:
        (tmp_path / "q.csv").write_text(f'question,answer,note\nWho?,Ana,"{"a" * 140_000}"\n')
        [question] = load_questions(tmp_path / "q.csv")
    finally:
        csv.field_size_limit(before)
    assert question.golds[0].text == "Ana"


def test_a_data_set_in_hub_form(tmp_path, capsys):
    row = {"id": "1", "title": "A_vote", "context": VOTE, "question": "Who won?"}
    rows = [
        {**row, "answers": {"text": ["Ana Reyes"], "answer_start": [6]}},
        {**row, "id": "2", "answers": {"text": [], "answer_start": []}},
    ]
    (tmp_path / "set").mkdir()
    text = "".join(json.dumps(one) + "\n" for one in rows)
    (tmp_path / "set" / "validation.jsonl").write_text(text)
    won, none = load_questions(Path(f"hub:{tmp_path}/set"))
    assert not sys.modules["datasets"].config.HF_UPDATE_DOWNLOAD_COUNTS  # nobody is told what is loaded
    assert (won.title, won.golds[0].text, none.kind) == ("A vote", "Ana Reyes", "none")
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "validation.jsonl").write_text('{"question": "Who won?", "answer": ["Ana", "Reyes"]}\n')
    [open_one] = load_questions(Path(f"hub:{tmp_path}/open"))  # as nq_open has them
    assert [gold.text for gold in open_one.golds] == ["Ana", "Reyes"]
    assert main(["questions", "check", f"hub:{tmp_path}/set#test"]) == 2
    assert main(["questions", "check", f"hub:{tmp_path}/nothing"]) == 2
    said = re.findall(r"^dateline: .*$", capsys.readouterr().err, re.MULTILINE)  # beside the package's own bars
    assert len(said) == 2


def test_a_sample_is_taken_evenly_over_the_list():
    assert sample(list(range(10)), 3) == [0, 3, 6]
    assert sample(list(range(10)), 7) == [0, 1, 2, 4, 5, 7, 8]
    assert sample(list(range(3)), 10) == [0, 1, 2]
    with pytest.raises(DatelineError, match="the number of questions must be at least 1, got 0"):
        sample(list(range(3)), 0)


def test_questions_that_name_no_article_have_no_parts(tmp_path):
    (tmp_path / "q.csv").write_text("question,answer\nWho won?,Ana\nWho lost?,Bo\n")
    with pytest.raises(DatelineError, match="by the article that each names, and none names one; leave it out"):
        part_of(load_questions(tmp_path / "q.csv"), "1/2")
