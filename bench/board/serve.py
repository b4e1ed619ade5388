"""Serves a built board on this machine alone, for a look at it as Pages would show it."""

from __future__ import annotations

import errno
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from bench.board.site_names import OVERVIEW
from bench.errors import UserError

HOST = "127.0.0.1"


class Handler(SimpleHTTPRequestHandler):
    """Answers with files of one folder: nothing above it, no links out of it, no listings."""

    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".jsonl": "text/plain; charset=utf-8",
        ".md": "text/plain; charset=utf-8",
        ".bib": "text/plain; charset=utf-8",
        ".csv": "text/csv; charset=utf-8",
    }

    def send_head(self) -> BytesIO | BinaryIO | None:
        """The answer's head, where the path leads to something within the folder."""
        root = Path(self.directory).resolve()
        try:
            inside = Path(self.translate_path(self.path)).resolve().is_relative_to(root)
        except (OSError, ValueError):
            inside = False
        if inside:
            return super().send_head()
        self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def list_directory(self, path: object) -> None:  # noqa: ARG002 - the base class's
        """No listing: a folder without a page is not there."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """End the head: what is built again is seen again, and types are not guessed."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Nothing: a look at a page needs no log."""


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of `folder` on the loopback address; `serve_forever` runs it, port 0 is any free one.

    Raises:
        UserError: where the folder holds no board, or the port cannot be had.
    """
    if not (folder / OVERVIEW).is_file():
        raise UserError(f"{folder}: no board here", "build one with `bench board build --out FOLDER`")
    try:
        return ThreadingHTTPServer((HOST, port), partial(Handler, directory=str(folder)))
    except OSError as error:
        said = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
        raise UserError(f"port {port} {said}", "name another with --port; 0 is any free one") from None


def address(of: ThreadingHTTPServer) -> str:
    """The server's URL."""
    return f"http://{HOST}:{of.server_address[1]}/"
