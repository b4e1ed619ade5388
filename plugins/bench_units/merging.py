"""Units with co-linear weights made one: exact where what follows is positively homogeneous."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bench import PruneInput, Scored, Scorer, Unsupported, plain_copy
from bench.structure import homogeneous_readers, normalised_by
from bench_units.directions import groups_of


@dataclass(frozen=True)
class Mergeable:
    """A network whose hidden units can be merged: plain weights, who reads and who normalises a layer."""

    network: nn.Module
    readers: Mapping[str, tuple[str, ...]]
    norms: Mapping[str, str]


@dataclass(frozen=True)
class Merged:
    """A network after merging.

    Args:
        network: the merged copy; a unit that was merged into another has zero weights all around.
        gone: by layer, how many units were merged into others.
    """

    network: nn.Module
    gone: Mapping[str, int]


def merge(cosine: float) -> Scorer:
    """A scorer that merges units of all hidden layers first, and then ranks by the product of norms.

    It looks at weights alone: of the training data it takes the shape of an example.

    Raises:
        Unsupported: as `mergeable`.
    """

    def score(given: PruneInput) -> Scored:
        example, _ = given.batch(1)
        subject = mergeable(given.model, example)
        network = merged(subject, list(given.layers), cosine).network
        before = dict(subject.network.named_parameters())
        return Scored(
            {
                name: strengths(network, name, subject).to(layer.weight)
                for name, layer in given.layers.items()
            },
            {
                name: parameter.detach()
                for name, parameter in network.named_parameters()
                if not torch.equal(parameter, before[name])
            },
        )

    return score


def mergeable(model: nn.Module, example: Tensor) -> Mergeable:
    """What `merged` needs to know of `model`, whose weights may be parametrized.

    Args:
        model: the network, in eval mode.
        example: one input, shape (1, …), whose values do not matter.

    Raises:
        Unsupported: where units are not read through what scales with each of them, as in residual sums
            or behind a sigmoid (`bench.structure.homogeneous_readers`), or where a batch normalisation
            keeps no running statistics.
    """
    network = plain_copy(model)
    readers = homogeneous_readers(network, example)
    norms = normalised_by(network, example)
    for name, norm in norms.items():
        if getattr(network.get_submodule(norm), "running_var", None) is None:
            raise Unsupported(f"the normalisation behind {name} keeps no running statistics")
    return Mergeable(network, readers, norms)


@torch.no_grad()
def merged(subject: Mergeable, layers: Sequence[str], cosine: float) -> Merged:
    """Merge the units of `layers`, one layer after another, from the input on.

    Σₖ vₖ relu(aₖ u·x) = (Σₖ aₖ vₖ) relu(u·x) for aₖ > 0: units whose incoming weights u point the same
    way are one, whose outgoing weights are their sum. The bias is one of the weights, and a batch
    normalisation right behind the layer is folded into them before they are compared. Units are grouped
    by `groups_of`; the strongest of a group stays, its incoming weights as they were, with
    aₖ = ‖wₖ‖ / ‖w‖. So the function stays where the group is co-linear, and changes with the angles
    where it is not. Units with no incoming or no outgoing weights stay out of it, and so do those of the
    output layer, which nothing reads.

    Raises:
        ValueError: where weights are not finite.
    """
    network = plain_copy(subject.network)
    gone = {}
    for name in layers:
        rows, columns = _rows(network, name, subject), _columns(network, name, subject)
        strength = strengths(network, name, subject)
        if not bool(strength.isfinite().all()):
            raise ValueError(f"the weights of {name} are not finite")
        hosts = _hosts(rows, strength, cosine)
        lost = hosts != torch.arange(len(hosts), device=hosts.device)
        factors = rows.norm(dim=1) / rows[hosts].norm(dim=1).clamp_min(torch.finfo(rows.dtype).tiny)
        summed = torch.zeros_like(columns).index_add_(0, hosts, columns * factors[:, None])
        summed = torch.where(torch.bincount(hosts, minlength=len(hosts))[:, None] > 1, summed, columns)
        _write_columns(network, name, subject, summed.masked_fill(lost[:, None], 0.0))
        _silence(network, name, subject, lost)
        gone[name] = int(lost.sum())
    return Merged(network, gone)


@torch.no_grad()
def strengths(network: nn.Module, layer: str, subject: Mergeable) -> Tensor:
    """The norm of each unit's incoming weights times that of those that read it.

    Args:
        network: the one of `subject`, before or after merging.
        layer: whose units.
        subject: what is known of the network.

    Returns:
        Shape (out,), float64; zero for units that are gone, or silent as they are.
    """
    product: Tensor = _rows(network, layer, subject).norm(dim=1) * _columns(network, layer, subject).norm(
        dim=1
    )
    return product


def _hosts(rows: Tensor, strength: Tensor, cosine: float) -> Tensor:
    """For each unit, the one that it becomes a part of, shape (out,): the strongest of its group."""
    hosts = torch.arange(len(rows), device=rows.device)
    living = (strength > 0).nonzero().flatten()
    for group in groups_of(rows[living], cosine):
        members = living[group]
        hosts[members] = members[strength[members].argmax()]
    return hosts


def _rows(network: nn.Module, name: str, subject: Mergeable) -> Tensor:
    """Incoming weights and bias of units behind the normalisation, float64, shape (out, in + 1)."""
    layer = network.get_submodule(name)
    weight = layer.get_parameter("weight").double().flatten(1)
    bias = weight.new_zeros(len(weight)) if layer.bias is None else layer.get_parameter("bias").double()
    if name in subject.norms:
        norm = network.get_submodule(subject.norms[name])
        scale = (norm.get_buffer("running_var").double() + norm.eps).rsqrt()  # type: ignore[operator]
        scale = scale if norm.weight is None else scale * norm.get_parameter("weight").double()
        bias = scale * (bias - norm.get_buffer("running_mean").double())
        bias = bias if norm.bias is None else bias + norm.get_parameter("bias").double()
        weight = weight * scale[:, None]
    return torch.cat([weight, bias[:, None]], 1)


def _columns(network: nn.Module, name: str, subject: Mergeable) -> Tensor:
    """The weights that read each unit, in all readers, shape (out, …)."""
    weight = network.get_submodule(name).get_parameter("weight").double()
    readers = [network.get_submodule(reader) for reader in subject.readers.get(name, ())]
    read = [reader.get_parameter("weight").double().movedim(1, 0) for reader in readers]
    return torch.cat([weight.new_zeros(len(weight), 0), *(one.reshape(len(weight), -1) for one in read)], 1)


def _write_columns(network: nn.Module, name: str, subject: Mergeable, columns: Tensor) -> None:
    start = 0
    for reader in subject.readers.get(name, ()):
        weight = network.get_submodule(reader).get_parameter("weight")
        stop = start + weight.numel() // len(columns)
        turned = weight.movedim(1, 0)
        turned.copy_(columns[:, start:stop].reshape(turned.shape))
        start = stop


def _silence(network: nn.Module, name: str, subject: Mergeable, lost: Tensor) -> None:
    """Give the `lost` units no weights, no bias, and no scale and shift."""
    places = [name, subject.norms[name]] if name in subject.norms else [name]
    for module in map(network.get_submodule, places):
        for parameter in module.parameters(recurse=False):
            parameter[lost] = 0.0
