"""Which batch normalisation a layer's output goes straight into, told from the model alone."""

from __future__ import annotations

from typing import Any

from torch import fx, nn

from bench import Unsupported

_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


class _Tracer(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        layer = isinstance(m, (*_NORMS, nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d))
        return layer or super().is_leaf_module(m, module_qualified_name)


def norms_behind(model: nn.Module) -> dict[str, str]:
    """By layer name the batch normalisation that is the only reader of its output, where there is one.

    Raises:
        Unsupported: where the model has batch normalisations and torch.fx cannot follow its forward pass.
    """
    if not any(isinstance(module, _NORMS) for module in model.modules()):
        return {}
    try:
        graph: Any = _Tracer().trace(model)
    except Exception as error:
        raise Unsupported(
            "torch.fx cannot follow the model, so the layers before batch normalisations, where "
            f"eigenvalues cancel, cannot be told: {type(error).__name__}"
        ) from error
    modules = dict(model.named_modules())
    readers: dict[str, set[str]] = {}
    for node in graph.nodes:
        if node.op == "call_module":
            readers.setdefault(node.target, set()).update(
                user.target if user.op == "call_module" else "" for user in node.users
            )
    return {
        name: next(iter(found))
        for name, found in readers.items()
        if len(found) == 1 and isinstance(modules.get(next(iter(found))), _NORMS)
    }
