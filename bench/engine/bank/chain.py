"""Reads a network as a chain of the layers that banks know, or finds that it is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn
from torch.nn import functional
from torch.nn.utils import parametrize

from bench.engine.bank.layers import Flat, Layer, Pointwise, Product, Rectified, Strided

_RELU = (functional.relu, torch.relu)
_POOLS = (functional.max_pool2d, functional.avg_pool2d)
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


@dataclass(frozen=True)
class Chain:
    """The layers of a network in order; `is_flat` where none of them is a convolution or a pool."""

    layers: tuple[Layer, ...]

    @property
    def is_flat(self) -> bool:
        """Whether it is a perceptron, which pays on a CPU too."""
        return not any(isinstance(layer, Strided | Pointwise) for layer in self.layers)


class _Unknown(Exception):  # noqa: N818
    """The network has a part that banks do not know."""


class _Tracer(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Linear layers are leaves under a parametrization too."""
        return isinstance(m, nn.Linear) or super().is_leaf_module(m, module_qualified_name)


def chain_of(model: nn.Module) -> Chain | None:
    """The chain that `model` is in training mode, or None where banks cannot run it.

    They cannot where it branches, starts with a ReLU, shares a parameter, holds one outside its chain,
    has hooks, or a layer other than Linear (parametrized or not), Conv2d, ReLU, pooling and
    flattening.
    """
    if any(getattr(module, hooks, None) for module in model.modules() for hooks in _HOOKS):
        return None
    try:
        graph = _Tracer().trace(model)
        layers = tuple(_layers(model, graph))
    except (Exception, SystemExit):  # noqa: BLE001 - whatever the model raises, it can still run alone
        return None
    named = dict(model.named_parameters(remove_duplicate=False))
    used = [name for layer in layers for name in layer.parameters]
    whole = len(used) == len(set(used)) and set(used) == set(named)
    own = len({id(parameter) for parameter in named.values()}) == len(named)
    plain = all(p.dtype == torch.float32 for p in named.values())
    starts = bool(used) and not isinstance(next(x for x in layers if not isinstance(x, Flat)), Rectified)
    return Chain(layers) if starts and whole and own and plain else None


def _layers(model: nn.Module, graph: fx.Graph) -> list[Layer]:
    modules = dict(model.named_modules())
    layers: list[Layer] = []
    before: fx.Node | None = None
    for node in graph.nodes:
        if before is not None and list(node.all_input_nodes) != [before]:
            raise _Unknown
        if node.op == "call_module":
            layers.append(_of_module(str(node.target), modules[str(node.target)]))
        elif node.op in ("call_function", "call_method"):
            layers.append(_of_call(node.target, node.args[1:], dict(node.kwargs)))
        elif node.op not in ("placeholder", "output") or (node.op == "placeholder") != (before is None):
            raise _Unknown
        before = node
    return [layer for layer in layers if not isinstance(layer, Flat) or layer.start]


def _of_module(name: str, module: nn.Module) -> Layer:
    if isinstance(module, nn.Linear):
        return _linear(name, module)
    match module:
        case nn.ReLU():
            return Rectified()
        case nn.Flatten(start_dim=1, end_dim=-1):
            return Flat(1)
        case nn.Identity():
            return Flat(0)
        case nn.Conv2d(padding_mode="zeros") if type(module) is nn.Conv2d:
            return Strided(name, module)
        case nn.MaxPool2d() | nn.AvgPool2d():
            return Pointwise(module)
    raise _Unknown


def _linear(name: str, module: nn.Linear) -> Product:
    if not parametrize.is_parametrized(module):
        if type(module) is not nn.Linear:
            raise _Unknown
        return Product(name, module, weight=None)
    if list(module.parametrizations) != ["weight"] or type(module).__mro__[1] is not nn.Linear:  # type: ignore[arg-type]
        raise _Unknown
    weight = module.parametrizations["weight"]  # type: ignore[index]
    if not isinstance(weight, nn.Module) or list(weight.buffers()):
        raise _Unknown
    return Product(name, module, weight=weight)


def _of_call(target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Layer:
    if target in _RELU or target == "relu":
        return Rectified()
    if (target is torch.flatten or target == "flatten") and (*args, *kwargs.values()) in ((1,), (1, -1)):
        return Flat(1)
    if target in _POOLS and not any(isinstance(value, fx.Node) for value in (*args, *kwargs.values())):
        return Pointwise(lambda x: target(x, *args, **kwargs))
    raise _Unknown
