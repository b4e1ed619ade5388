"""The data sets that have a task of their own, and where their files may lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from filelock import FileLock

import bench
from bench_tasks.loading import ImageTask, Moments
from bench_tasks.opening import created
from bench_tasks.source import Look, Source

_IDX = tuple(f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1"))


@dataclass(frozen=True)
class Named:
    """A data set that torchvision knows.

    Args:
        torch: timm's name of it, after "torch/".
        folder: where torchvision keeps it, below its root; `files` must be there.
        mode: PIL's name of its colours.
        moments: mean and population deviation of the training images by channel, on the scale 0–1.
        label: the columns that may hold its classes in a Parquet file.
    """

    torch: str
    folder: str
    files: tuple[str, ...]
    mode: str
    moments: Moments | None = None
    label: tuple[str, ...] = ("label",)


NAMED: Mapping[str, Named] = MappingProxyType(
    {
        "mnist": Named("mnist", "MNIST/raw", _IDX, "L", ((0.1307,), (0.3081,))),
        "fashion-mnist": Named("fashion_mnist", "FashionMNIST/raw", _IDX, "L", ((0.2860,), (0.3530,))),
        "kmnist": Named("kmnist", "KMNIST/raw", _IDX, "L"),
        "cifar10": Named(
            "cifar10",
            "cifar-10-batches-py",
            ("batches.meta", "data_batch_1", "test_batch"),
            "RGB",
            ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
        ),
        "cifar100": Named(
            "cifar100",
            "cifar-100-python",
            ("meta", "train", "test"),
            "RGB",
            ((0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762)),
            ("fine_label", "label"),
        ),
    }
)


def named_task(name: str) -> ImageTask:
    """The task of that name."""
    found = NAMED[name]
    return ImageTask(name, partial(find, name), Look(found.mode, 0), found.moments)


def find(name: str, request: bench.DataRequest) -> Source:
    """Where the data set `name` is: torchvision's files first, then Parquet files, then a download.

    Looked for are FOLDER and torchvision/FOLDER of `Named`, and NAME/**/*.parquet, in the data folder.

    Raises:
        UserError: where it is nowhere, saying how to get it.
    """
    wanted = NAMED[name]
    for look in (_raw, _parquet, _fetched):
        source = look(name, wanted, request)
        if source is not None:
            return source
    raise bench.UserError(
        f"task '{name}': no data in {request.root}",
        f"run with --download; or put {wanted.folder}/ with {', '.join(wanted.files)} there, as torchvision "
        f"has them, or {name}/*.parquet with images and labels, as train and test files; "
        "--data-dir or BENCH_DATA names another folder",
    )


def _raw(name: str, wanted: Named, request: bench.DataRequest) -> Source | None:
    del name
    for root in (request.root, request.root / "torchvision"):
        folder = root / wanted.folder
        if all((folder / file).is_file() for file in wanted.files):
            return Source(f"torch/{wanted.torch}", root, ("train", "test"), files=(folder,))
    return None


def _parquet(name: str, wanted: Named, request: bench.DataRequest) -> Source | None:
    folder = (request.root / name).absolute()
    files = tuple(sorted(folder.rglob("*.parquet")))
    if not files:
        return None
    keys = (("image", "img"), wanted.label)
    return Source(f"hfds/{folder}", request.root, ("train", "test"), keys, files)


def _fetched(name: str, wanted: Named, request: bench.DataRequest) -> Source | None:
    """Through torchvision, by one process; the others wait for it."""
    if not request.download:
        return None
    try:
        request.root.mkdir(parents=True, exist_ok=True)
        with FileLock(request.root / f".{name}.lock"):
            there = _raw(name, wanted, request)
            if there is None:
                source = Source(f"torch/{wanted.torch}", request.root, ("train", "test"))
                created(source, source.name, split="train", root=str(source.root), download=True)
    except OSError as error:
        raise bench.UserError(
            f"{request.root}: cannot be written: {error.strerror}", "name another folder with --data-dir"
        ) from None
    return _raw(name, wanted, request)
