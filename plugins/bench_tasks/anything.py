"""The task `timm`: any data set of images that `timm.data.create_dataset` reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bench
from bench_tasks.loading import ImageTask
from bench_tasks.named import NAMED, find
from bench_tasks.source import Look, Source

_TORCH = {named.torch: name for name, named in NAMED.items()}
_HINT = "names are torch/NAME, hfds/NAME-or-path and folder/PATH"


def timm_task(params: bench.Params) -> ImageTask:
    """The task `timm` with its parameters.

    Raises:
        UserError: for a name of another kind.
    """
    kind, slash, rest = str(params["name"]).partition("/")
    if kind not in ("torch", "hfds", "folder") or not slash or not rest:
        raise bench.UserError(f"task 'timm': name = '{params['name']}' is not understood", _HINT)
    if kind == "torch" and rest not in _TORCH:
        raise bench.UserError(
            f"task 'timm': torch/{rest} is not among torch/{', torch/'.join(sorted(_TORCH))}",
            "lay others out as folders of images, a folder a class, and use folder/PATH",
        )

    def found(request: bench.DataRequest) -> Source:
        if kind == "torch":
            return find(_TORCH[rest], request)
        splits = (params["train_split"], params["test_split"])
        if kind == "folder":
            return _folder(rest, splits, request)
        keys = ((params["input_key"],), (params["target_key"],))
        return _hfds(rest, splits, keys, request)

    name = "".join(letter if letter.isalnum() else "-" for letter in rest).strip("-")[-40:]
    return ImageTask(f"timm-{name}", found, Look(params["mode"], params["image_size"]))


def _folder(path: str, splits: tuple[str, str], request: bench.DataRequest) -> Source:
    root = _here(path, request)
    if root is None or not root.is_dir():
        raise bench.UserError(
            f"task 'timm': no folder '{path}' in {request.root}, nor here",
            "put it there, with a folder a split and in it a folder a class; or give its path",
        )
    return Source("folder", root, splits, files=(root,))


def _hfds(
    path: str, splits: tuple[str, str], keys: tuple[tuple[str], tuple[str]], request: bench.DataRequest
) -> Source:
    """A folder in the data folder, or here, or else a name on the hub."""
    here = _here(path, request)
    source = Source(f"hfds/{path}", request.root, splits, keys, download=request.download)
    if here is None:
        return source
    files = tuple(sorted(file for file in here.rglob("*") if file.is_file())) if here.is_dir() else (here,)
    return replace(source, name=f"hfds/{here}", files=files)


def _here(path: str, request: bench.DataRequest) -> Path | None:
    for place in (request.root / path, Path(path)):
        if place.exists():
            return place.absolute()
    return None
