"""A service on this machine that receives notices."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

SECRET = "hush-hush-55"


class Service(HTTPServer):
    """A service that keeps the notices posted to it, and answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.notices: list[dict[str, Any]] = []
        self.status = 200

    @property
    def address(self) -> str:
        return f"json://host:{SECRET}@127.0.0.1:{self.server_port}/notices"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        service = self.server
        assert isinstance(service, Service)
        service.notices.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(service.status)
        self.end_headers()

    def log_message(self, format: str, *_: object) -> None:
        return


@contextmanager
def receiving() -> Generator[Service]:
    with Service() as service:
        thread = threading.Thread(target=service.serve_forever)
        thread.start()
        yield service
        service.shutdown()
        thread.join()
