"""The parameters that the tasks declare."""

from __future__ import annotations

import bench

TIMM = (
    bench.Param("name", str, "torch/mnist", "torch/NAME, hfds/NAME-or-path or folder/PATH"),
    bench.Param("train_split", str, "train", "what is trained on: a split, or a folder"),
    bench.Param("test_split", str, "test", "what is tested on: a split, or a folder"),
    bench.Param("mode", str, "RGB", "colours, as PIL calls them", choices=("RGB", "L")),
    bench.Param(
        "image_size", int, 0, "height and width to fit images into; 0 takes them as they are", minimum=0
    ),
    bench.Param("input_key", str, "image", "for hfds: the column of images"),
    bench.Param("target_key", str, "label", "for hfds: the column of classes"),
)
SUBSET = (
    bench.Param(
        "of",
        str,
        "mnist",
        "the data set by name",
        choices=("mnist", "fashion-mnist", "kmnist", "cifar10", "cifar100"),
    ),
    bench.Param("train", int, 0, "training examples, evenly of each class; 0 for all", minimum=0),
    bench.Param("test", int, 0, "test examples, evenly of each class; 0 for all", minimum=0),
)
TEACHER = (
    bench.Param("inputs", int, 10, "inputs", minimum=1),
    bench.Param("hidden", int, [20, 20], "widths of the teacher's hidden layers", minimum=1, many=True),
    bench.Param("outputs", int, 1, "outputs", minimum=1),
    bench.Param("output_ones", bool, True, "whether the teacher's last weights are one"),
    bench.Param("relevant", int, 0, "inputs that the teacher reads, drawn by the seed; 0: all", minimum=0),
    bench.Param("input_std", float, 1.0, "deviation of the inputs, of mean zero", minimum=0),
    bench.Param("noise", float, 0.0, "deviation of the noise on the targets", minimum=0),
    bench.Param("train", int, 10_000, "training examples", minimum=2),
    bench.Param("test", int, 10_000, "test examples", minimum=2),
)
POLARITY_TEACHER = (
    bench.Param("inputs", int, 100, "inputs", minimum=1),
    bench.Param("hidden", int, [20], "widths of the teacher's hidden layers", minimum=1, many=True),
    bench.Param("outputs", int, 50, "outputs", minimum=1),
    bench.Param(
        "polarity",
        float,
        0.0,
        "p: the fan-out of the last hidden layer's unit j is divided by j^p",
        minimum=0,
    ),
    bench.Param(
        "biases",
        str,
        "constant",
        "`bias`, or minus the median, which half of the inputs exceed; outputs are then standardised",
        choices=("constant", "median"),
    ),
    bench.Param("bias", float, -0.1, "the constant bias of all units and outputs"),
    bench.Param("input_std", float, 1.5, "deviation of the inputs, of mean zero", minimum=0),
    bench.Param("train", int, 10_000, "training examples", minimum=2),
    bench.Param("test", int, 10_000, "test examples", minimum=2),
)
CONV_TEACHER = (
    bench.Param("in_channels", int, 2, "channels of the images", minimum=1),
    bench.Param("size", int, 6, "pixels a side of the images", minimum=3),
    bench.Param("channels", int, [8, 6], "channels of the teacher's convolutions", minimum=1, many=True),
    bench.Param("noise", float, 0.0, "deviation of the noise on the targets", minimum=0),
    bench.Param("train", int, 10_000, "training examples", minimum=2),
    bench.Param("test", int, 10_000, "test examples", minimum=2),
)
MIXTURE = (
    bench.Param("classes", int, 10, "classes", minimum=2),
    bench.Param("dimension", int, 20, "inputs", minimum=2),
    bench.Param("separation", float, 4.0, "distance of any two centres, in deviations", minimum=0),
    bench.Param("train", int, 5_000, "training examples", minimum=2),
    bench.Param("test", int, 5_000, "test examples", minimum=2),
    bench.Param(
        "centres",
        str,
        "simplex",
        "all pairs `separation` apart, or drawn at random, `separation` its root mean square",
        choices=("simplex", "random"),
        later=True,
    ),
    bench.Param("clusters", int, 1, "random centres a class, equally frequent", minimum=1, later=True),
)
SUMMARIES = {
    "mnist": (
        "Handwritten digits, 28x28 grey: 60,000 to train, 10,000 to test.",
        "LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition, 1998",
    ),
    "fashion-mnist": (
        "Articles of clothing, 28x28 grey: 60,000 to train, 10,000 to test.",
        "Xiao, Rasul and Vollgraf, Fashion-MNIST, arXiv 1708.07747, 2017",
    ),
    "kmnist": (
        "Cursive Japanese characters, 28x28 grey: 60,000 to train, 10,000 to test.",
        "Clanuwat et al., Deep learning for classical Japanese literature, arXiv 1812.01718, 2018",
    ),
    "cifar10": (
        "Small photographs of ten classes, 32x32 colour: 50,000 to train, 10,000 to test.",
        "Krizhevsky, Learning multiple layers of features from tiny images, 2009",
    ),
    "cifar100": (
        "Small photographs of a hundred classes, 32x32 colour: 50,000 to train, 10,000 to test.",
        "Krizhevsky, Learning multiple layers of features from tiny images, 2009",
    ),
}
