"""What 03/04/2021 means in a table is what its other dates say."""

import gzip
import json
from datetime import date

import pytest
from test_sources import packed, read
from test_tar import tar

from embeddings.dates import day_order
from embeddings.sources import Unreadable

APRIL, MARCH = date(2021, 4, 3), date(2021, 3, 4)


def table(kind, days, name="date"):
    rows = [{name: day, "text": f"It rained {number}."} for number, day in enumerate(days)]
    if kind == "csv":
        return f"{name},text\n" + "".join(f"{row[name]},{row['text']}\n" for row in rows)
    return json.dumps(rows) if kind == "json" else "".join(f"{json.dumps(row)}\n" for row in rows)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
@pytest.mark.parametrize(
    ("days", "meant"),
    [
        (["03/04/2021", "25/04/2021"], APRIL),
        (["25.04.2021", "03.04.2021 10:15"], APRIL),
        (["03/04/2021", "04/25/2021"], MARCH),
        (["03/04/2021", "2021-12-25", "n/a"], None),
        (["03/04/2021", "25/04/2021", "04/25/2021"], None),
    ],
)
def test_a_date_is_settled_by_the_others_of_its_column(tmp_path, kind, days, meant):
    (tmp_path / f"a.{kind}").write_text(table(kind, days))
    [index] = [at for at, day in enumerate(days) if day.startswith("03")]
    items = read(tmp_path)
    assert next(item for item in items if getattr(item, "text", "") == f"It rained {index}.").published == meant
    assert any(isinstance(item, Unreadable) for item in items) == (meant is None)


def test_it_is_settled_in_archives_too_and_in_a_column_that_was_named(tmp_path):
    data = table("csv", ["03/04/2021"] * 2_000 + ["25/04/2021"], "day").encode()
    (tmp_path / "a.zip").write_bytes(packed(**{"a.csv": data}))
    (tmp_path / "b.tgz").write_bytes(gzip.compress(tar(("b.csv", data), ("c.txt", b"It snowed."))))
    for name, count in (("a.zip", 2_001), ("b.tgz", 2_002)):
        articles = read(tmp_path / name, date="day")
        assert len(articles) == count
        assert articles[0].published == APRIL


def test_a_table_that_breaks_off_says_so_once(tmp_path):
    (tmp_path / "a.jsonl").write_text(table("jsonl", ["03/04/2021", "25/04/2021"]) + "{\n")
    first, _, problem = read(tmp_path)
    assert first.published == APRIL
    assert "is not JSON" in str(problem)


@pytest.mark.parametrize(
    ("days", "first"),
    [
        ([], None),
        (["2021-04-25", None, 7, "soon", "13/13/2021", "04/04/2021"], None),
        (["13/1/2021", "03/04/2021"], True),
        (["1-13-2021"], False),
    ],
)
def test_order(days, first):
    assert day_order(days) is first
