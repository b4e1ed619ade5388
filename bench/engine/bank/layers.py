"""The layers of a bank: each runs K networks at once, forwards and backwards.

Activations have shape (K, n, …), parameters (K, …). A backward pass writes the gradients of its
parameters and returns the gradient of its input, or None where the layer is the first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

Tensors = Mapping[str, Tensor]


class Layer(Protocol):
    """One layer of K networks."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters, as the network has them."""

    def forward(self, x: Tensor, values: Tensors) -> tuple[Tensor, Any]:
        """Return the outputs, and what the backward pass needs."""

    def backward(self, grad: Tensor, kept: Any, into: Tensors, *, first: bool) -> Tensor | None:
        """Write the parameters' gradients `into` place; return the input's."""


class Product:
    """Linear layers: one batched matrix product.

    `module` is the first network's. `weight` is its parametrization of the weight, if there is one; it is
    run for all networks at once on their own parameters. Frozen parameters get no gradient.
    """

    def __init__(self, name: str, module: nn.Linear, *, weight: nn.Module | None) -> None:
        at = f"{name}." if name else ""
        self._weight = weight
        own = dict(module.named_parameters())
        self._bias = f"{at}bias" if "bias" in own else None
        self._frozen = {f"{at}{n}" for n, p in own.items() if not p.requires_grad}
        self._at = f"{at}parametrizations.weight."
        self._of = tuple(n for n, _ in weight.named_parameters()) if weight else ()
        self._plain = f"{at}weight"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Weight or what the weight is made of, and bias."""
        weights = tuple(self._at + name for name in self._of) if self._weight else (self._plain,)
        return weights + ((self._bias,) if self._bias else ())

    def forward(self, x: Tensor, values: Tensors) -> tuple[Tensor, Any]:
        """Return x·Wᵀ + b, of shape (K, n, out)."""
        originals, weight = self._materialised(values)
        plain = weight.detach()
        turned = plain.transpose(1, 2)
        if self._bias is None:
            return torch.bmm(x, turned), (x, plain, weight, originals)
        return torch.baddbmm(values[self._bias].unsqueeze(1), x, turned), (x, plain, weight, originals)

    def backward(self, grad: Tensor, kept: Any, into: Tensors, *, first: bool) -> Tensor | None:
        """Go back through both products, and through the parametrization if there is one."""
        x, plain, weight, originals = kept
        if self._bias is not None and self._bias not in self._frozen:
            torch.sum(grad, 1, out=into[self._bias])
        if self._weight is None:
            if self._plain not in self._frozen:
                torch.bmm(grad.transpose(1, 2), x, out=into[self._plain])
        elif trained := {n: part for n, part in originals.items() if part.requires_grad}:
            of_weight = torch.bmm(grad.transpose(1, 2), x)
            found = torch.autograd.grad(weight, list(trained.values()), of_weight, allow_unused=True)
            for name, gradient in zip(trained, found, strict=True):
                into[self._at + name].copy_(0 if gradient is None else gradient)
        return None if first else torch.bmm(grad, plain)

    def _materialised(self, values: Tensors) -> tuple[dict[str, Tensor], Tensor]:
        if self._weight is None:
            return {}, values[self._plain]
        module = self._weight
        originals = {
            name: values[self._at + name].detach().requires_grad_(self._at + name not in self._frozen)
            for name in self._of
        }
        with torch.enable_grad():
            weight: Tensor = torch.func.vmap(lambda one: torch.func.functional_call(module, one, ()))(
                originals
            )
        return originals, weight


class Rectified:
    """ReLU, in place of its input, which is the layer before's output and needed by nobody else."""

    parameters: tuple[str, ...] = ()

    def forward(self, x: Tensor, values: Tensors) -> tuple[Tensor, Any]:
        """Return max(x, 0)."""
        del values
        outputs = x.relu_()
        return outputs, outputs

    def backward(self, grad: Tensor, kept: Any, into: Tensors, *, first: bool) -> Tensor | None:
        """Let the gradient through where the output is positive."""
        del into
        return None if first else torch.ops.aten.threshold_backward(grad, kept, 0)


class Flat:
    """Flattens an example; with `start` 0 it does nothing."""

    parameters: tuple[str, ...] = ()

    def __init__(self, start: int) -> None:
        self.start = start

    def forward(self, x: Tensor, values: Tensors) -> tuple[Tensor, Any]:
        """Return x as (K, n, features)."""
        del values
        return x.flatten(2), x.shape

    def backward(self, grad: Tensor, kept: Any, into: Tensors, *, first: bool) -> Tensor | None:
        """Give the gradient the input's shape again."""
        del into
        return None if first else grad.reshape(kept)


class _Differentiated(ABC):
    """A layer that leaves its backward pass to autograd."""

    parameters: tuple[str, ...] = ()

    @abstractmethod
    def _run(self, x: Tensor, own: list[Tensor]) -> Tensor:
        """What the layer makes of x, by the values of its parameters."""

    def forward(self, x: Tensor, values: Tensors) -> tuple[Tensor, Any]:
        """Run the layer and keep its graph."""
        leaves = [
            x.detach().requires_grad_(),
            *(values[n].detach().requires_grad_() for n in self.parameters),
        ]
        with torch.enable_grad():
            outputs = self._run(leaves[0], leaves[1:])
        return outputs.detach(), (outputs, leaves)

    def backward(self, grad: Tensor, kept: Any, into: Tensors, *, first: bool) -> Tensor | None:
        """Walk the graph back."""
        outputs, leaves = kept
        wanted = leaves[1:] if first else leaves
        if not wanted:
            return None
        found = list(torch.autograd.grad(outputs, wanted, grad))
        of_input = None if first else found.pop(0)
        for name, gradient in zip(self.parameters, found, strict=True):
            into[name].copy_(gradient)
        return of_input


class Strided(_Differentiated):
    """Convolutions of K networks as one grouped convolution of K times the channels."""

    def __init__(self, name: str, module: nn.Conv2d) -> None:
        at = f"{name}." if name else ""
        self.parameters = (f"{at}weight", *((f"{at}bias",) if module.bias is not None else ()))
        self._stride = module.stride
        self._padding = module.padding
        self._dilation = module.dilation
        self._groups = module.groups

    def _run(self, x: Tensor, own: list[Tensor]) -> Tensor:
        K, n = x.shape[:2]
        weight, *bias = (tensor.flatten(0, 1) for tensor in own)
        side_by_side = x.transpose(0, 1).flatten(1, 2)
        outputs = functional.conv2d(
            side_by_side,
            weight,
            bias[0] if bias else None,
            self._stride,
            self._padding,
            self._dilation,
            K * self._groups,
        )
        parted = outputs.view(n, K, -1, *outputs.shape[2:])
        return parted.transpose(0, 1)


class Pointwise(_Differentiated):
    """A layer without parameters that treats examples one by one: a pool."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        self._function = function

    def _run(self, x: Tensor, own: list[Tensor]) -> Tensor:
        del own
        outputs = self._function(x.flatten(0, 1))
        return outputs.view(*x.shape[:2], *outputs.shape[1:])
