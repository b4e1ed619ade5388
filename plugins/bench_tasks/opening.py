"""Opens both splits of a source through timm, and says in words what is wrong where that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import bench
from bench_tasks.source import Source

SYNONYMS = {"train": ("train", "training"), "test": ("test", "val", "valid", "validation", "eval")}


@dataclass(frozen=True)
class Opened:
    """Two data sets as timm gives them, and the classes by name where they have names."""

    train: Any
    test: Any
    classes: dict[str, int] | None


@contextmanager
def opened(source: Source) -> Iterator[Opened]:
    """Both splits of `source`, open while the context lasts.

    Raises:
        UserError: where they cannot be opened, or would not be two splits of the same classes.
    """
    kind = source.name.partition("/")[0]
    if kind == "torch":
        yield _torch(source)
    elif kind == "hfds":
        need_datasets(source.name)
        with _hub_kept_quiet(), TemporaryDirectory(prefix="prunebench-") as scratch:
            yield _hfds(source, Path(scratch))
    else:
        yield _folders(source)


def _torch(source: Source) -> Opened:
    train, test = (
        created(source, source.name, split=split, root=str(source.root)) for split in source.splits
    )
    return Opened(train, test, getattr(train, "class_to_idx", None))


def _hfds(source: Source, scratch: Path) -> Opened:
    """Files that lie here are read through a scratch folder; what is fetched stays in the root."""
    if not source.files and not source.download:
        raise bench.UserError(
            f"'{source.name.partition('/')[2]}' is neither in {source.root} nor a folder here",
            "run with --download to fetch it from the Hugging Face hub, or put its files there",
        )
    root = scratch if source.files else source.root / "hfds"
    image, label = (_column(source, names) for names in source.keys)
    train, test = (
        created(source, source.name, split=split, root=str(root), input_key=image, target_key=label)
        for split in source.splits
    )
    return Opened(train, test, train.reader.class_to_idx or None)


def _column(source: Source, names: tuple[str, ...]) -> str:
    """Which of the names the first Parquet file has; the first one where that is not known."""
    from pyarrow.parquet import read_schema  # noqa: PLC0415

    parquet = [file for file in source.files if file.suffix == ".parquet"]
    there = set(read_schema(parquet[0]).names) if parquet and len(names) > 1 else set()
    return next((name for name in names if name in there), names[0])


def _folders(source: Source) -> Opened:
    """The classes of the training split number those of the test split, which may lack some."""
    folders = [split_folder(source.root, split) for split in source.splits]
    train, test = (created(source, "", root=str(folder), search_split=False) for folder in folders)
    classes = dict(train.reader.class_to_idx)
    strange = sorted(set(test.reader.class_to_idx) - set(classes))
    if strange:
        raise bench.UserError(
            f"{folders[1]}: classes that {folders[0]} does not have: {', '.join(strange[:3])}",
            "name the folders of a class alike in both splits",
        )
    test = created(source, "", root=str(folders[1]), search_split=False, class_map=classes)
    return Opened(train, test, classes)


def split_folder(root: Path, split: str) -> Path:
    """The folder of a split in an image folder: its name, or a synonym of it.

    Raises:
        UserError: where there is none; timm would take the whole of `root`, both splits in one.
    """
    names = next((names for names in SYNONYMS.values() if split in names), ())
    for name in (split, *names):
        if (root / name).is_dir():
            return root / name
    there = sorted(path.name for path in root.iterdir() if path.is_dir())[:8]
    raise bench.UserError(
        f"{root}: no folder of the split '{split}'",
        f"it has {', '.join(there) or 'no folders'}; name the splits with train_split and test_split",
    )


def created(source: Source, name: str, **options: Any) -> Any:
    """What timm's create_dataset gives.

    Raises:
        UserError: with the reader's own words, where it gives nothing.
    """
    from timm.data.dataset_factory import create_dataset  # noqa: PLC0415

    try:
        return create_dataset(name, **options)
    except Exception as error:  # whatever a reader dislikes is in the user's files
        lines = str(error).strip().splitlines() or [type(error).__name__]
        split = options.get("split", options["root"])
        raise bench.UserError(
            f"{source.name} in {source.root}: the split '{split}' cannot be read: {lines[0]}",
            "check the files, or the parameters train_split, test_split, input_key and target_key",
        ) from error


def need_datasets(what: str) -> None:
    """Check that Hugging Face's datasets can be imported.

    Raises:
        UserError: naming the extra that brings it.
    """
    if find_spec("datasets") is None:
        raise bench.UserError(
            f"{what} is read with the package 'datasets', which is not installed",
            "pip install 'prunebench[hfds]'",
        )


@contextmanager
def _hub_kept_quiet() -> Iterator[None]:
    """No progress bars of the reader beside ours."""
    from datasets.utils import logging  # noqa: PLC0415

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
