"""What `timm.data.create_dataset` is to read, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bench


@dataclass(frozen=True)
class Look:
    """How images become tensors.

    Args:
        mode: PIL's name of the colours, "L" for grey or "RGB".
        size: height and width to fit images into; 0 takes them as they are.
    """

    mode: str
    size: int

    @property
    def channels(self) -> int:
        """How many channels the tensors have."""
        return 1 if self.mode == "L" else 3


@dataclass(frozen=True)
class Source:
    """A data set of two splits.

    Args:
        name: what create_dataset takes as `name`: "torch/…", "hfds/…", or "folder" for image folders.
        root: the data folder, or what stands for it: the `root` of create_dataset.
        splits: the names of the training and the test split.
        keys: the columns of images and of classes, where there are columns; of several names the first
            that is there.
        files: the files and folders that hold the data; none where they are not known beforehand.
        download: whether a name that is not here may be fetched from the Hugging Face hub.
    """

    name: str
    root: Path
    splits: tuple[str, str]
    keys: tuple[tuple[str, ...], tuple[str, ...]] = (("image",), ("label",))
    files: tuple[Path, ...] = ()
    download: bool = False

    def described(self, look: Look, data_root: Path) -> Mapping[str, Any]:
        """All that the decoded tensors depend on, and no place where files happen to lie."""
        return {
            "name": "hfds" if self.files and self.name.startswith("hfds/") else self.name,
            "splits": list(self.splits),
            "keys": [list(names) for names in self.keys],
            "files": [list(entry) for entry in bench.data.listing(data_root, self.files)],
            "mode": look.mode,
            "size": look.size,
        }
