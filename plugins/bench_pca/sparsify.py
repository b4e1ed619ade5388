"""Chooses entries by the principal part, in four ways, exactly as many as asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from torch import Generator, Tensor

from bench import Layer, PruneInput, Sparsified, Sparsifier, linalg
from bench_pca.principal import Rank, principal_part

_DESIGNS: Mapping[str, linalg.Design] = {"sample": "successive", "ht": "proportional"}


@dataclass(frozen=True)
class Choice:
    """How entries are chosen by the principal part B.

    Args:
        mode: "sample" draws by |B|^power one after the other; "ht" with probabilities min(1, c·|B|^power),
            and divides by them; "det" keeps the largest |B|, "mix" the largest |A·B|.
        power: 1 or 2, for the drawing modes.
        rescale: whether "sample" divides by the chances too.
        number: tells independent draws of one seed apart.
    """

    mode: str
    power: int = 2
    rescale: bool = False
    number: int = 0


def choosing_by(rank: Rank, choice: Choice) -> Sparsifier:
    """A sparsifier that chooses by B, the principal part of that rank, computed once a dense network."""

    def sparsify(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
        generator = linalg.replicate(given.generator, choice.number)
        result = {}
        for name, layer in given.layers.items():
            sizes = given.once(f"{name}|{rank}", partial(_sizes, layer, rank))
            chosen = _drawn if choice.mode in _DESIGNS else _largest
            result[name] = chosen(layer, sizes, keep[name], choice, generator)
        return result

    return sparsify


def _drawn(layer: Layer, sizes: Tensor, n: int, choice: Choice, generator: Generator) -> Sparsified:
    reserve = layer.weight.cpu().abs()  # the draw is the CPU's on every device
    draw = linalg.draw_mask(sizes.pow(choice.power), reserve, n, generator, _DESIGNS[choice.mode])
    divided = choice.rescale or choice.mode == "ht"
    return Sparsified(draw.mask.to(layer.weight.device), draw.unbiased(layer.weight) if divided else None)


def _largest(layer: Layer, sizes: Tensor, n: int, choice: Choice, _: Generator) -> Sparsified:
    ranks = sizes * linalg.relative_magnitudes(layer.weight.cpu().double()) if choice.mode == "mix" else sizes
    [masks] = linalg.topk_masks_exact({"": ranks}, [ranks.numel() - n])
    return Sparsified(masks[""].to(layer.weight.device))


def _sizes(layer: Layer, rank: Rank) -> Tensor:
    return linalg.relative_magnitudes(principal_part(layer, rank))
