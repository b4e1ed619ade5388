"""`timm:…`: image folders and Hugging Face data sets, and what could silently go wrong in reading them."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

import bench
from tests.plugins.pictures import encoded, pictures, write_folders, write_idx, write_parquet


def load(root, name, *, download=False, **params):
    return bench.build("task", "timm", name=name, **params)(bench.DataRequest(root, download, seed=0))


def same_pixels(inputs, images):
    return np.array_equal(inputs.permute(0, 2, 3, 1).numpy(), images)


@pytest.fixture
def flowers(tmp_path):
    """Classes 2, 10 and 9 of eight pixels; the test split lacks one."""
    made = {
        "train": {name: pictures(3, seed, 8, 3) for seed, name in enumerate(("2", "10", "9"))},
        "val": {name: pictures(2, 10 + seed, 8, 3) for seed, name in enumerate(("10", "9"))},
    }
    write_folders(tmp_path / "flowers", made)
    return made


def test_a_folder_is_read_in_the_natural_order_of_its_classes(tmp_path, flowers):
    data = load(tmp_path, "folder/flowers")
    train = np.concatenate([flowers["train"][name] for name in ("2", "9", "10")])
    assert same_pixels(data.train.inputs, train)
    assert data.train.targets.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert (data.num_classes, data.in_channels, data.image_size) == (3, 3, 8)
    assert data.mean == pytest.approx((train / 255).mean((0, 1, 2)).tolist())
    assert data.std == pytest.approx((train / 255).std((0, 1, 2)).tolist())


def test_classes_keep_their_numbers_where_the_test_split_lacks_one(tmp_path, flowers):
    data = load(tmp_path, "folder/flowers")
    assert same_pixels(data.test.inputs, np.concatenate([flowers["val"][name] for name in ("9", "10")]))
    assert data.test.targets.tolist() == [1, 1, 2, 2]


def test_a_class_that_training_lacks_is_refused(tmp_path, flowers):
    write_folders(tmp_path / "flowers", {"val": {"11": pictures(1, 0, 8, 3)}})
    with pytest.raises(bench.UserError, match=r"classes that .*train does not have: 11"):
        load(tmp_path, "folder/flowers")


def test_a_folder_without_the_split_is_refused_rather_than_taken_whole(tmp_path, flowers):
    with pytest.raises(bench.UserError, match="no folder of the split 'holdout'") as caught:
        load(tmp_path, "folder/flowers", test_split="holdout")
    assert "train, val" in caught.value.hint


def test_the_same_images_on_both_sides_are_refused(tmp_path, flowers):
    with pytest.raises(bench.UserError, match="are the same images"):
        load(tmp_path, "folder/flowers", test_split="train")


def test_a_damaged_image_is_named_and_no_other_put_in_its_place(tmp_path, flowers):
    file = tmp_path / "flowers" / "train" / "9" / "001.png"
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(bench.UserError, match="image 4 cannot be read"):
        load(tmp_path, "folder/flowers")


def test_images_of_different_sizes_need_a_size(tmp_path, flowers):
    (tmp_path / "flowers" / "train" / "9" / "odd.png").write_bytes(encoded(pictures(1, 0, 9, 3)[0]))
    with pytest.raises(bench.UserError, match="different sizes, 8x8 and 9x9") as caught:
        load(tmp_path, "folder/flowers")
    assert "image_size" in caught.value.hint
    data = load(tmp_path, "folder/flowers", image_size=8)
    assert data.train.inputs.shape == (10, 3, 8, 8)


def test_an_oblong_image_is_refused_or_cut_in_its_middle(tmp_path):
    wide = np.zeros((4, 8, 3), dtype=np.uint8)
    wide[:, 2:6] = 200
    write_folders(tmp_path / "wide", {"train": {"a": [wide] * 2}, "test": {"a": [wide // 2] * 2}})
    with pytest.raises(bench.UserError, match="8x4 pixels is not square"):
        load(tmp_path, "folder/wide")
    data = load(tmp_path, "folder/wide", image_size=4)
    assert bool((data.train.inputs == 200).all())


def test_more_than_eight_bits_are_refused_since_they_would_be_clipped(tmp_path, flowers):
    deep = Image.fromarray(np.full((8, 8), 1000, dtype=np.uint16))
    deep.save(tmp_path / "flowers" / "train" / "10" / "deep.png")
    with pytest.raises(bench.UserError, match="clipped to 8 bits"):
        load(tmp_path, "folder/flowers")


def test_grey_is_one_channel(tmp_path, flowers):
    data = load(tmp_path, "folder/flowers", mode="L")
    first = Image.fromarray(flowers["train"]["2"][0]).convert("L")
    assert np.array_equal(data.train.inputs[0, 0].numpy(), np.asarray(first))
    assert (data.in_channels, len(data.mean)) == (1, 1)


@pytest.fixture
def table(tmp_path):
    splits = {"train": pictures(12, 1, 8, 3), "test": pictures(11, 2, 8, 3)}
    write_parquet(tmp_path / "table", splits)
    return splits


def test_parquet_files_are_found_in_the_data_folder_and_here(tmp_path, table, monkeypatch):
    assert same_pixels(load(tmp_path, "hfds/table").train.inputs, table["train"])
    monkeypatch.chdir(tmp_path)
    data = load(tmp_path / "elsewhere", "hfds/./table")
    assert same_pixels(data.test.inputs, table["test"])
    assert data.train.targets.tolist() == [*range(10), 0, 1]
    assert data.num_classes == 10


def test_the_name_of_a_data_set_that_is_not_here_needs_leave_to_download(tmp_path):
    with pytest.raises(bench.UserError, match="'acme/things' is neither in") as caught:
        load(tmp_path, "hfds/acme/things")
    assert "--download" in caught.value.hint


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"test_split": "tets"}, 'Unknown split "tets"'),
        ({"target_key": "lable"}, "KeyError: 'lable'"),
        ({"target_key": "image"}, "not a number from 0"),
    ],
)
def test_a_wrong_parameter_is_answered_by_its_name(tmp_path, table, params, complaint):
    with pytest.raises(bench.UserError, match=complaint) as caught:
        load(tmp_path, "hfds/table", **params)
    assert next(iter(params)) in caught.value.hint


def test_a_split_without_labels_is_refused(tmp_path):
    write_parquet(tmp_path / "blind", {"train": pictures(4, 1, 8)})
    table = pq.read_table(tmp_path / "blind" / "train-00000-of-00001.parquet")
    hidden = table.set_column(1, "label", [[-1] * 4])
    pq.write_table(hidden, tmp_path / "blind" / "test-00000-of-00001.parquet")
    with pytest.raises(bench.UserError, match="image 0 has the class -1"):
        load(tmp_path, "hfds/blind")


def test_torchs_names_are_those_of_the_named_tasks(tmp_path):
    written = write_idx(tmp_path / "MNIST" / "raw")
    data = load(tmp_path, "torch/mnist", mode="L")
    assert torch.equal(data.train.inputs[:, 0], torch.from_numpy(written["train"]))
    assert load(tmp_path, "torch/mnist").in_channels == 3


@pytest.mark.parametrize("name", ["mnist", "torch/", "tfds/mnist", "torch/mnits", "/mnist"])
def test_other_names_are_refused(tmp_path, name):
    with pytest.raises(bench.UserError) as caught:
        load(tmp_path, name)
    assert "folder/PATH" in caught.value.hint
