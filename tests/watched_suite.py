"""A suite with every kind of stage, each small, and a plugin that writes down what its processes do."""

from __future__ import annotations

SUITE = """
schema = 1
name = "kills"
version = "1"
summary = "Every kind of stage, each small."
measures = ["accuracy", "sparsity", "watched"]
keep.finetune = true

[grid]
task = "watched"
model = { name = "mlp", params.hidden = [32] }
seed = [0, 1, 2]
sparsity = [0.6, 0.9]

[recipe.train]
epochs = 30
lr = 0.01
batch_size = 32

[recipe.finetune]
epochs = 15
batch_size = 32

[[entry]]
pruner = "watched"

[[entry]]
pruner = "watched"
schedule = { name = "iterative", params = { rate = 0.5 } }
recipe.finetune.epochs = 14

[[entry]]
pruner = "watched"
schedule = { name = "one-shot", params = { retrain = "weight-rewind", rewind_epoch = 3 } }

[[entry]]
pruner = "watched"
schedule = "at-init"

[[entry]]
pruner = "watched"
recipe.train.objective = "logit-matching"
teacher = { model = { name = "mlp", params.hidden = [48] }, pruner = "watched", sparsity = 0.5 }
"""

WATCH = '''
"""Writes down what processes begin and end, a line at a time, each in one write at the file's end."""

import hashlib
import os
import signal
import sys
import time

import bench


def say(*words):
    line = " ".join([f"{time.monotonic():.4f}", str(os.getpid()), *words]) + "\\n"
    file = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line.encode())
    os.close(file)


def magnitude(given):
    say("score", "begins")
    scores = {name: layer.weight.abs() for name, layer in given.layers.items()}
    say("score", "ends")
    return scores


def measure(given):
    say("measure", "begins")
    evaluation = given.evaluate(given.final)
    say("measure", "ends")
    return bench.Measured({"watched_loss": evaluation.loss})


def load(request):
    import torch

    drawn = torch.Generator().manual_seed(7)
    inputs = torch.randn(1280, 1, 6, 6, generator=drawn)
    targets = inputs.flatten(1).matmul(torch.randn(36, 4, generator=drawn)).argmax(1)
    train, test = (bench.Split(inputs[a:b], targets[a:b]) for a, b in ((0, 1024), (1024, 1280)))
    return bench.TaskData(train, test, "classification", 4, 1, 6)


@bench.hookimpl
def bench_tasks():
    yield bench.Task(name="watched", summary="Made up.", build=lambda params: load)


@bench.hookimpl
def bench_pruners():
    yield bench.Pruner(name="watched", summary="Magnitude.", build=lambda params: magnitude)


@bench.hookimpl
def bench_measures():
    yield bench.Measure(
        name="watched", summary="Loss.", build=lambda params: measure, metrics=("watched_loss",)
    )


def print_of(training):
    """What a training begins with, as the name of its stage."""
    course = training.course
    words = (course.recipe, course.seed, course.first, course.last, course.replay)
    found = hashlib.sha256(repr(words).encode())
    for tensor in [*training.model.state_dict().values(), *training.masks.values()]:
        found.update(tensor.detach().cpu().numpy().tobytes())
    return ("tune:" if training.masks else "dense:") + found.hexdigest()[:16]


def watching(train_all):
    def watched(trainings, **options):
        names = [print_of(training) for training in trainings]
        say("train", "begins", *names)
        outcomes = train_all(trainings, **options)
        say("train", "ends", *names)
        return outcomes

    return watched


def doomed(when):
    """Die here if somebody has asked for it, and nobody else has."""
    try:
        os.unlink(f"{os.environ['WATCHED']}.{when}")
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def storing(fsync):
    def watched(file):
        say("store", "begins")
        doomed("in-store")
        fsync(file)

    return watched


def renaming(replace):
    def watched(*paths):
        replace(*paths)
        say("store", "ends")
        doomed("after-store")

    return watched


os.fsync, os.replace = storing(os.fsync), renaming(os.replace)
if "torch" in sys.modules:
    from bench.engine.bank import gather
    from bench.engine.schedules import interim

    interim.LONG = 0.0
    gather.train_all = watching(gather.train_all)
    say("worker", "begins")
'''
