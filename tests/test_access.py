"""Who may come in: the password, tokens, sessions, and those who guess."""

import asyncio
import errno
import io
import os
import stat

import httpx
import pytest
from served import serve

from embeddings.errors import DatelineError, InvalidInput
from qa.cli import main
from qa.service.access import MOST_PASSWORD, SESSION_SECONDS, Access, Doorkeeper
from qa.service.limits import MAX_BODY
from qa.service.lockout import FREE, LONGEST_WAIT, Lockout
from qa.service.server import Serving

PASSWORD = "four words make one"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def access():
    return Access().with_password(PASSWORD).with_token("reports")


def test_without_a_password_only_this_machine_is_served():
    with pytest.raises(InvalidInput, match="dateline access password"):
        Serving(host="0.0.0.0")
    assert Serving(host="::1").host == "::1"


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_with_neither_a_password_nor_a_token_nobody_is_served(host):
    with pytest.raises(InvalidInput, match="neither a password nor a token, and nobody could come in"):
        Serving(host=host, access=Access())
    only_token = Access().with_token("reports")[0]
    assert Serving(host=host, access=only_token).access == only_token


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"hostnames": ["http://archive.example.org:80"]}, "a hostname is a name alone"),
        ({"hostnames": ["archive.example.org:80"]}, "a hostname is a name alone"),
        ({"hostnames": [""]}, "a hostname is a name alone"),
        ({"hostnames": ["bücher.example"]}, "like archive.example.org or xn--bcher-kva.example, got 'bücher.example'"),
        ({"proxy": "10.0.0.2/24"}, "or a network, like 10.0.0.0/24, got '10.0.0.2/24'"),
        ({"proxy": "nonsense"}, "a proxy is an address"),
        ({"proxy": "10.0.0.2, x"}, "a proxy is an address"),
        ({"port": 65536}, "a port lies between"),
    ],
)
def test_what_can_never_match_is_refused(given, said):
    with pytest.raises(InvalidInput, match=said):
        Serving(**given)


def test_names_and_proxies_as_they_are_written():
    assert Serving(hostnames=["Archive.Example.org", "[::1]", "10.0.0.5"], proxy="10.0.0.2, 10.1.0.0/16").port == 7860
    assert Serving(proxy="*").proxy == "*"


def test_nothing_but_health_is_seen_without_a_password(access):
    _, client = serve(access[0])
    for path in ("/api/answer", "/api/articles", "/metrics", "/gradio_api/info", "/api/openapi.json", "//api/articles"):
        assert client.get(path).status_code == 401, path
    assert client.post("/api/answer", json={"question": "who?"}).status_code == 401
    assert client.get("/", headers=HTML).headers["location"] == "/login?next=%2F"
    assert client.get("/healthz").status_code == 200


def test_a_token_lets_a_program_in_until_it_is_taken_back(access):
    _, client = serve(access[0])
    bearer = {"Authorization": f"Bearer {access[1]}"}
    assert [client.get("/api/libraries", headers=bearer).status_code for _ in range(2)] == [200, 200]
    for wrong in (access[1][:-1], "reports.", "nobody." + access[1].partition(".")[2], PASSWORD):
        assert client.get("/api/libraries", headers={"Authorization": f"Bearer {wrong}"}).status_code == 401
    _, later = serve(access[0].without_token("reports"))
    assert later.get("/api/libraries", headers=bearer).status_code == 401


def test_the_password_opens_a_session(access):
    _, client = serve(access[0])
    assert client.post("/login", data={"password": "four words make two"}).status_code == 401
    came = client.post("/login?next=/%3Fq%3Dwho", data={"password": PASSWORD})
    assert (came.status_code, came.headers["location"]) == (303, "/?q=who")
    outside = ("//evil.org", "https://evil.org/", "/\\evil.org", "javascript:alert(1)", "/a\nb", "http://[::1", "//[")
    for elsewhere in outside:
        came_again = client.post("/login", params={"next": elsewhere}, data={"password": PASSWORD})
        assert (came_again.status_code, came_again.headers["location"]) == (303, "/")
    cookie = came.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/api/libraries").status_code == 200
    client.post("/logout")
    assert client.get("/api/libraries").status_code == 401


def test_a_login_is_bounded_like_every_request(access):
    _, client = serve(access[0])
    refused = client.post("/login", content=b"x" * (MAX_BODY + 1))
    assert (refused.status_code, "at most 10,000,000 are read" in refused.json()["detail"]) == (413, True)


def test_a_login_that_breaks_off_is_no_failure_of_the_server(access):
    _, client = serve(access[0])
    coming = [{"type": "http.request", "body": b"password=x", "more_body": True}, {"type": "http.disconnect"}]
    sent = []

    async def receive():
        return coming.pop(0)

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:7860")]
    scope = {"type": "http", "method": "POST", "path": "/login", "query_string": b"", "headers": headers}
    asyncio.run(client.app(scope, receive, send))
    assert sent[0]["status"] == 400


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


def test_who_never_stops_guessing_waits_as_long_each_time():
    lockout = Lockout(clock=lambda: 0.0)
    for _ in range(1_100):
        lockout.failed("10.0.0.1")
    assert lockout.wait("10.0.0.1") == LONGEST_WAIT


def test_many_guesses_at_once_count_one_by_one(access):
    _, client = serve(access[0])

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
    assert f"try again in {locked.headers['retry-after']} seconds" in locked.text


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


def test_what_a_killed_or_failed_save_left_is_in_nobody_s_way(tmp_path, monkeypatch):
    file = tmp_path / "access.json"
    left = tmp_path / f"access.json.{os.getpid()}"
    left.write_text("left by a killed process of the same number")
    Access().save(file)

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DatelineError, match="can't be written \\(No space left"):
        Access().save(file)
    assert set(tmp_path.iterdir()) == {file, left}


def test_access_is_given_and_taken_on_the_command_line(tmp_path, monkeypatch, capsys):
    file = str(tmp_path / "access.json")
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert main(["access", "password", "--access", file]) == 0
    capsys.readouterr()
    assert main(["access", "token", "reports", "--access", file]) == 0
    token = capsys.readouterr().out.strip()
    keeper = Doorkeeper(Access.load(tmp_path / "access.json"))
    assert keeper.password_is(PASSWORD)
    assert keeper.token_is_ours(token)
    assert main(["access", "token", "reports", "--access", file]) == 2
    assert main(["access", "list", "--access", file]) == 0
    assert capsys.readouterr().out == "password: set\ntoken: reports\n"
    assert main(["access", "revoke", "reports", "--access", file]) == 0
    assert main(["access", "open", "--access", file]) == 0
    assert not (tmp_path / "access.json").exists()
    assert "removed" in capsys.readouterr().out
    assert main(["access", "open", "--access", file]) == 0
    assert "nothing was removed" in capsys.readouterr().out


def test_a_password_that_is_not_typed_to_its_end_or_is_no_text_is_not_set(tmp_path, monkeypatch, capsys):
    pty = pytest.importorskip("pty", reason="a terminal of this kind is needed")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"four words \xff make one\n"), "utf-8"))
    assert main(["access", "password", "--access", str(tmp_path / "access.json")]) == 2
    assert "the password is not UTF-8" in capsys.readouterr().err
    terminal, ours = pty.openpty()
    with os.fdopen(ours) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr("qa.commands.access.getpass", _nothing_typed)
        assert main(["access", "password", "--access", str(tmp_path / "access.json")]) == 2
    os.close(terminal)
    assert capsys.readouterr().err == "dateline: no password was typed; nothing was set\n"
    assert not (tmp_path / "access.json").exists()


def test_a_server_takes_the_access_file_that_was_named(tmp_path, monkeypatch, access):
    access[0].save(tmp_path / "access.json")
    served = []
    monkeypatch.setattr("app.serve", lambda settings, serving, **_: served.append(serving.access))
    assert main(["serve", "--host", "0.0.0.0", "--port", "0", "--access", str(tmp_path / "access.json")]) == 0
    assert served == [access[0]]


def _nothing_typed(prompt):
    raise EOFError


@pytest.mark.parametrize(
    ("password", "said"),
    [("short", "12 to 1,024 characters, got 5; take a longer"), ("x" * 1025, "got 1,025; take a sh")],
)
def test_a_password_has_a_length(password, said):
    with pytest.raises(InvalidInput, match=said):
        Access().with_password(password)


def test_the_longest_password_opens_a_session_too():
    longest = "\N{MUSICAL SYMBOL G CLEF}" * MOST_PASSWORD
    _, client = serve(Access().with_password(longest))
    assert client.post("/login", data={"password": longest}).status_code == 303


@pytest.mark.parametrize("given", [["--proxy", "127.0.0.1"], ["--hostname", "archive.example.org"], []])
def test_a_proxy_that_lets_in_whoever_comes_is_told_of(tmp_path, capsys, monkeypatch, given):
    monkeypatch.setattr("app.serve", lambda *_, **__: None)
    command = ["serve", "--port", "0", "--access", str(tmp_path / "access.json"), *given]
    assert main(command) == 0
    assert ("there is no password" in capsys.readouterr().err) == bool(given)
    Access().with_token("reports")[0].save(tmp_path / "access.json")
    assert main(command) == 0
    assert "only programs with a token are let in" in capsys.readouterr().err
    Access().with_password("correct horse battery").save(tmp_path / "access.json")
    assert main(command) == 0
    assert capsys.readouterr().err == ""
