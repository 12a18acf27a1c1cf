"""What a server says of itself to those who run it: /healthz, /readyz, /metrics."""

import gradio as gr
from fastapi import FastAPI
from fastapi.testclient import TestClient
from served import serve

from app import build_app
from embeddings.errors import DatelineError
from qa.libraries.workspace import Libraries
from qa.settings import load_settings


def test_a_server_whose_library_was_taken_away_is_not_ready(tmp_path):
    from qa.build import open_store

    settings = load_settings({"library": tmp_path / "library"})
    open_store(settings, create=True).close()
    service, client = serve(settings)
    service.ready = True
    assert client.get("/readyz").json() == {"status": "ok"}
    (tmp_path / "library").rename(tmp_path / "elsewhere")
    answered = client.get("/readyz")
    assert (answered.status_code, answered.json()) == (503, {"status": "library gone"})
    assert client.post("/api/answer", json={"question": "who led?"}).status_code == 503
    assert client.get("/healthz").json() == {"status": "ok"}
    (tmp_path / "elsewhere").rename(tmp_path / "library")
    assert client.get("/readyz").json() == {"status": "ok"}
    service.close()


def test_state_and_metrics():
    service, client = serve(load_settings({}))
    assert client.get("/healthz").json() == {"status": "ok"}
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (503, {"status": "starting"})
    service.ready = True
    assert client.get("/readyz").json() == {"status": "ok"}
    client.post("/api/answer", json={"question": "who led the delegation?"})
    client.patch("/api/libraries/Storms", json={"name": "Gales"})
    said = client.get("/metrics").text
    assert 'dateline_answers_total{outcome="found"} 1.0' in said
    assert 'dateline_requests_total{method="POST",route="/api/answer",status="200"} 1.0' in said
    assert 'dateline_requests_total{method="PATCH",route="/api/libraries/{library}",status="404"} 1.0' in said
    assert 'dateline_stage_seconds_count{stage="read"} 1.0' in said
    assert "dateline_articles" in said
    assert "delegation" not in said
    assert [client.head(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200] * 3
    service.stop()
    assert client.get("/readyz").json() == {"status": "stopping"}
    refused = client.post("/api/answer", json={"question": "who led the delegation?"})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert "the server is going down" in refused.json()["detail"]


def test_the_headers_of_what_can_be_had_can_be_had_alone():
    service, client = serve(load_settings({}))
    seen = [client.head(f"/api/{path}").status_code for path in ("articles", "articles/none", "nothing", "answer")]
    assert seen == [200, 404, 404, 405]
    assert client.put("/api/articles").headers["allow"] == "GET, HEAD, POST"
    assert client.get("/api/answer").headers["allow"] == "POST"
    assert client.get("/metrics").text.count('method="HEAD"') > 0
    service.close()


def test_a_server_whose_threads_are_all_at_work_says_that_it_lives(monkeypatch):
    async def none_is_free(*_, **__):
        raise TimeoutError

    _, client = serve(load_settings({}))
    monkeypatch.setattr("fastapi.routing.run_in_threadpool", none_is_free)
    assert client.get("/api/libraries").status_code == 500
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_library_that_fails_hides_no_other_figure(monkeypatch):
    service, client = serve(load_settings({}))

    def fail():
        raise DatelineError("the library at milvus://x can't be used")

    monkeypatch.setattr(service.libraries.opened[0].store, "stats", fail)
    said = client.get("/metrics")
    assert said.status_code == 200
    assert "dateline_articles NaN" in said.text
    assert "dateline_asking_waiting 0.0" in said.text


def test_of_pages_that_were_opened_the_last_are_remembered(monkeypatch):
    monkeypatch.setattr("app.VISITORS", 3)
    settings = load_settings({})
    api = FastAPI()
    mounted = gr.mount_gradio_app(api, build_app(Libraries(settings), settings), "/").routes[-1].app
    [load, *_] = [each["id"] for each in mounted.get_blocks().config["dependencies"] if each["api_name"] == "choose"]
    client = TestClient(api)
    for visitor in range(5):
        event = {"fn_index": load, "data": [None], "session_hash": f"visitor {visitor}"}
        assert client.post("/gradio_api/run/predict", json=event).status_code == 200
    assert list(mounted.state_holder.session_data) == ["visitor 2", "visitor 3", "visitor 4"]
