"""Requests from elsewhere, and too many of them."""

import asyncio
import json

import pytest
from served import serve

from qa.service.headers import policy
from qa.service.limits import MAX_BODY, BodyLimit, Gate
from qa.service.problems import Refused


@pytest.fixture(scope="module")
def seeds():
    return serve()[1]


@pytest.fixture(scope="module")
def archive():
    return serve(hostnames=["archive.Example.org"])[1]


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
def test_only_this_server_s_names_are_answered_to(archive, headers, status):
    assert archive.get("/api/libraries", headers=headers).status_code == status


@pytest.mark.parametrize("headers", [{"host": "10.0.0.7:7860"}, {"host": ""}])
def test_a_balancer_looks_whether_a_server_is_well_by_its_address(headers):
    _, client = serve(hostnames=["archive.example.org"])
    assert client.get("/healthz", headers=headers).status_code == 200
    assert client.head("/readyz", headers=headers).status_code == 503  # which is how it stands: nothing is loaded yet
    assert client.get("/metrics", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.org"},
        {"origin": "null"},
        {"origin": "http://[::1"},
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
        assert (gate.working, gate.waiting, gate._turns) == (0, 0, set())
        return done, refused

    done, refused = asyncio.run(crowd())
    assert len(done) + len(refused) == 5
    assert {status for _, status, _ in refused} == {503}
    assert len(done) >= 2


def test_a_gate_that_closes_sends_away_who_waits_and_lets_who_works_end():
    async def crowd():
        gate, said = Gate(1, 5, patience=5), []

        async def come():
            try:
                async with gate.passed():
                    await asyncio.sleep(0.05)
                    said.append("done")
            except Refused as refusal:
                said.append(refusal.detail)

        coming = [asyncio.create_task(come()) for _ in range(3)]
        await asyncio.sleep(0.01)
        gate.close()
        await asyncio.gather(*coming, come())
        assert (gate.working, gate.waiting) == (0, 0)
        return said

    said = asyncio.run(crowd())
    assert said.count("done") == 1
    assert sum("the server is going down" in one for one in said) == 3


def test_what_is_cut_off_when_the_server_goes_down_is_told():
    async def cut_off():
        async def app(scope, receive, send):
            await asyncio.sleep(5)

        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "path": "/api/answer", "method": "POST", "headers": []}
        request = asyncio.create_task(BodyLimit(app, refused=print)(scope, asyncio.Event().wait, send))
        await asyncio.sleep(0.01)
        request.cancel()
        await request
        return sent

    start, body = asyncio.run(cut_off())
    assert (start["status"], dict(start["headers"])[b"retry-after"]) == (503, b"2")
    assert "the server is going down" in json.loads(body["body"])["detail"]


def test_a_turn_that_never_comes_is_given_up():
    async def crowd():
        gate = Gate(1, 5, patience=0.02)
        async with gate.passed():
            with pytest.raises(Refused, match="no turn"):
                async with gate.passed():
                    pass
        assert (gate.working, gate.waiting) == (0, 0)

    asyncio.run(crowd())


async def newer_wait_for(awaited, seconds):
    """asyncio.wait_for as Python 3.12 and later have it: what came in the moment of a cancel is not given."""
    async with asyncio.timeout(seconds):
        return await awaited


@pytest.mark.parametrize("wait_for", [asyncio.wait_for, newer_wait_for])
def test_who_leaves_in_the_moment_of_his_turn_keeps_nobody_out(monkeypatch, wait_for):
    monkeypatch.setattr(asyncio, "wait_for", wait_for)

    async def crowd():
        gate, came_in = Gate(1, 5, patience=5), []

        async def come(name):
            async with gate.passed():
                came_in.append(name)

        async with gate.passed():
            leaving = asyncio.create_task(come("leaving"))
            await asyncio.sleep(0.01)
        await asyncio.sleep(0)  # his turn is granted now, and he has not been told yet
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        await asyncio.wait_for(come("next"), 5)
        assert (gate.working, gate.waiting) == (0, 0)
        return came_in

    assert asyncio.run(crowd())[-1] == "next"


def test_requests_are_logged_without_what_was_asked(caplog):
    _, client = serve()
    with caplog.at_level("INFO", logger="dateline.requests"):
        answer = client.get("/api/articles?words=secretword", headers={"X-Request-ID": "abc-1"})
        client.get("/healthz", headers={"X-Request-ID": "x\ty z"})
    lines = [json.loads(record.message) for record in caplog.records]
    assert answer.headers["x-request-id"] == lines[0]["request"] == "abc-1"
    assert (lines[0]["route"], lines[0]["status"], lines[0]["method"]) == ("/api/articles", 200, "GET")
    assert lines[1]["request"] != "x\ty z"
    assert "secretword" not in caplog.text
