"""Mathematics on tensors: norms with certified bounds, exact selection, weighted sampling."""

from bench.linalg.conv_operator import conv_operator_norm, conv_operator_singular_values
from bench.linalg.draws import Design, Draw, draw_mask
from bench.linalg.inclusion import inclusion_probabilities, systematic_sample
from bench.linalg.low_rank import low_rank
from bench.linalg.matricise import matricise
from bench.linalg.principal import principal_part, relative_magnitudes
from bench.linalg.replicates import replicate
from bench.linalg.sampling import sample_entries, sample_with_chances
from bench.linalg.singular_values import singular_values, stable_rank
from bench.linalg.spectral_norm import SpectralNorm, spectral_norm
from bench.linalg.topk import topk_masks, topk_masks_exact

__all__ = [
    "Design",
    "Draw",
    "SpectralNorm",
    "conv_operator_norm",
    "conv_operator_singular_values",
    "draw_mask",
    "inclusion_probabilities",
    "low_rank",
    "matricise",
    "principal_part",
    "relative_magnitudes",
    "replicate",
    "sample_entries",
    "sample_with_chances",
    "singular_values",
    "spectral_norm",
    "stable_rank",
    "systematic_sample",
    "topk_masks",
    "topk_masks_exact",
]
