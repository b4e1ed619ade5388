"""Ray keeps its reports and its signal handlers to itself."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import redirect_stdout, suppress

import pytest

import bench
from bench_executors.connecting import _check_answers, _quiet_environment, _sigterm_as, _WithoutRaylets


class Ended(KeyboardInterrupt):
    """What the process's own handler raises."""


def end(number, frame):
    raise Ended


def test_reports_of_daemons_are_left_out_and_the_rest_goes_to_stderr(capsys):
    with redirect_stdout(_WithoutRaylets()):
        for line in ("one", "\x1b[33m(raylet)\x1b[0m The node is gone.\nLast lines: …", "two"):
            print(line)  # noqa: T201 - as Ray does
    assert capsys.readouterr() == ("", "one\ntwo\n")


def test_the_environment_is_left_as_it_was(monkeypatch):
    monkeypatch.setenv("RAY_DEDUP_LOGS", "1")
    before = dict(os.environ)
    with _quiet_environment():
        assert (os.environ["RAY_DEDUP_LOGS"], os.environ["RAY_USAGE_STATS_ENABLED"]) == ("1", "0")
        os.environ["RAY_AUTH_MODE"] = "token"
    assert dict(os.environ) == before


def test_an_interrupt_that_stands_for_sigterm_is_raised_as_its_own():
    before = signal.getsignal(signal.SIGTERM)

    def in_ray():
        with suppress(Ended):
            os.kill(os.getpid(), signal.SIGTERM)
        raise KeyboardInterrupt

    with pytest.raises(Ended), _sigterm_as(end):
        in_ray()
    assert signal.getsignal(signal.SIGTERM) is end
    signal.signal(signal.SIGTERM, before)


def test_ctrl_c_is_no_sigterm():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt) as raised, _sigterm_as(end):
        raise KeyboardInterrupt
    assert raised.type is KeyboardInterrupt
    signal.signal(signal.SIGTERM, before)


def test_another_thread_hears_no_signals():
    done = []

    def far():
        with _sigterm_as(end):
            done.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=far)
    thread.start()
    thread.join()
    assert done == [signal.getsignal(signal.SIGTERM)]


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "127.0.0.1:99999999"])
def test_an_address_where_nobody_answers_is_said(address):
    with pytest.raises(bench.UserError, match=f"no cluster at {address}: "):
        _check_answers(address)


@pytest.mark.parametrize("address", ["", "auto", "local"])
def test_what_is_no_address_is_left_to_ray(address):
    _check_answers(address)
