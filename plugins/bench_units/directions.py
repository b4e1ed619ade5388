"""Groups of vectors that point the same way."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

_ROUNDING = 1e-12


def groups_of(rows: Tensor, cosine: float) -> list[Tensor]:
    """Groups of two and more rows, any two of which have a cosine of at least `cosine`.

    Agglomerative, by complete linkage (Sørensen 1948): from single rows on, the two groups are joined
    whose least cosine is largest, while that is at least `cosine`, to 1e-12.

    Args:
        rows: shape (n, d), none of them zero.
        cosine: from -1 to 1.

    Returns:
        The places of the rows of each group, ascending; groups in the order of their first.
    """
    if len(rows) < 2:
        return []
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415

    exact = rows.double()
    unit = exact / exact.norm(dim=1, keepdim=True)
    apart = (1 - unit @ unit.T).clamp_min(0).cpu().numpy()
    tree = linkage(apart[np.triu_indices(len(apart), 1)], method="complete")
    labels = fcluster(tree, 1 - cosine + _ROUNDING, criterion="distance")
    members = [torch.from_numpy(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    groups = [group.to(rows.device) for group in members if len(group) > 1]
    return sorted(groups, key=lambda group: int(group[0]))
