"""Draws what stays of each layer, exactly as many weights as asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from bench import Layer, PruneInput, Sparsified, Sparsifier, linalg

Weigh = Callable[[Layer, int], Tensor]


def sampling_by(weigh: Weigh, *, design: linalg.Design, rescaled: bool, number: int = 0) -> Sparsifier:
    """A sparsifier that draws by the weights of `weigh(layer, n)`: the layer's shape, float64, on the CPU.

    Where fewer of these are positive than are to stay, the largest other weights of the layer fill up,
    as they are. All is drawn on the CPU, so that a seed gives the same mask on every device; `number`
    tells independent draws of one seed apart.
    """

    def sparsify(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
        result = {}
        generator = linalg.replicate(given.generator, number)
        for name, layer in given.layers.items():
            dense = layer.weight.cpu()
            weights = weigh(layer, keep[name])
            draw = linalg.draw_mask(weights, dense.abs(), keep[name], generator, design)
            result[name] = Sparsified(
                draw.mask.to(layer.weight.device), draw.unbiased(layer.weight) if rescaled else None
            )
        return result

    return sparsify
