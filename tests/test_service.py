"""The service: what it answers, and what it keeps out."""

import asyncio
import json
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from uvicorn.server import ServerState

from embeddings.errors import DatelineError, InvalidInput
from qa.api import Service, make_api
from qa.client import ApiError, Client
from qa.service.access import SESSION_SECONDS, Access, Doorkeeper
from qa.service.headers import policy
from qa.service.limits import MAX_BODY, BodyLimit, Gate
from qa.service.lockout import FREE, Lockout
from qa.service.observing import Metrics
from qa.service.problems import Refused
from qa.service.server import PatientProtocol, Serving, guarded
from qa.settings import load_settings
from qa.workspace import Libraries

PASSWORD = "four words make one"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def access():
    return Access().with_password(PASSWORD).with_token("reports")


def serve(settings, access=None, *, read_only=False, hostnames=()):
    metrics = Metrics()
    service = Service(Libraries(settings, read_only=read_only, observer=metrics.asked), metrics)
    app = guarded(make_api(service), Serving(access=access, hostnames=hostnames), metrics)
    return service, TestClient(
        app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False, follow_redirects=False
    )


@pytest.fixture(scope="module")
def seeds():
    return serve(load_settings({}))[1]


@pytest.fixture
def own(tmp_path):
    """A server of an empty library, and the library."""
    from qa.build import open_store

    settings = load_settings({"library": tmp_path / "library"})
    open_store(settings, create=True).close()
    service, client = serve(settings)
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


def test_articles_are_listed_by_their_words(seeds):
    found = seeds.get("/api/articles", params={"words": "delegation migration", "limit": 5}).json()
    assert found["total"] > 20
    assert found["articles"] == []
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
        ("POST", "/api/answer", {"question": "who?", "kk": 3}, 422, "kk"),
        ("POST", "/api/answer", {"question": "who?", "k": 0}, 422, "k"),
        ("POST", "/api/answer", {"question": "who?", "since": "2022-01-02", "until": "2022-01-01"}, 422, "swap"),
        ("POST", "/api/answer", {"question": "who?", "library": "none such"}, 404, "none such"),
        ("POST", "/api/search", {"question": "who?", "k": 101}, 422, "k"),
        ("GET", "/api/articles/none", None, 404, "none"),
        ("DELETE", "/api/articles/none", None, 422, "seed articles can't be removed"),
        ("GET", "/api/evaluate/none", None, 404, "none"),
        ("POST", "/api/evaluate", {"questions": {"data": 3}}, 422, "SQuAD"),
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


def test_half_a_character_and_no_json_are_problems(seeds):
    headers = {"content-type": "application/json"}
    documented = seeds.get("/api/openapi.json").json()["paths"]["/api/answer"]["post"]["responses"]
    for body in (b'{"question": "who \\ud800?"}', b"{", b"\xff", b'{"question": ' + b"[" * 100_000):
        answer = seeds.post("/api/answer", content=body, headers=headers)
        assert answer.status_code in (400, 422), body[:40]
        assert str(answer.status_code) in documented
        assert answer.headers["content-type"] == "application/problem+json"


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
    assert own.post("/api/answer", json={"question": "Which mayor resigned?"}).json()["spans"] == []


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
    refused = own.post("/api/articles/files", files=[("files", ("run.exe", b"MZ"))])
    assert refused.status_code in (422, 503)
    assert "no kind that can be read" in refused.json()["detail"]


def test_an_address_on_the_server_s_own_network_is_not_fetched(own):
    added = own.post("/api/articles/address", json={"address": "http://127.0.0.1:1/"}).json()
    assert added["added"] == 0
    assert "127.0.0.1" in added["unreadable"][0]
    assert own.post("/api/articles/address", json={"address": "file:///etc/passwd"}).status_code == 422


def test_nothing_can_be_changed_where_it_is_read_only(tmp_path):
    from qa.build import open_store

    settings = load_settings({"library": tmp_path / "library"})
    open_store(settings, create=True).close()
    service, client = serve(settings, read_only=True)
    for answer in (
        client.post("/api/articles", json={"articles": [{"text": "A storm."}]}),
        client.post("/api/articles/files", files=[("files", ("a.txt", b"A storm."))]),
        client.post("/api/articles/address", json={"address": "https://example.org/"}),
        client.delete("/api/articles/a"),
    ):
        assert answer.status_code == 422
        assert "read-only" in answer.json()["detail"]
    with pytest.raises(InvalidInput, match="read-only"):
        service.libraries.make("Another")
    service.close()


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
    cancelled = seeds.post("/api/evaluate", json={}).json()
    seeds.delete(f"/api/evaluate/{cancelled['id']}")
    for _ in range(600):
        job = seeds.get(f"/api/evaluate/{cancelled['id']}").json()
        if job["status"] == "cancelled":
            break
        time.sleep(0.05)
    assert job["status"] == "cancelled"
    assert job["done"] < job["total"]


def test_state_and_metrics():
    service, client = serve(load_settings({}))
    assert client.get("/healthz").json() == {"status": "ok"}
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (503, {"status": "starting"})
    service.ready = True
    assert client.get("/readyz").json() == {"status": "ok"}
    client.post("/api/answer", json={"question": "who led the delegation?"})
    said = client.get("/metrics").text
    assert 'dateline_answers_total{outcome="found"} 1.0' in said
    assert 'dateline_requests_total{method="POST",route="/api/answer",status="200"} 1.0' in said
    assert 'dateline_stage_seconds_count{stage="read"} 1.0' in said
    assert "dateline_articles" in said
    assert "delegation" not in said
    service.stopping = True
    assert client.get("/readyz").json() == {"status": "stopping"}


def test_the_description_names_every_path_and_the_problems(seeds):
    described = seeds.get("/api/openapi.json").json()
    assert {"/api/answer", "/api/search", "/api/articles", "/api/evaluate", "/healthz", "/metrics"} <= set(
        described["paths"]
    )
    refused = described["paths"]["/api/answer"]["post"]["responses"]["422"]["content"]
    assert refused == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


# who may come in


def test_without_a_password_only_this_machine_is_served():
    with pytest.raises(InvalidInput, match="dateline access password"):
        Serving(host="0.0.0.0")
    assert Serving(host="::1").host == "::1"


def test_nothing_but_health_is_seen_without_a_password(access):
    _, client = serve(load_settings({}), access[0])
    for path in ("/api/answer", "/api/articles", "/metrics", "/gradio_api/info", "/api/openapi.json", "//api/articles"):
        assert client.get(path).status_code == 401, path
    assert client.post("/api/answer", json={"question": "who?"}).status_code == 401
    assert client.get("/", headers=HTML).headers["location"] == "/login?next=%2F"
    assert client.get("/healthz").status_code == 200


def test_a_token_lets_a_program_in_until_it_is_taken_back(access):
    _, client = serve(load_settings({}), access[0])
    bearer = {"Authorization": f"Bearer {access[1]}"}
    assert [client.get("/api/libraries", headers=bearer).status_code for _ in range(2)] == [200, 200]
    for wrong in (access[1][:-1], "reports.", "nobody." + access[1].partition(".")[2], PASSWORD):
        assert client.get("/api/libraries", headers={"Authorization": f"Bearer {wrong}"}).status_code == 401
    _, later = serve(load_settings({}), access[0].without_token("reports"))
    assert later.get("/api/libraries", headers=bearer).status_code == 401


def test_the_password_opens_a_session(access):
    _, client = serve(load_settings({}), access[0])
    assert client.post("/login", data={"password": "four words make two"}).status_code == 401
    came = client.post("/login?next=/%3Fq%3Dwho", data={"password": PASSWORD})
    assert (came.status_code, came.headers["location"]) == (303, "/?q=who")
    cookie = came.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/api/libraries").status_code == 200
    client.post("/logout")
    assert client.get("/api/libraries").status_code == 401


@pytest.mark.parametrize(
    "elsewhere", ["//evil.org", "https://evil.org/", "/\\evil.org", "javascript:alert(1)", "/a\nb"]
)
def test_the_login_leads_nowhere_else(access, elsewhere):
    _, client = serve(load_settings({}), access[0])
    came = client.post("/login", params={"next": elsewhere}, data={"password": PASSWORD})
    assert came.headers["location"] == "/"


def test_a_session_can_be_neither_made_up_nor_kept_beyond_its_time_or_password():
    now = [1000.0]
    access = Access(password="x")
    keeper = Doorkeeper(access, clock=lambda: now[0])
    session = keeper.open_session()
    assert keeper.session_holds(session)
    until, _, signature = session.rpartition(".")
    for forged in ("", ".", "9999999999.x.", f"9{until}.{signature}", f"{until}.{signature[:-1]}", f"{until}.é"):
        assert not keeper.session_holds(forged)
    assert not Doorkeeper(access.with_password(PASSWORD), clock=lambda: now[0]).session_holds(session)
    now[0] += SESSION_SECONDS
    assert not keeper.session_holds(session)


def test_who_guesses_has_to_wait_longer_each_time():
    now = [0.0]
    lockout = Lockout(clock=lambda: now[0])
    for _ in range(FREE - 1):
        lockout.failed("10.0.0.1")
    assert lockout.wait("10.0.0.1") == 0
    lockout.failed("10.0.0.1")
    assert (lockout.wait("10.0.0.1"), lockout.wait("10.0.0.2"), lockout.wait("::ffff:10.0.0.1")) == (60, 0, 60)
    now[0] += 60
    lockout.failed("10.0.0.1")
    assert lockout.wait("10.0.0.1") == 120
    for _ in range(FREE):
        lockout.failed("2001:db8::1")
    assert lockout.wait("2001:db8::ffff") == 60  # a guest has a whole /64
    lockout.came_in("10.0.0.1")
    assert lockout.wait("10.0.0.1") == 0


def test_many_guesses_at_once_count_one_by_one(access):
    _, client = serve(load_settings({}), access[0])

    async def crowd():
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as visitor:
            guesses = [visitor.post("/login", data={"password": f"guess number {number}"}) for number in range(20)]
            statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
            forwarded = {"X-Forwarded-For": "10.9.8.7"}
            return statuses, await visitor.post("/login", data={"password": PASSWORD}, headers=forwarded)

    statuses, locked = asyncio.run(crowd())
    assert sorted(statuses) == [401] * FREE + [429] * (20 - FREE)
    assert locked.status_code == 429  # the right one, too
    assert int(locked.headers["retry-after"]) > 0


def test_the_access_file_is_its_owner_s_alone_and_holds_no_secret(tmp_path, access):
    file = tmp_path / "deep" / "access.json"
    access[0].save(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_text()
    assert PASSWORD not in content
    assert access[1] not in content
    assert content.count("$argon2id$") == 2
    assert Access.load(file) == access[0]
    file.write_text(content[:40])
    with pytest.raises(DatelineError, match="dateline access password"):
        Access.load(file)
    with pytest.raises(InvalidInput, match="12 to 1,024"):
        Access().with_password("short")


def test_access_is_given_and_taken_on_the_command_line(tmp_path, monkeypatch, capsys):
    import io

    from qa.cli import main

    file = str(tmp_path / "access.json")
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert main(["access", "password", "--access", file]) == 0
    capsys.readouterr()
    assert main(["access", "token", "reports", "--access", file]) == 0
    token = capsys.readouterr().out.strip()
    keeper = Doorkeeper(Access.load(tmp_path / "access.json"))
    assert keeper.password_is(PASSWORD)
    assert keeper.bearer_of(token) == "reports"
    assert main(["access", "token", "reports", "--access", file]) == 2
    assert main(["access", "list", "--access", file]) == 0
    assert capsys.readouterr().out == "password: set\ntoken: reports\n"
    assert main(["access", "revoke", "reports", "--access", file]) == 0
    assert main(["access", "open", "--access", file]) == 0
    assert not (tmp_path / "access.json").exists()


# requests from elsewhere, and too many of them


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.org"}, 403),
        ({"host": "127.0.0.1.evil.org"}, 403),
        ({"host": "localhost:1234"}, 200),
        ({"host": "[::1]:7860"}, 200),
        ({"host": "Archive.Example.org"}, 200),
        ({"x-forwarded-host": "evil.org"}, 200),
    ],
)
def test_only_this_server_s_names_are_answered_to(headers, status):
    _, client = serve(load_settings({}), hostnames=["archive.example.org"])
    assert client.get("/healthz", headers=headers).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.org"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_other_sites_pages_can_t_change_anything(seeds, headers):
    assert seeds.post("/api/answer", json={"question": "who led?"}, headers=headers).status_code == 403
    assert (
        seeds.post("/api/search", json={"question": "storm"}, headers={"origin": "http://127.0.0.1:7860"}).status_code
        == 200
    )


def test_gradio_s_way_to_other_servers_is_closed(seeds):
    assert seeds.get("/gradio_api/proxy=https://example.hf.space/x").status_code == 403


def test_pages_may_run_their_own_scripts_alone():
    said = policy(b"<script>one()</script><script type=module src=x.js></script><SCRIPT a=b>two()</script >")
    scripts = next(part for part in said.split(";") if "script-src" in part)
    assert "'sha256-" in scripts
    assert "unsafe-inline" not in scripts
    assert "frame-ancestors 'none'" in said


def test_a_body_that_is_too_large_is_refused_declared_or_not(seeds):
    large = b"x" * (MAX_BODY + 1)
    assert seeds.post("/api/answer", content=large).status_code == 413
    parts = (large[at : at + 1_000_000] for at in range(0, len(large), 1_000_000))
    assert seeds.post("/api/answer", content=parts, headers={"content-type": "application/json"}).status_code == 413


def test_a_body_that_comes_too_slowly_is_given_up():
    sent = []

    async def application(scope, receive, send):
        while (await receive()).get("more_body"):
            pass

    async def receive():
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/api/answer", "method": "POST", "headers": []}
    refused = []
    asyncio.run(BodyLimit(application, seconds=0.1, refused=refused.append)(scope, receive, send))
    assert sent[0]["status"] == 408
    assert refused == ["too slow"]


def test_those_who_would_wait_too_long_are_sent_away():
    async def crowd():
        gate, done, refused = Gate(1, 2, patience=5), [], []

        async def come(number):
            try:
                async with gate.passed():
                    await asyncio.sleep(0.02)
                    done.append(number)
            except Refused as refusal:
                refused.append((number, refusal.status, refusal.headers["Retry-After"]))

        await asyncio.gather(*(come(number) for number in range(5)))
        assert (gate.working, gate.waiting) == (0, 0)
        return done, refused

    done, refused = asyncio.run(crowd())
    assert len(done) + len(refused) == 5
    assert {status for _, status, _ in refused} == {503}
    assert len(done) >= 2


def test_a_turn_that_never_comes_is_given_up():
    async def crowd():
        gate = Gate(1, 5, patience=0.02)
        async with gate.passed():
            with pytest.raises(Refused, match="no turn"):
                async with gate.passed():
                    pass
        assert (gate.working, gate.waiting) == (0, 0)

    asyncio.run(crowd())


def test_requests_are_logged_without_what_was_asked(caplog):
    _, client = serve(load_settings({}))
    with caplog.at_level("INFO", logger="dateline.requests"):
        answer = client.get("/api/articles?words=secretword", headers={"X-Request-ID": "abc-1"})
        client.get("/healthz", headers={"X-Request-ID": "x\ty z"})
    lines = [json.loads(record.message) for record in caplog.records]
    assert answer.headers["x-request-id"] == lines[0]["request"] == "abc-1"
    assert (lines[0]["route"], lines[0]["status"], lines[0]["method"]) == ("/api/articles", 200, "GET")
    assert lines[1]["request"] != "x\ty z"
    assert "secretword" not in caplog.text


# a server of its own, reached over a socket


@pytest.fixture
def running(tmp_path):
    """A server of the seeds in a process of its own; gives its address and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "qa", "serve", "--port", str(port), "--log-requests"]
    root = Path(__file__).parents[1]
    server = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout.readline() == f"Dateline is at http://127.0.0.1:{port}\n"
        for _ in range(200):  # it listens a moment after it says where
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.kill()
        server.communicate()


def test_what_is_in_hand_is_finished_when_the_server_is_stopped(running):
    address, server = running
    questions = [f"Who led delegation number {number}?" for number in range(20)]
    with ThreadPoolExecutor() as others, Client(address) as client:
        assert client.articles("migration")
        asked = others.submit(client.answers, questions)
        time.sleep(0.5)
        server.send_signal(signal.SIGTERM)
        assert [answer.question for answer in asked.result(60)] == questions
    assert server.wait(30) == -signal.SIGTERM
    lines = [json.loads(line) for line in server.stderr.read().splitlines()]
    assert ("/api/answer", 200) in {(line["route"], line["status"]) for line in lines}


def test_the_client_gives_types_and_the_server_s_sentences(running):
    address, _ = running
    with Client(address) as client:
        answer = client.answer("who led the delegation?", since="1990-01-01")
        assert not any(span.article.published is None for span in answer.spans)
        article = client.article(client.answer("When did Storm Maren hit?").spans[0].article.id)
        assert "Maren" in article.text
        assert len(client.search("storm", 3)) == 3
        job = client.evaluate()
        assert client.evaluation(job.id).total > 200
        with pytest.raises(ApiError, match="seed articles can't be removed") as refused:
            client.remove(article.id)
        assert refused.value.status == 422
    with Client("http://127.0.0.1:1", tries=1) as nobody, pytest.raises(ApiError, match="can't be reached"):
        nobody.answer("who?")


def test_the_client_comes_again_where_the_server_is_busy(monkeypatch):
    pauses, statuses = [], iter([503, 503, 200])
    monkeypatch.setattr("qa.client.time.sleep", pauses.append)
    client = Client(tries=3)

    def busy(request):
        status = next(statuses)
        return httpx.Response(status, headers={"Retry-After": "2"}, json={"removed": 1, "detail": "busy"})

    client._http = httpx.Client(base_url="http://x", transport=httpx.MockTransport(busy))
    assert (client.remove("a"), pauses) == (1, [2.0, 2.0])


def test_who_never_ends_his_headers_is_let_go(monkeypatch):
    monkeypatch.setattr("qa.service.server.HEADER_SECONDS", 0.3)

    async def application(scope, receive, send):
        await asyncio.sleep(0.6)  # longer than headers may take: an answer may take its time
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def visit():
        config = uvicorn.Config(application, http=PatientProtocol, lifespan="off", log_level="error")
        config.load()
        state = ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: PatientProtocol(config, state, {}), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        slow = await asyncio.open_connection("127.0.0.1", port)
        slow[1].write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        whole = await asyncio.open_connection("127.0.0.1", port)
        whole[1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            return await asyncio.wait_for(slow[0].read(), 5), await asyncio.wait_for(whole[0].readline(), 5)
        finally:
            slow[1].close()
            whole[1].close()
            server.close()

    nothing, answered = asyncio.run(visit())
    assert nothing == b""
    assert answered.startswith(b"HTTP/1.1 204")
