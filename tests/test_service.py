"""The service's paths: what each answers, and what it says of a wrong request."""

import gzip
import time
from datetime import date
from urllib.parse import quote

import pytest
from served import serve

from embeddings.errors import InvalidInput
from qa.answers import Answer
from qa.libraries.shelf import SEEDS
from qa.wire import Asked

ANSWER = Answer("Who?", "Who?", (), (), 0.0, False)


@pytest.fixture(scope="module")
def seeds():
    return serve()[1]


@pytest.fixture
def own(tmp_path):
    """A server of an empty library."""
    service, client = serve(library=tmp_path / "library")
    yield client
    service.close()


def test_a_question_is_answered_with_its_place(seeds):
    answer = seeds.post("/api/answer", json={"question": "who led the delegation?"}).json()
    assert answer["found"]
    assert "Alejandro Mayorkas" in answer["text"]
    best = answer["spans"][0]
    article = seeds.get(f"/api/articles/{best['article']['id']}").json()
    assert article["text"][best["start"] : best["end"]] == best["text"]


def test_many_questions_are_answered_in_their_order(seeds):
    asked = ["who led the delegation?", "Who won the 1998 World Cup?"]
    answers = seeds.post("/api/answer", json={"questions": asked}).json()["answers"]
    assert [(one["question"], one["found"]) for one in answers] == [(asked[0], True), (asked[1], False)]


def test_passages_are_found(seeds):
    hits = seeds.post("/api/search", json={"question": "storm maren", "k": 3}).json()["hits"]
    assert len(hits) == 3
    assert "Maren" in hits[0]["text"]


def test_only_the_articles_named_are_asked(seeds):
    [storm, *_] = seeds.post("/api/search", json={"question": "storm maren"}).json()["hits"]
    for given in (storm["article"]["id"], [storm["article"]["id"]]):
        asked = {"question": "who led the delegation?", "article": given}
        answer = seeds.post("/api/answer", json=asked).json()
        assert {span["article"]["id"] for span in answer["spans"]} <= {storm["article"]["id"]}
        hits = seeds.post("/api/search", json=asked).json()["hits"]
        assert {hit["article"]["id"] for hit in hits} == {storm["article"]["id"]}


def test_articles_are_listed_by_their_words(seeds):
    found = seeds.get("/api/articles", params={"words": "delegation migration", "limit": 5}).json()
    assert found["total"] > 20
    assert (found["articles"], found["matching"]) == ([], 0)
    found = seeds.get("/api/articles", params={"words": "US", "limit": 2}).json()
    assert len(found["articles"]) == 2 < found["matching"] < found["total"]
    assert found["matching"] == len(seeds.get("/api/articles", params={"words": "US"}).json()["articles"])
    found = seeds.get("/api/articles", params={"words": " ", "limit": 2}).json()
    assert found["matching"] == found["total"]
    assert [a["title"] for a in seeds.get("/api/articles?words=migration").json()["articles"]] == [
        "US security officials in Mexico for migration talks"
    ]


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "said"),
    [
        ("POST", "/api/answer", {"question": ""}, 422, "question"),
        ("POST", "/api/answer", {"question": "?"}, 422, "empty"),
        ("POST", "/api/answer", {}, 422, "either question or questions"),
        ("POST", "/api/answer", {"question": "who?", "questions": ["who?"]}, 422, "either question or questions"),
        ("POST", "/api/answer", {"questions": ["who?", " "]}, 422, "questions.1: the question is empty"),
        ("POST", "/api/answer", {"question": "who?", "kk": 3}, 422, "kk"),
        ("POST", "/api/answer", {"question": "who?", "k": 0}, 422, "k"),
        ("POST", "/api/answer", {"question": "who?", "since": "2022-01-02", "until": "2022-01-01"}, 422, "swap"),
        ("POST", "/api/answer", {"question": "who?", "library": "none such"}, 404, "none such"),
        ("POST", "/api/answer", {"question": "who?", "article": "x"}, 422, "no article of this library has the id 'x'"),
        ("POST", "/api/search", {"question": "who?", "article": ["x"]}, 422, "no article of this library has the id"),
        ("POST", "/api/answer", {"question": "who?", "article": []}, 422, "must be the id of an article"),
        ("POST", "/api/answer", {"question": "who?", "article": [3]}, 422, "must be the id of an article"),
        ("POST", "/api/answer", {"question": "who?", "article": [f"{n}" for n in range(101)]}, 422, "at most 100"),
        ("POST", "/api/search", {"question": "who?", "k": 101}, 422, "k"),
        ("POST", "/api/articles", {"articles": [{"text": " \n\u2003"}]}, 422, "articles.0: text must hold a story"),
        (
            "POST",
            "/api/articles",
            {"articles": ["A storm."]},
            422,
            "articles.0: is no JSON object, got 'A storm.'; what",
        ),
        ("POST", "/api/articles", [{"text": "A storm."}], 422, "the body is no JSON object; send one"),
        ("POST", "/api/answer", None, 422, "the body is no JSON object; send one"),
        ("GET", "/api/articles/none", None, 404, "none"),
        ("DELETE", "/api/articles/none", None, 422, "seed articles can't be removed"),
        ("GET", "/api/evaluate/none", None, 404, "none"),
        ("POST", "/api/evaluate", {"questions": {"data": 3}}, 422, "SQuAD"),
        ("POST", "/api/evaluate", {"questions": "x"}, 422, "questions: Input should be a valid dictionary, got 'x'"),
        ("POST", "/api/evaluate", {"questions": [{"question": "Who?"}, 7]}, 422, "questions.1: Input"),
        ("GET", "/api/nothing", None, 404, "/api/nothing"),
        ("PUT", "/api/answer", None, 405, "POST"),
    ],
)
def test_what_is_wrong_is_a_problem_in_one_sentence(seeds, method, path, content, status, said):
    answer = seeds.request(method, path, json=content)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert said in problem["detail"]


@pytest.mark.parametrize(
    ("name", "given", "found"),
    [
        ("since", "next spring", "since must be a date like 2021-06-08, got 'next spring'"),
        ("since", 86400, "since must be a date like 2021-06-08, got 86400"),
        ("until", 1.5, "until must be a date like 2021-06-08, got 1.5"),
        ("today", "2021", "today must be a date like 2021-06-08, got '2021'"),
        ("today", True, "today must be a date like 2021-06-08, got True"),
    ],
)
def test_a_day_that_is_none_is_said_in_the_words_of_the_command_line(seeds, own, name, given, found):
    answer = seeds.post("/api/answer", json={"question": "who?", name: given})
    assert (answer.status_code, answer.json()["detail"]) == (422, found)
    articles = [{"text": "One."}, {"text": "Two.", "published": given}]
    answer = own.post("/api/articles", json={"articles": articles})
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"articles.1: {found.replace(name, 'published', 1)}"


@pytest.mark.parametrize(
    ("given", "since", "until"),
    [
        ("2021-06-08", date(2021, 6, 8), date(2021, 6, 8)),
        ("8 June 2021", date(2021, 6, 8), date(2021, 6, 8)),
        ("2021-06", date(2021, 6, 1), date(2021, 6, 30)),
        ("2021", date(2021, 1, 1), date(2021, 12, 31)),
        (date(2021, 6, 8), date(2021, 6, 8), date(2021, 6, 8)),
        ("", None, None),
        (None, None, None),
    ],
)
def test_days_are_read_as_on_the_command_line(given, since, until):
    asked = Asked(question="who?", since=given, until=given)
    assert (asked.since, asked.until) == (since, until)


def test_the_description_says_that_days_are_text(seeds):
    schemas = seeds.get("/api/openapi.json").json()["components"]["schemas"]
    for model, name in (("Asked", "since"), ("Asked", "until"), ("Asked", "today"), ("ArticleIn", "published")):
        assert schemas[model]["properties"][name]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert schemas["ArticleOut"]["properties"]["published"]["anyOf"][0] == {"type": "string", "format": "date"}


def test_half_a_character_and_no_json_are_problems(seeds):
    headers = {"content-type": "application/json"}
    documented = seeds.get("/api/openapi.json").json()["paths"]["/api/answer"]["post"]["responses"]
    for body in (b'{"question": "who \\ud800?"}', b"{", b"\xff", b'{"question": ' + b"[" * 100_000):
        answer = seeds.post("/api/answer", content=body, headers=headers)
        assert answer.status_code in (400, 422), body[:40]
        assert str(answer.status_code) in documented
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", ['{"question": "Où?"}'.encode("latin-1"), gzip.compress(b'{"question": "who?"}')])
def test_a_body_in_another_encoding_is_told_which(seeds, body):
    answer = seeds.post("/api/answer", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "POST /api/answer: the body can't be read; send it in UTF-8, and not packed",
    )


def test_nothing_is_read_for_a_client_that_has_left(seeds, monkeypatch):
    async def left(request):
        asked.append(request.url.path)
        return len(asked) > 2

    asked = []
    monkeypatch.setattr("fastapi.Request.is_disconnected", left)
    monkeypatch.setattr("qa.api.answer_message", lambda pipeline, question, **_: read.append(question) or ANSWER)
    read, content = [], {"questions": ["Who?", "When?", "Where?", "Why?"]}
    gone = seeds.post("/api/answer", json=content)
    assert (gone.status_code, gone.json()["detail"]) == (400, "the client has left")
    assert read == ["Who?", "When?"]
    assert seeds.post("/api/search", json={"question": "Who?"}).json()["detail"] == "the client has left"


def test_articles_are_added_asked_replaced_and_removed(own):
    text = "PORT SORREL (Echo) - Mayor Ann Lindqvist resigned on Monday after the vote."
    added = own.post(
        "/api/articles", json={"articles": [{"id": "mayor", "text": text, "title": "Mayor resigns"}]}
    ).json()
    assert (added["added"], added["updated"], added["library"]) == (1, 0, "library")
    answer = own.post("/api/answer", json={"question": "Which mayor resigned?"}).json()
    assert answer["spans"][0]["article"] == {
        "id": "mayor", "title": "Mayor resigns", "source": "Echo", "published": None, "url": ""
    }  # fmt: skip
    again = own.post("/api/articles", json={"articles": [{"id": "mayor", "text": text + " She was 51."}]}).json()
    assert (again["added"], again["updated"]) == (0, 1)
    assert own.delete("/api/articles/mayor").json() == {"removed": 1}
    assert own.delete("/api/articles/mayor").status_code == 404
    none = own.post("/api/answer", json={"question": "Which mayor resigned?"}).json()
    assert (none["spans"], none["reason"]) == ([], "This library has no articles yet; add some, or ask another.")


def test_files_are_added_under_their_bare_names_and_what_is_unreadable_is_named(own, tmp_path):
    files = [
        ("files", ("../../storm.txt", b"Storm hits coast\n\nThe storm hit Halvern on Friday night.")),
        ("files", ("broken.pdf", b"no pdf")),
    ]
    added = own.post("/api/articles/files", files=files).json()
    assert added["added"] == 1
    assert len(added["unreadable"]) == 1
    assert "broken.pdf" in added["unreadable"][0]
    assert [file.name for file in tmp_path.rglob("storm.txt")] == ["storm.txt"]
    assert (tmp_path / "library" / "uploads" / "storm.txt").is_file()
    for no_form in ({"json": {}}, {"files": [("file", ("a.txt", b"A storm."))]}):
        assert "as curl -F files=@FILE does" in own.post("/api/articles/files", **no_form).json()["detail"]
    refused = own.post("/api/articles/files", files=[("files", ("run.exe", b"MZ"))])
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("run.exe is of no kind that can be read")
    for name in ("a" * 300 + ".txt", ".."):
        assert own.post("/api/articles/files", files=[("files", (name, b"A storm."))]).status_code == 422


def test_two_files_of_one_name_are_both_kept(own):
    stories = (
        b"Storm hits coast\n\nThe storm hit Halvern on Friday.",
        b"Mayor resigns\n\nShe left the town hall at noon.",
    )
    added = own.post("/api/articles/files", files=[("files", ("article.txt", story)) for story in stories]).json()
    assert (added["added"], added["unreadable"]) == (2, [])


def test_an_id_may_be_an_address(own):
    given = {
        "id": "https://echo.example/2021/06/dam",
        "text": "The dam\u2028opened \0 at noon.",
        "title": "Dam\n\x1b[31m",
    }
    assert own.post("/api/articles", json={"articles": [given]}).json()["added"] == 1
    place = f"/api/articles/{quote(given['id'], safe='')}"
    article = own.get(place).json()
    assert (article["id"], article["title"], article["text"]) == (
        given["id"],
        "Dam \ufffd[31m",
        "The dam\u2028opened \ufffd at noon.",
    )
    assert own.delete(place).json() == {"removed": 1}


def test_articles_are_listed_in_parts(seeds):
    def ids(**asked):
        return [article["id"] for article in seeds.get("/api/articles", params=asked).json()["articles"]]

    assert ids(limit=2) + ids(limit=3, offset=2) == ids(limit=5)
    assert ids(offset=100_000) == []


def test_an_address_on_the_server_s_own_network_is_not_fetched(own):
    added = own.post("/api/articles/address", json={"address": "http://127.0.0.1:1/"}).json()
    assert added["added"] == 0
    assert "127.0.0.1" in added["unreadable"][0]
    assert own.post("/api/articles/address", json={"address": "file:///etc/passwd"}).status_code == 422


def test_what_can_t_be_added_makes_no_library():
    service, client = serve()
    assert client.post("/api/articles/address", json={"address": "echo.example"}).status_code == 422
    assert client.post("/api/articles/files", files=[("files", ("run.exe", b"MZ"))]).status_code == 422
    assert service.libraries.names() == ["Seed articles"]
    service.close()


def test_nothing_can_be_changed_where_it_is_read_only(tmp_path):
    service, client = serve(library=tmp_path / "library", read_only=True)
    for answer in (
        client.post("/api/articles", json={"articles": [{"text": "A storm."}]}),
        client.post("/api/articles/files", files=[("files", ("a.txt", b"A storm."))]),
        client.post("/api/articles/address", json={"address": "https://example.org/"}),
        client.delete("/api/articles/a"),
        client.post("/api/libraries", json={"name": "Another"}),
        client.patch("/api/libraries/library", json={"name": "Another"}),
        client.delete("/api/libraries/library"),
    ):
        assert answer.status_code == 422
        assert "read-only" in answer.json()["detail"]
    with pytest.raises(InvalidInput, match="read-only"):
        service.libraries.make("Another")
    service.close()


def test_libraries_are_made_renamed_and_deleted():
    service, client = serve()
    made = client.post("/api/libraries", json={"name": " Storms "})
    assert (made.status_code, made.json()) == (201, {"name": "Storms", "articles": 0, "passages": 0})
    client.post("/api/articles", json={"articles": [{"text": "A storm came."}], "library": "Storms"})
    renamed = client.patch("/api/libraries/Storms", json={"name": "Gales of 2026"})
    assert renamed.json() == {"name": "Gales of 2026", "articles": 1, "passages": 1}
    assert client.get("/api/articles", params={"library": "Storms"}).json()["total"] == 1
    assert [one["name"] for one in client.get("/api/libraries").json()["libraries"]] == [SEEDS, "Gales of 2026"]
    assert client.delete("/api/libraries/Gales of 2026").json() == renamed.json()
    gone = client.get("/api/articles", params={"library": "Gales of 2026"})
    assert (gone.status_code, gone.json()["detail"]) == (404, "the library Gales of 2026 was deleted; choose another")
    service.close()


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "said"),
    [
        ("POST", "", {"name": SEEDS}, 422, "a library called 'Seed articles' is there already"),
        ("POST", "", {"name": "a/b"}, 422, "a library's name has 1 to 40 letters"),
        ("PATCH", f"/{SEEDS}", {"name": "Storms"}, 422, "can't be renamed here: it is Dateline's own"),
        ("DELETE", f"/{SEEDS}", None, 422, "can't be deleted here: it is Dateline's own"),
        ("PATCH", "/none", {"name": "Storms"}, 404, "no library is called 'none'; there are: Seed articles"),
        ("DELETE", "/none", None, 404, "no library is called 'none'"),
        ("GET", "/none", None, 405, "knows DELETE, PATCH"),
    ],
)
def test_a_library_stays_as_it_is_where_it_can_t_be_changed(seeds, method, path, content, status, said):
    answer = seeds.request(method, f"/api/libraries{path}", json=content)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert [one["name"] for one in seeds.get("/api/libraries").json()["libraries"]] == [SEEDS]


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        (
            "GET",
            "/api/articles?libary=Other",
            "query.libary: is not known here; the names in this address are: library, ",
        ),
        ("DELETE", "/api/articles/none?libary=Other", "the names in this address are: library"),
        ("POST", "/api/answer?library=Other", "the names in this address are: none"),
    ],
)
def test_what_an_address_names_wrongly_is_said(seeds, method, path, said):
    answer = seeds.request(method, path, json={"question": "who?"} if method == "POST" else None)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_an_evaluation_runs_in_the_background(seeds):
    text = "Ann left."
    answers = [{"text": "Ann", "answer_start": 0}]
    paragraph = {"context": text, "qas": [{"id": "1", "question": "Who led the delegation?", "answers": answers}]}
    questions = {"data": [{"title": "t", "paragraphs": [paragraph]}]}
    started = seeds.post("/api/evaluate", json={"questions": questions})
    assert started.status_code == 202
    for _ in range(600):
        job = seeds.get(started.headers["location"]).json()
        if job["status"] not in ("waiting", "running"):
            break
        time.sleep(0.05)
    assert (job["status"], job["done"], job["total"], job["figures"]["n"]) == ("done", 1, 1, 1)
    plain = {"questions": [{"question": "Who led the delegation?", "answer": "Ann"}]}
    assert seeds.post("/api/evaluate", json=plain).json()["total"] == 1
    wrong = seeds.post("/api/evaluate", json={"questions": [{"question": "Who led the delegation?"}]})
    assert wrong.json()["detail"].startswith('the question set, entry 1: want an object with "question" and "answer"')
    cancelled = seeds.post("/api/evaluate", json={}).json()
    seeds.delete(f"/api/evaluate/{cancelled['id']}")
    for _ in range(600):
        job = seeds.get(f"/api/evaluate/{cancelled['id']}").json()
        if job["status"] == "cancelled":
            break
        time.sleep(0.05)
    assert job["status"] == "cancelled"
    assert job["done"] < job["total"]


def test_the_description_is_found_where_it_is_looked_for_first(seeds):
    found = seeds.get("/openapi.json", follow_redirects=True)
    assert found.url.path == "/api/openapi.json"
    assert found.json()["info"]["title"] == "Dateline"


def test_the_description_names_every_path_and_the_problems(seeds):
    described = seeds.get("/api/openapi.json").json()
    assert {"/api/answer", "/api/search", "/api/articles", "/api/evaluate", "/healthz", "/metrics"} <= set(
        described["paths"]
    )
    refused = described["paths"]["/api/answer"]["post"]["responses"]["422"]["content"]
    assert refused == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
