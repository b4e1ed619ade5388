"""What is kept of a record once it is read: enough to hold others against it, and little more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.board.identity import identities
from bench.plan.canonical import content_hash

if TYPE_CHECKING:
    from bench.store.record import Record

Key = tuple[str, str]
DENSE = ("accuracy_dense", "mse_dense")


@dataclass(frozen=True)
class Facts:
    """A record's identities and digests.

    `whole` is the digest of all of it, `lasting` of what two runs share; `numbers` of its metrics alone.
    `dense` names its dense network, `metrics` are that network's; `network` is the digest of the layers'
    names and shapes, `data` the fingerprint of the data that `source` names.
    """

    where: str
    key: Key
    entry: str
    cell: str
    dense: str
    seed: int
    sparsity: float
    whole: str
    lasting: str
    numbers: str
    network: str
    source: str
    data: str | None
    metrics: tuple[float | None, ...]


def facts_of(record: Record, where: str, *, seeded: bool) -> Facts:
    """The facts of `record`, which lies at `where`; `seeded` says that its seed draws its task's data."""
    plain = record.plain()
    lasting = record.reproducible()
    ids = identities(plain)
    spec = record.spec
    return Facts(
        where=where,
        key=(record.suite.name, record.trial_id),
        entry=ids["entry"],
        cell=ids["cell"],
        dense=f"{ids['dense']} {spec.seed}",
        seed=spec.seed,
        sparsity=spec.sparsity,
        whole=content_hash(plain),
        lasting=_lasting(lasting),
        numbers=content_hash([lasting["metrics"], lasting.get("curves"), lasting["per_layer"]]),
        network=content_hash([(layer.name, layer.shape) for layer in record.per_layer]),
        source=content_hash([record.suite.name, spec.task, spec.task_params, spec.seed if seeded else None]),
        data=None if record.env is None else record.env.data_sha256,
        metrics=tuple(record.metrics.get(name) for name in DENSE),
    )


def _lasting(plain: dict[str, Any]) -> str:
    """The digest of what lasts, without what a release of a plugin may call itself."""
    components = {key: (part["name"], part["version"]) for key, part in plain["components"].items()}
    return content_hash({**plain, "components": components})
