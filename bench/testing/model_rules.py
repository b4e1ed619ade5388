"""What a model must do: honest outputs, equal builds under a seed, and no weight without a purpose."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.engine.guard import Watch
from bench.engine.prunable import prunable_layers
from bench.errors import Unsupported
from bench.structure import prunable_modules
from bench.testing.check import gates, require, rules
from bench.testing.model_case import ModelCase
from bench.testing.smooth import LeakyRectifiers


def takes_some_image(case: ModelCase) -> None:
    """It builds and runs on one of the usual image sizes; the first that fits is used from here on."""
    model = case.build(10, case.fit)
    require(isinstance(model, nn.Module), f"it built {type(model).__name__}, not a torch module")


def gives_one_output_a_class(case: ModelCase) -> None:
    """Its output is (n, num_classes), for any number of classes."""
    for classes in (10, 7):
        with torch.no_grad():
            outputs = case.build(classes, case.fit).eval()(case.fit.inputs(3))
        require(isinstance(outputs, Tensor), f"it returned {type(outputs).__name__}, not a tensor")
        due = (3, classes)
        require(
            tuple(outputs.shape) == due,
            f"for {classes} classes its output is {tuple(outputs.shape)}, not {due}",
        )


def starts_with_finite_single_precision(case: ModelCase) -> None:
    """Its parameters and outputs are finite float32."""
    model = case.model()
    for name, part in (*model.named_parameters(), ("the output", _outputs(case, model))):
        require(part.dtype == torch.float32, f"{name} is {part.dtype}, not float32")
        require(bool(torch.isfinite(part).all()), f"{name} is not finite")


def builds_the_same_under_a_seed(case: ModelCase) -> None:
    """Two builds under one seed of torch's generator are equal, bit for bit."""
    one, other = case.build(10, case.fit).state_dict(), case.build(10, case.fit).state_dict()
    require(one.keys() == other.keys(), "two builds have different parameters")
    for name, value in one.items():
        require(torch.equal(value, other[name]), f"two builds under one seed differ in {name}")


def repeats_itself_in_evaluation(case: ModelCase) -> None:
    """In eval mode the same input gives the same output."""
    model = case.model()
    require(
        torch.equal(_outputs(case, model), _outputs(case, model)), "one input gave two outputs in eval mode"
    )


def evaluation_changes_nothing(case: ModelCase) -> None:
    """A forward pass in eval mode edits nothing and draws no random number."""
    model = case.model()
    watch = Watch({"": model}, {})
    _outputs(case, model)
    for trace in watch.settle():
        require(holds=False, sentence=f"a forward pass in eval mode {trace.message.partition(';')[0]}")


def treats_each_example_alone(case: ModelCase) -> None:
    """In eval mode an example's output does not depend on the rest of its batch."""
    model, inputs = case.model(), case.fit.inputs(4)
    with torch.no_grad():
        together, alone = model(inputs), torch.cat([model(inputs[i : i + 1]) for i in range(4)])
    gap = float((together - alone).abs().max() / together.abs().max().clamp_min(1e-6))
    require(gap < 1e-3, f"outputs change by {gap:.1e} of their size with the batch that surrounds them")


def differs_between_seeds(case: ModelCase) -> None:
    """Two seeds give two networks, so that seeds are repetitions."""
    one, other = (case.build(10, case.fit, seed).state_dict() for seed in (0, 1))
    require(any(not torch.equal(one[name], other[name]) for name in one), "two seeds gave the same network")


def has_layers_to_prune(case: ModelCase) -> None:
    """It has Linear or convolution layers beside the output layer."""
    try:
        prunable_layers(case.model(), include_output=False)
    except Unsupported:
        require(holds=False, sentence="it has no Linear or convolution layer but the last")


def gives_logits(case: ModelCase) -> None:
    """Its outputs are logits: no softmax at the end, since the loss has one."""
    outputs = _outputs(case, case.model()).double()
    for word, values in (("softmax", outputs), ("log-softmax", outputs.exp())):
        ones = torch.ones(len(values), dtype=torch.float64)
        holds = bool((values >= 0).all()) and torch.allclose(values.sum(1), ones, atol=1e-4)
        require(not holds, f"its outputs are those of a {word}")


def has_no_dead_weights(case: ModelCase) -> None:
    """Every weight gets a gradient: none is out of reach for the images that the model takes."""
    model = case.model().train()
    with LeakyRectifiers():
        loss = functional.cross_entropy(model(case.fit.inputs(8)), torch.arange(8) % 10)
    loss.backward()  # type: ignore[no-untyped-call]
    for name, module in prunable_modules(model).items():
        weight = module.weight
        dead = weight.numel() if weight.grad is None else int((weight.grad == 0).sum())  # type: ignore[union-attr]
        total = weight.numel()  # type: ignore[operator]
        size = case.fit.image_size
        require(not dead, f"{dead} of {total} weights of {name} get no gradient from images of {size}x{size}")


def trains(case: ModelCase) -> None:
    """A step on a batch of two in train mode gives finite gradients and parameters."""
    model = case.model().train()
    functional.cross_entropy(model(case.fit.inputs(2)), torch.tensor([0, 1])).backward()  # type: ignore[no-untyped-call]
    for name, part in model.named_parameters():
        require(part.requires_grad, f"{name} is not trainable")
        require(
            part.grad is None or bool(torch.isfinite(part.grad).all()),
            f"the gradient of {name} is not finite",
        )


def restores_from_a_state(case: ModelCase) -> None:
    """Another build with this one's state does the same, as from the store."""
    model, other = case.model(), case.build(10, case.fit, seed=1).eval()
    other.load_state_dict(model.state_dict())
    require(
        torch.equal(_outputs(case, other), _outputs(case, model)),
        "a network restored from its state does otherwise",
    )


def can_be_copied(case: ModelCase) -> None:
    """A deep copy does the same and shares nothing with the original."""
    model = case.model()
    before = _outputs(case, model)
    twin = copy.deepcopy(model)
    require(torch.equal(_outputs(case, twin), before), "a deep copy gives other outputs")
    with torch.no_grad():
        for part in twin.parameters():
            part.zero_()
    require(torch.equal(_outputs(case, model), before), "editing a deep copy changed the original")


@torch.no_grad()
def _outputs(case: ModelCase, model: nn.Module) -> Tensor:
    outputs: Tensor = model(case.fit.inputs(4))
    return outputs


MODEL = (
    *gates(
        takes_some_image,
        gives_one_output_a_class,
        starts_with_finite_single_precision,
        builds_the_same_under_a_seed,
        repeats_itself_in_evaluation,
    ),
    *rules(
        evaluation_changes_nothing,
        treats_each_example_alone,
        differs_between_seeds,
        has_layers_to_prune,
        gives_logits,
        has_no_dead_weights,
        trains,
        restores_from_a_state,
        can_be_copied,
    ),
)
