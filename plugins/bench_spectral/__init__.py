"""The spectral parametrization of "How a student becomes a teacher", and what belongs to it.

Layers as blocks of an adjacency matrix ΦΛΦ⁻¹: eigenvalues of input and output nodes and eigenvectors are
trained in place of weights; units are then ranked by their eigenvalues (arXiv 2310.12612).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from torch import nn

_CITE = (
    "Giambagli, Buffoni, Chicchi and Fanelli, How a student becomes a teacher: learning and forgetting "
    "through Spectral methods, NeurIPS 2023 (arXiv 2310.12612)"
)
_LAYERS = bench.Param("layers", str, "all", "which layers it counts", choices=("all", "first"))


def _spectral(params: bench.Params) -> bench.Reparametrize:
    from bench_spectral.apply import spectral  # noqa: PLC0415

    return spectral(params)


def _rates(params: bench.Params, model: nn.Module) -> Mapping[str, float]:
    from bench_spectral.read import spectral_layers  # noqa: PLC0415

    factors: dict[str, float] = {}
    for layer in spectral_layers(model):
        factors[layer.vectors] = params["eigenvector_lr"]
        factors |= {name: params["eigenvalue_lr"] for name in (layer.out, layer.into) if name}
    return factors


def _ranked(*, by_norm: bool) -> bench.Scorer:
    from bench_spectral.ranking import ranked  # noqa: PLC0415

    return ranked(by_norm=by_norm)


def _eigenvalue_l2(params: bench.Params) -> bench.ObjectiveFunction:
    from bench_spectral.penalties import eigenvalue_l2  # noqa: PLC0415

    return eigenvalue_l2(params)


def _eigenvector_l2(params: bench.Params) -> bench.ObjectiveFunction:
    from bench_spectral.penalties import eigenvector_l2  # noqa: PLC0415

    return eigenvector_l2(params)


@bench.hookimpl
def bench_parametrizations() -> Iterable[bench.Parametrization]:
    """Offer `spectral`."""
    yield bench.Parametrization(
        name="spectral",
        summary="Trains eigenvalues λ of nodes and eigenvectors φ in place of weights: (λ_in - λ_out)·φ.",
        build=_spectral,
        rates=_rates,
        params=(
            bench.Param(
                "eigenvalues",
                str,
                "out",
                "whose nodes have trained eigenvalues",
                choices=("out", "in", "both"),
            ),
            bench.Param(
                "form",
                str,
                "additive",
                "how those of both sides combine: their difference, or their product, which gates both",
                choices=("additive", "gate"),
            ),
            bench.Param(
                "layers", str, "all", "which layers are spectral", choices=("all", "hidden", "first")
            ),
            bench.Param(
                "eigenvalue_lr", float, 1.0, "learning rate of eigenvalues over the recipe's", minimum=0
            ),
            bench.Param(
                "eigenvector_lr", float, 1.0, "learning rate of eigenvectors over the recipe's", minimum=0
            ),
        ),
        cite=_CITE,
    )


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `eigenvalue` and `eigenvalue-norm`."""
    yield bench.Pruner(
        name="eigenvalue",
        summary="Removes the units of smallest output eigenvalue, |λ|, or normalisation scale.",
        build=lambda _: _ranked(by_norm=False),
        unit="unit",
        cite=_CITE,
    )
    yield bench.Pruner(
        name="eigenvalue-norm",
        summary="Removes the units of smallest |λ|·‖φ‖₂, eigenvalue times length of the eigenvector's row.",
        build=lambda _: _ranked(by_norm=True),
        unit="unit",
        cite=_CITE,
    )


@bench.hookimpl
def bench_objectives() -> Iterable[bench.Objective]:
    """Offer the penalties `eigenvalue-l2` and `eigenvector-l2`."""
    yield bench.Objective(
        name="eigenvalue-l2",
        summary="The sum of squared eigenvalues.",
        build=_eigenvalue_l2,
        params=(_LAYERS,),
        role="penalty",
        cite=_CITE,
    )
    yield bench.Objective(
        name="eigenvector-l2",
        summary="The sum of squared eigenvector entries; of layers that are not spectral, of their weights.",
        build=_eigenvector_l2,
        params=(_LAYERS,),
        role="penalty",
        cite=_CITE,
    )
