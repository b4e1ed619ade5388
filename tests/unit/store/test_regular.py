"""Only regular files are read, whole and no further than allowed, and without waiting."""

import errno
import os

import psutil
import pytest

from bench.store.regular import read_regular


@pytest.fixture
def ten(tmp_path):
    path = tmp_path / "ten"
    path.write_bytes(b"0123456789")
    return path


def test_a_file_is_read_whole(ten):
    assert read_regular(ten, 10) == b"0123456789"


def test_a_file_system_may_give_less_than_was_asked_for(ten, monkeypatch):
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 3)))
    assert read_regular(ten, 10) == b"0123456789"


def test_a_file_may_become_shorter_while_it_is_read(ten, monkeypatch):
    read = os.read

    def cut_off(descriptor, size):
        part = read(descriptor, min(size, 3))
        ten.write_bytes(b"")
        return part

    monkeypatch.setattr(os, "read", cut_off)
    assert read_regular(ten, 10) == b"012"


def test_a_larger_file_is_refused(ten):
    with pytest.raises(OSError, match="larger than 9 bytes") as refused:
        read_regular(ten, 9)
    assert refused.value.errno == errno.EFBIG


def test_what_is_no_file_is_refused_at_once(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(OSError, match="not a regular file"):
            read_regular(path, 10)


def test_no_descriptor_is_left_open(tmp_path, ten):
    before = psutil.Process().num_fds()
    read_regular(ten, 10)
    with pytest.raises(OSError, match="not a regular file"):
        read_regular(tmp_path, 10)
    assert psutil.Process().num_fds() == before
