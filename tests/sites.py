"""A web server of this machine, for tests that fetch."""

import threading
from contextlib import contextmanager
from http.server import ThreadingHTTPServer


@contextmanager
def web_site(handler, **attributes):
    """Serve with a handler, whose server has `address` and the attributes given."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.address = f"http://127.0.0.1:{server.server_port}"
    vars(server).update(attributes)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
