"""A server in a process of its own, reached over a socket, and the client."""

import asyncio
import gc
import json
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
import uvicorn
from conftest import free_port
from uvicorn.server import ServerState

from embeddings.errors import DatelineError
from qa.cli import main
from qa.client import ApiError, Client
from qa.service.access import Access
from qa.service.server import PatientProtocol, Serving, _listen, run


@pytest.fixture(scope="module")
def running(request):
    """A server of the seeds in a process of its own, the same for tests with the same options; its address, and it."""
    more = getattr(request, "param", ())
    port = free_port()
    command = [sys.executable, "-m", "qa", "serve", "--port", str(port), "--log-requests", *more]
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


draining = pytest.mark.parametrize("running", [["--drain", "3"]], indirect=True)


@draining
def test_the_client_gives_types_and_the_server_s_sentences(running, tmp_path):
    address, _ = running
    with Client(address) as client:
        answer = client.answer("who led the delegation?", since="1990-01-01")
        assert not any(span.article.published is None for span in answer.spans)
        article = client.article(client.answer("When did Storm Maren hit?").spans[0].article.id)
        assert "Maren" in article.text
        assert len(client.search("storm", 3)) == 3
        only = client.answer("who led the delegation?", article={article.id})
        assert {span.article.id for span in only.spans} <= {article.id}
        assert {hit.article.id for hit in client.search("delegation", article=article.id)} == {article.id}
        [same] = client.answers(["who led the delegation?"], article=article.id)
        assert same.spans == only.spans
        assert {hit.article.published.year for hit in client.search("storm", since="2023", until="2023")} == {2023}
        job = client.evaluate(limit=5)
        assert client.evaluation(job.id).total == 5
        assert client.cancel(job.id).id == job.id
        assert client.make_library("Storms").articles == 0
        (tmp_path / "gale.txt").write_text("Gale hits coast\n\nThe gale hit Halvern on Friday night.")
        assert client.add_files([str(tmp_path / "gale.txt")], library="Storms").added == 1
        assert client.rename_library("Storms", "Gales of 2026").name == "Gales of 2026"
        assert "Gales of 2026" in {library.name for library in client.libraries()}
        assert client.delete_library("Storms").name == "Gales of 2026"
        with pytest.raises(ApiError, match="seed articles can't be removed") as refused:
            client.remove(article.id)
        assert refused.value.status == 422
    with Client("http://127.0.0.1:1", tries=1) as nobody, pytest.raises(ApiError, match="can't be reached"):
        nobody.answer("who?")


@draining
def test_a_server_that_drains_says_so_and_answers_until_it_stops(running):
    """Last of those that ask it."""
    address, server = running
    assert httpx.get(f"{address}/readyz").json() == {"status": "ok"}
    server.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    leaving = httpx.get(f"{address}/readyz")
    assert (leaving.status_code, leaving.json()) == (503, {"status": "stopping"})
    with Client(address, tries=1) as client:
        assert client.answer("who led the delegation?").found
    assert server.wait(30) == -signal.SIGTERM


def talking_to(handler, **given):
    """Make a client whose requests a function answers."""
    client = Client("http://x", **given)
    client._http = httpx.Client(base_url="http://x", transport=httpx.MockTransport(handler))
    return client


@pytest.mark.parametrize("given", [{"address": "http://[::1"}, {"token": "é"}])
def test_an_address_or_a_token_that_cannot_be_is_said_so(given):
    with pytest.raises(ApiError, match="can't be used"):
        Client(**given)


def test_what_no_request_can_hold_is_said_so():
    with Client("http://127.0.0.1:1", tries=1) as client:
        with pytest.raises(ApiError, match="can't be written"):
            client.answer("who?", threshold=float("nan"))
        for none in (object(), float("nan")):
            with pytest.raises(ApiError, match="can't be written"):
                client.answer("who?", article=none)
        with pytest.raises(ApiError, match="want a list of questions"):
            client.answers("who?")
        for asked in (client.article, client.remove, client.evaluation):
            with pytest.raises(ApiError, match="half a character"):
                asked("\ud800")
        with pytest.raises(ApiError, match=r"nothing\.txt can't be read \(No such file"):
            client.add_files([Path("nothing.txt")])
    with pytest.raises(ApiError, match="got tries=0"):
        Client(tries=0)


def test_numbers_of_numpy_and_ids_of_dots_reach_the_server():
    sent = []

    def answer(request):
        sent.append((request.url.raw_path.decode(), json.loads(request.content or b"null")))
        return httpx.Response(200, json={"hits": [], "removed": 1})

    client = talking_to(answer)
    client.search("who?", np.int64(3))
    for dots in (".", "..", "a.b"):
        assert client.remove(dots) == 1
    assert sent == [
        ("/api/search", {"question": "who?", "k": 3}),
        *((f"/api/articles/{dots}", None) for dots in ("%2E", "%2E%2E", "a.b")),
    ]


@pytest.mark.parametrize("said", ["<html>Welcome to the hotel</html>", "[]", '{"removed": "many"}'])
def test_what_another_server_answers_is_said_so(said):
    client = talking_to(lambda _: httpx.Response(200, text=said))
    for asked in (client.articles, lambda: client.answer("who?"), lambda: client.remove("a")):
        with pytest.raises(ApiError, match="is not a response of Dateline's") as refused:
            asked()
        assert refused.value.status == 200


def test_a_server_that_takes_too_long_is_not_called_out_of_reach():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = Client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.1)
        with pytest.raises(ApiError, match=r"did not answer within 0\.1 s, .*; ask for less at once") as raised:
            client.answers(["Who won?", "Who lost?"])
        assert raised.value.status == 0
        client.close()


def test_the_client_comes_again_where_the_server_is_busy(monkeypatch):
    pauses, statuses = [], iter([503, 503, 503, 200])
    monkeypatch.setattr("qa.client.time.sleep", pauses.append)

    def busy(request):
        status = next(statuses)
        return httpx.Response(status, headers={"Retry-After": "2"}, json={"removed": 1, "detail": "busy"})

    assert (talking_to(busy, tries=4).remove("a"), pauses) == (1, [2.0, 4.0, 8.0])


def test_the_client_waits_for_a_server_that_is_started_anew(monkeypatch):
    pauses = []
    came = iter([200, 502, httpx.ConnectError("refused"), 200, *[httpx.ConnectError("refused")] * 6])
    monkeypatch.setattr("qa.client.time.sleep", pauses.append)

    def started(_):
        if isinstance(now := next(came), httpx.ConnectError):
            raise now
        return httpx.Response(now, json={"removed": 1})

    client = talking_to(started, tries=3)
    assert (client.remove("a"), client.remove("b"), pauses) == (1, 1, [2.0, 4.0])
    with pytest.raises(ApiError, match="can't be reached"):
        client.remove("c")
    other = talking_to(started, tries=3)
    with pytest.raises(ApiError, match="can't be reached"):
        other.remove("c")  # at once: nothing has answered it there
    assert pauses == [2.0, 4.0, 2.0, 4.0]


async def patient_server(application):
    config = uvicorn.Config(application, http=PatientProtocol, lifespan="off", log_level="error")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: PatientProtocol(config, state, {}), "127.0.0.1", 0)


def test_who_never_ends_his_headers_is_let_go(monkeypatch):
    monkeypatch.setattr("qa.service.server.HEADER_SECONDS", 0.3)

    async def application(scope, receive, send):
        await asyncio.sleep(0.6)  # longer than headers may take: an answer may take its time
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def visit():
        server = await patient_server(application)
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


def test_a_request_that_was_sent_behind_another_has_its_time_too(monkeypatch):
    monkeypatch.setattr("qa.service.server.HEADER_SECONDS", 0.2)

    async def application(scope, receive, send):
        await asyncio.sleep(0.6 if scope["path"] == "/second" else 0)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def visit():
        server = await patient_server(application)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(b"GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            return await asyncio.wait_for(reader.read(), 5)  # until it is let go for not asking again
        finally:
            writer.close()
            server.close()

    assert asyncio.run(visit()).count(b"HTTP/1.1 204") == 2


def test_a_body_does_not_wait_until_the_headers_are_acknowledged():
    made = []

    def protocol():
        config = uvicorn.Config(lambda *_: None, http=PatientProtocol, lifespan="off", log_level="error")
        config.load()
        made.append(PatientProtocol(config, ServerState(), {}))
        return made[-1]

    async def visit():
        server = await asyncio.get_running_loop().create_server(protocol, sock=_listen(Serving(port=0)))
        _, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        while not made:
            await asyncio.sleep(0.01)
        sent = made[0].transport.get_extra_info("socket")
        at_once = sent.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
        server.close()
        return at_once

    assert asyncio.run(visit())


def test_a_connection_is_kept_longer_than_clients_keep_theirs(monkeypatch):
    kept = []

    def run_once(server, sockets):
        kept.append(server.config.timeout_keep_alive)
        sockets[0].close()

    monkeypatch.setattr(uvicorn.Server, "run", run_once)
    run(lambda *_: None, Serving(port=0), leaving=list, stopping=list, stopped=list)
    assert kept[0] > httpx.Limits().keepalive_expiry


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "192.0.2.1", "a..b"])
def test_a_place_where_it_can_t_listen_is_one_sentence(host):
    access = Access(password="x")
    with pytest.raises(DatelineError, match=f"^can't listen on {re.escape(host[:80])}:0 .*--host or --port$"):
        _listen(Serving(host=host, port=0, access=access))


def test_a_port_that_is_taken_is_said_once():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DatelineError) as error:
            _listen(Serving(port=port))
    assert str(error.value).startswith(f"can't listen on 127.0.0.1:{port} (Address already in use); choose another")


def test_a_port_that_is_taken_is_said_before_anything_is_loaded(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "app", None)  # whose import, which loads Gradio, would fail
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 2
    assert "can't listen on" in capsys.readouterr().err


def test_what_is_loaded_is_not_looked_through_for_garbage_while_it_serves(monkeypatch):
    frozen = []

    def run_once(server, sockets):
        frozen.append(gc.get_freeze_count())
        sockets[0].close()

    monkeypatch.setattr(uvicorn.Server, "run", run_once)
    run(lambda *_: None, Serving(port=0), leaving=list, stopping=list, stopped=list)
    assert frozen[0] > 10_000
    assert gc.get_freeze_count() == 0, "what was frozen is looked through again when it serves no more"
