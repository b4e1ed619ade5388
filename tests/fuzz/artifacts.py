"""Artifacts before their readers: changed bytes, and changed headers and facts under a seal that holds."""

from __future__ import annotations

import json
import random
from pathlib import Path

import torch
from torch import nn

from bench.engine.checkpoints import restored
from bench.store.artifacts import Artifact, has_artifact, read_artifact, write_artifact
from tests.damage import HEADERS, facts_of, header, sealed
from tests.fuzz import mutate, trees
from tests.fuzz.outcome import Act, Outcome


def _network() -> nn.Module:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))
    return network.to(memory_format=torch.channels_last)


def artifact(rng: random.Random, folder: Path) -> Act:
    """An artifact that is changed, and then read and loaded into such a network as it was stored from."""
    path = folder / "train" / "key.safetensors"
    network = _network()
    write_artifact(path, Artifact(network.state_dict(), {"seconds": 1.5, "traces": {"points": []}}))
    is_forged = rng.random() < 0.6
    (_forge if is_forged else _damage)(path, rng)

    def act() -> Outcome:
        there = has_artifact(path)
        found = read_artifact(path)
        if found is None:
            return Outcome()
        if not is_forged:
            return Outcome("altered, and read all the same")
        if not there:
            return Outcome("read, though it does not seem to be there")
        before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        state = network.state_dict()
        if not restored(network, found.tensors) and any(
            not torch.equal(before[name], tensor) for name, tensor in state.items()
        ):
            return Outcome("refused, but loaded in part")
        return Outcome()

    return act


def _damage(path: Path, rng: random.Random) -> None:
    """Other bytes in one of the two files."""
    file = rng.choice((path, facts_of(path)))
    before = file.read_bytes()
    after = mutate.mutated(before, (before, facts_of(path).read_bytes()), rng)
    file.write_bytes(after if after != before else before + b" ")


def _forge(path: Path, rng: random.Random) -> None:
    """Other tensors, headers or facts, and the seal that belongs to them."""
    whole = path.read_bytes()
    size = int.from_bytes(whole[:8], "little")
    described, data = json.loads(whole[8 : 8 + size]), whole[8 + size :]
    match rng.randrange(4):
        case 0:
            sealed(path, rng.choice(list(HEADERS.values())))
        case 1:
            sealed(path, mutate.mutated(whole, (whole,), rng))
        case 2:
            text = json.dumps(trees.changed(described, (described,), rng), default=str).encode(
                "utf-8", "surrogatepass"
            )
            length = rng.choice((None, None, None, 0, len(text) + 1, 2**40))
            sealed(path, header(text, data, length))
        case _:
            facts = json.loads(facts_of(path).read_bytes())
            changed = trees.changed(facts, (facts,), rng)
            if isinstance(changed, dict):
                changed.pop("sha256", None)
                sealed(path, whole, **{str(key): value for key, value in changed.items()})
