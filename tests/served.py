"""A server for tests, asked without a socket."""

from fastapi.testclient import TestClient

from qa.api import make_api
from qa.libraries.workspace import Libraries
from qa.service.observing import Metrics
from qa.service.server import Serving, guarded
from qa.service.shared import Service


def serve(settings, access=None, *, read_only=False, hostnames=()):
    metrics = Metrics()
    service = Service(Libraries(settings, read_only=read_only, observer=metrics.asked), metrics)
    app = guarded(make_api(service), Serving(access=access, hostnames=hostnames), metrics)
    return service, TestClient(
        app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False, follow_redirects=False
    )
