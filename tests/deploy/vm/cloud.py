"""The metadata server and the object store of a machine, on loopback, with their manners."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import unquote

_METADATA: Final = "/computeMetadata/v1/instance/"
_STORAGE: Final = "/storage/v1/b/"


@dataclass
class Cloud:
    """What a machine is told and can fetch, and what it gave away."""

    attributes: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)  # gs://BUCKET/OBJECT
    files: dict[str, bytes] = field(default_factory=dict)  # other paths, for anybody
    failures: int = 0  # so many answers of the store are 503 first
    token: str = field(default_factory=lambda: f"ya29.{secrets.token_hex(16)}")
    url: str = ""
    asked: list[str] = field(default_factory=list)
    exposed: list[str] = field(default_factory=list)  # command lines that showed the token

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        if path.startswith(_METADATA):
            if headers.get("metadata-flavor") != "Google":
                return 403, b"Missing Metadata-Flavor:Google header."
            return self._metadata(path.removeprefix(_METADATA))
        if path.startswith(_STORAGE):
            return self._object(path.removeprefix(_STORAGE), headers.get("authorization"))
        if path in self.files:
            return 200, self.files[path]
        return 404, b"Not Found"

    def _metadata(self, path: str) -> tuple[int, bytes]:
        if path == "attributes/?recursive=true":
            return 200, json.dumps(self.attributes).encode()
        if path == "service-accounts/default/token":
            token = {"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"}
            return 200, json.dumps(token).encode()
        return 404, b"Not Found"

    def _object(self, path: str, authorization: str | None) -> tuple[int, bytes]:
        self._look_at_command_lines()
        if self.failures:
            self.failures -= 1
            return 503, b"Service Unavailable"
        if authorization != f"Bearer {self.token}":
            return 401, b"Invalid Credentials"
        bucket, _, rest = path.partition("/o/")
        name, _, query = rest.partition("?")
        content = self.objects.get(f"gs://{bucket}/{unquote(name)}")
        # A slash that is not encoded would be a part of another address.
        if content is None or "/" in name or query != "alt=media":
            return 404, b"Not Found"
        return 200, content

    def _look_at_command_lines(self) -> None:
        """Whoever asks is still waiting, so that its command line is there to be seen."""
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if self.token in line:
                self.exposed.append(line)


@contextmanager
def serving(cloud: Cloud) -> Iterator[Cloud]:
    """The cloud, answering at its `url`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is http.server's
            cloud.asked.append(self.path)
            status, body = cloud.answer(
                self.path, {name.lower(): value for name, value in self.headers.items()}
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: tests speak for themselves."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        cloud.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield cloud
        finally:
            server.shutdown()
            thread.join()
