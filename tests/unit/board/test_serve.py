"""`bench board serve`: the folder's files, and nothing else, on this machine alone."""

import http.client
import os
import signal
import subprocess
import sys
import threading

import pytest

from bench.board.serve import address, server
from bench.errors import UserError


@pytest.fixture
def folder(tmp_path):
    site = tmp_path / "site"
    (site / "suites").mkdir(parents=True)
    (site / "index.html").write_text("the overview")
    (site / "records.jsonl").write_text("{}\n")
    (tmp_path / "secret").write_text("not for you")
    return site


@pytest.fixture
def ask(folder):
    with server(folder, 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()

        def get(path):
            connection = http.client.HTTPConnection("127.0.0.1", running.server_address[1], timeout=10)
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            return answer.status, dict(answer.getheaders()), body

        yield get
        running.shutdown()
        thread.join()


def test_files_are_served_with_plain_types_and_never_from_a_cache(ask):
    status, headers, body = ask("/")
    assert (status, body) == (200, b"the overview")
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ask("/records.jsonl")[1]["Content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path",
    ["/../secret", "/%2e%2e/secret", "/suites/..%2f..%2fsecret", "//secret", "/suites/../../secret", "/%00",
     "/suites/", "/link", "/nowhere", "/..%5csecret"],
)  # fmt: skip
def test_nothing_above_the_folder_is_served_and_no_listing(ask, folder, path):
    if path == "/link":
        (folder / "link").symlink_to(folder.parent / "secret")
    status, _, body = ask(path)
    assert status == 404
    assert b"not for you" not in body


def test_only_this_machine_is_answered(folder):
    with server(folder, 0) as running:
        assert running.server_address[0] == "127.0.0.1"
        assert address(running).startswith("http://127.0.0.1:")


def test_a_folder_without_a_board_is_the_users_error(tmp_path):
    with pytest.raises(UserError, match="no board here"):
        server(tmp_path, 0)


def test_a_port_in_use_is_the_users_error(folder):
    with server(folder, 0) as running, pytest.raises(UserError, match=r"port \d+ is in use"):
        server(folder, running.server_address[1])


@pytest.mark.skipif(os.name != "posix", reason="SIGINT is POSIX's")
def test_an_interrupt_ends_it_quietly(folder):
    words = [sys.executable, "-m", "bench", "board", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == "Ctrl-C stops it\n"
