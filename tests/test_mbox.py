"""Mailboxes, as programs export the folder of a newsletter."""

import tracemalloc

import pytest
from attacks import refused
from test_mail import HTML, mail
from test_sources import STORY, read

from embeddings.sources import mbox


def box(*mails, line=b"From - Tue Jun 08 23:30:00 2021"):
    return b"".join(line + b"\n" + bytes(one).rstrip() + b"\n\n" for one in mails)


def letter(number, plain, **headers):
    return mail(plain=plain, Subject=f"Letter {number}", **{"Message-ID": f"<{number}@echo.example>", **headers})


QUOTED = letter(2, "It rained.\n\nFrom the hills it ran.\n\n>From Sorrel it came.")
MAILS = box(letter(1, "It opened."), QUOTED, mail(html=HTML, Subject="Letter 3"))


@pytest.mark.parametrize("name", ["a.mbox", "mbox"])
@pytest.mark.parametrize("line", [b"From - Tue Jun 08 23:30:00 2021", b"From 1@xxx Tue Jun 08 23:30:00 +0000 2021"])
def test_each_mail_is_an_article(tmp_path, name, line):
    data = MAILS.replace(b"From - Tue Jun 08 23:30:00 2021", line)
    (tmp_path / name).write_bytes(data.replace(b"\n", b"\r\n") if name == "mbox" else data)
    articles = read(tmp_path)
    assert [article.title for article in articles] == ["Letter 1", "Letter 2", "Letter 3"]
    assert articles[1].text.splitlines() == ["It rained.", "From the hills it ran.", "From Sorrel it came."]
    assert "Ann Okoro cut the ribbon." in articles[2].text
    assert {article.source for article in articles} == {"The Morning Écho"}


def test_a_mail_keeps_its_id_when_others_go(tmp_path):
    (tmp_path / "a.mbox").write_bytes(MAILS)
    before = read(tmp_path)
    (tmp_path / "a.mbox").write_bytes(box(QUOTED))
    assert read(tmp_path) == [before[1]]


def test_what_was_deleted_and_is_still_there_is_left_out(tmp_path):
    deleted = letter(1, "It opened.", **{"X-Mozilla-Status": "0009"})
    (tmp_path / "a.mbox").write_bytes(box(deleted, letter(2, "It rained.", **{"X-Mozilla-Status": "0001"})))
    assert [article.title for article in read(tmp_path)] == ["Letter 2"]


def test_two_mails_of_one_id_are_two(tmp_path):
    (tmp_path / "a.mbox").write_bytes(box(letter(1, "It opened."), letter(1, "It closed.")))
    assert [article.text.strip() for article in read(tmp_path)] == ["It opened.", "It closed."]


@pytest.mark.parametrize("mail_id", ["1@echo.example", ""])
def test_mails_without_an_id_of_their_own_stay_themselves_when_one_is_inserted(tmp_path, mail_id):
    def of(subject, plain, **headers):
        return mail(plain=plain, Subject=subject, **({"Message-ID": f"<{mail_id}>"} if mail_id else {}), **headers)

    first, second, third = of("One", "It opened."), of("Two", "It closed."), of("Three", "It closed.")
    (tmp_path / "a.mbox").write_bytes(box(first, second, third))
    before = read(tmp_path)
    assert len({article.id for article in before}) == 3
    seen = of("Two", "It closed.", **{"X-Mozilla-Status": "0001"})
    (tmp_path / "a.mbox").write_bytes(box(first, letter(9, "It rained."), third, seen, third))
    again = read(tmp_path)
    assert [again[at] for at in (0, 3, 2)] == before
    assert len(again) == 4


def test_a_mail_that_stands_there_again_is_one(tmp_path):
    labelled = letter(1, "It opened.", **{"X-Gmail-Labels": "News"})
    (tmp_path / "a.mbox").write_bytes(box(letter(1, "It opened."), letter(2, "It closed."), labelled))
    assert [article.title for article in read(tmp_path)] == ["Letter 1", "Letter 2"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (STORY.encode(), "is no mailbox"),
        (bytes(letter(1, "It opened.")), "is no mailbox"),
        (b"From here on\nit rained.", "is no mailbox"),
        (b"\0" * 1_000, "is no mailbox"),
        (box(letter(1, "")), "mail 1: is a mail without text"),
    ],
)
def test_what_is_none_is_named(tmp_path, data, reason):
    (tmp_path / "a.mbox").write_bytes(data)
    refused(tmp_path / "a.mbox", reason)


def test_a_mail_that_is_too_large_is_named_and_the_others_go_in(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox, "MAX_BYTES", 10_000)
    large = letter(1, "It opened.\n" * 5_000)
    (tmp_path / "a.mbox").write_bytes(box(large, letter(2, "It rained.")))
    problem, article = read(tmp_path / "a.mbox")
    assert "mail 1: holds more than" in str(problem)
    assert article.title == "Letter 2"


def test_a_mail_of_empty_lines_is_held_once(tmp_path):
    (tmp_path / "a.mbox").write_bytes(box(letter(1, "It opened.")) + b"\r\n" * 500_000)
    tracemalloc.start()
    assert len(read(tmp_path)) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000
