"""`mnist` and its kin: found as torchvision's files, as Parquet files, or fetched; else said how to get."""

from __future__ import annotations

import importlib.util
import shutil
import urllib.error

import numpy as np
import pytest
import torch
from torchvision.datasets import MNIST

import bench
from bench.data import fingerprint
from bench.testing.conformance import component_checks
from bench_tasks import decoding
from tests.plugins.pictures import pictures, write_idx, write_parquet


def load(name, root, *, download=False):
    return bench.build("task", name)(bench.DataRequest(root, download, seed=0))


@pytest.fixture
def decoded(monkeypatch):
    """Counts how often images are decoded."""
    counted = []
    real = decoding.decode
    monkeypatch.setattr(decoding, "decode", lambda *given: counted.append(1) or real(*given))
    return counted


@pytest.mark.parametrize("place", ["", "torchvision"])
@pytest.mark.parametrize(
    ("name", "folder"), [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST"), ("kmnist", "KMNIST")]
)
def test_torchvisions_files_are_found(tmp_path, name, folder, place):
    written = write_idx(tmp_path / place / folder / "raw")
    data = load(name, tmp_path)
    assert torch.equal(data.train.inputs[:, 0], torch.from_numpy(written["train"]))
    assert torch.equal(data.test.inputs[:, 0], torch.from_numpy(written["test"]))
    assert data.test.targets.tolist() == [index % 10 for index in range(20)]
    assert (data.num_classes, data.in_channels, data.image_size) == (10, 1, 28)
    assert (data.train.inputs.dtype, data.train.targets.dtype) == (torch.uint8, torch.int64)


def test_known_moments_are_constants_and_unknown_ones_the_training_splits(tmp_path):
    write_idx(tmp_path / "MNIST" / "raw")
    written = write_idx(tmp_path / "KMNIST" / "raw")
    assert load("mnist", tmp_path).mean == (0.1307,)
    assert load("kmnist", tmp_path).mean == (pytest.approx(written["train"].mean() / 255),)


def test_parquet_files_of_the_same_pixels_are_the_same_data(tmp_path):
    write_parquet(tmp_path / "one" / "mnist", write_idx(tmp_path / "two" / "MNIST" / "raw"))
    one, two = load("mnist", tmp_path / "one"), load("mnist", tmp_path / "two")
    assert fingerprint(one.train, one.test) == fingerprint(two.train, two.test)
    assert one.num_classes == 10


def test_torchvisions_files_go_before_parquet_files(tmp_path):
    written = write_idx(tmp_path / "MNIST" / "raw")
    write_parquet(tmp_path / "mnist-other", {"train": pictures(40, 7), "test": pictures(20, 8)})
    (tmp_path / "mnist-other").rename(tmp_path / "mnist")
    assert torch.equal(load("mnist", tmp_path).train.inputs[:, 0], torch.from_numpy(written["train"]))


@pytest.mark.parametrize(
    ("name", "columns", "first"),
    [
        ("cifar10", ("img", "label"), 0),
        ("cifar100", ("img", "coarse_label", "fine_label"), 1),
        ("cifar100", ("image", "label"), 0),
    ],
)
def test_columns_go_by_any_of_their_names_and_colours_are_kept(tmp_path, name, columns, first):
    splits = {"train": pictures(40, 1, 32, 3), "test": pictures(20, 2, 32, 3)}
    write_parquet(tmp_path / name / "data", splits, columns)
    data = load(name, tmp_path)
    assert np.array_equal(data.train.inputs.permute(0, 2, 3, 1).numpy(), splits["train"])
    assert data.train.targets[0] == first
    assert (data.in_channels, data.image_size, len(data.mean)) == (3, 32, 3)


def test_images_are_decoded_once_and_then_come_from_the_cache(tmp_path, decoded):
    write_idx(tmp_path / "MNIST" / "raw")
    one, other = load("mnist", tmp_path), load("mnist", tmp_path)
    assert len(decoded) == 1
    assert torch.equal(one.train.inputs, other.train.inputs)
    shutil.rmtree(tmp_path / "MNIST")
    changed = write_idx(tmp_path / "MNIST" / "raw", seed=5)
    assert torch.equal(load("mnist", tmp_path).train.inputs[:, 0], torch.from_numpy(changed["train"]))
    assert len(decoded) == 2


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "kmnist", "cifar10", "cifar100"])
def test_missing_data_says_how_to_get_it(tmp_path, name):
    with pytest.raises(bench.UserError, match=f"task '{name}': no data in {tmp_path}") as caught:
        load(name, tmp_path)
    for words in ("--download", "--data-dir", f"{name}/*.parquet"):
        assert words in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_file_is_the_users_to_mend(tmp_path):
    write_idx(tmp_path / "MNIST" / "raw")
    images = tmp_path / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:-100])
    with pytest.raises(bench.UserError, match=r"torch/mnist .* 'test' cannot be read"):
        load("mnist", tmp_path)
    assert not list(tmp_path.rglob("*.safetensors"))


def test_without_datasets_parquet_files_say_which_extra_reads_them(tmp_path, monkeypatch):
    write_parquet(tmp_path / "mnist", {"train": pictures(12, 1), "test": pictures(12, 2)})
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "bench_tasks.opening.find_spec", lambda name: None if name == "datasets" else real(name)
    )
    with pytest.raises(bench.UserError, match="not installed") as caught:
        load("mnist", tmp_path)
    assert "prunebench[hfds]" in caught.value.hint


def test_with_leave_to_download_torchvision_fetches_it_once(tmp_path, monkeypatch, decoded):
    fetched = []

    def download(self):
        fetched.append(self.raw_folder)
        write_idx(tmp_path / "data" / "MNIST" / "raw")

    monkeypatch.setattr(MNIST, "download", download)
    for _ in range(2):
        assert len(load("mnist", tmp_path / "data", download=True).train) == 40
    assert len(load("mnist", tmp_path / "data").train) == 40
    assert (len(fetched), len(decoded)) == (1, 1)


def test_a_download_that_fails_says_what_else_can_be_done(tmp_path, monkeypatch):
    def download(self):
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(MNIST, "download", download)
    with pytest.raises(bench.UserError, match=r"the download failed: .*no route") as caught:
        load("mnist", tmp_path, download=True)
    assert "MNIST/raw" in caught.value.hint


@pytest.fixture
def tiny_kmnist(tmp_path, monkeypatch):
    write_idx(tmp_path / "KMNIST" / "raw")
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))


def test_the_kit_holds_them_to_what_a_task_promises(catalog, tiny_kmnist):
    checks = component_checks(catalog.get("task", "kmnist"), {}, catalog)
    assert len(checks) > 10
    for check in checks:
        check.run()
