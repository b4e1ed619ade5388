"""A suite that asks for more than anyone can plan is refused at once, whatever it multiplies."""

from __future__ import annotations

import tracemalloc

import pytest

from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.suite import size
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings

MANY = "\n".join(f"{number}," for number in range(20_000))


SEEDS = ("seed = [0]", f"seed = [{MANY}]")
SPARSITIES = ("[0.5, 0.9]", f"[{MANY.replace(',', 'e-5,')}]")
WIDTHS = ('["lenet-300-100"]', f'[{{ name = "mlp", params.hidden = [{"[8], " * 10_000}] }}]')
MODELS = ('["lenet-300-100"]', "[" + '"mlp", ' * 90_000 + "]")


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ((SEEDS, SPARSITIES), "800,000,000"),
        ((SEEDS, WIDTHS), "800,000,000"),
        ((SEEDS, SPARSITIES, MODELS), "72,000,000,000,000"),
    ],
    ids=["axes", "products", "models"],
)
def test_a_plan_of_billions_is_refused_by_number_and_without_memory(changes, count, catalog, write_suite):
    suite = load_suite(write_suite(*changes), catalog)
    tracemalloc.start()
    with pytest.raises(UserError, match=f"{count} trials; a plan has at most 1,000,000"):
        plan_trials(suite, catalog)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10_000_000


def test_as_many_trials_as_there_may_be_are_planned_and_one_more_is_not(catalog, write_suite, monkeypatch):
    extra = '\n[[entry]]\npruner = "magnitude"\nparams.scope = ["layer", "erk"]\ncontrol = "layer-matched"\n'
    suite = load_suite(write_suite(extra=extra), catalog, parse_settings(["seed=0,1"]))
    planned = len(plan_trials(suite, catalog))
    asked = (2 + 2 * 3) * 2 * 2
    assert planned <= asked
    monkeypatch.setattr(size, "MOST_TRIALS", asked)
    assert len(plan_trials(suite, catalog)) == planned
    monkeypatch.setattr(size, "MOST_TRIALS", asked - 1)
    with pytest.raises(UserError, match=f"{asked} trials"):
        plan_trials(suite, catalog)


def test_a_number_too_long_to_read_is_told_by_its_power(catalog, write_suite):
    lists = ", ".join(f"{name} = [{MANY}]" for name in ("inputs", "outputs", "train", "test"))
    task = f'{{ name = "teacher", params = {{ {lists} }} }}'
    suite = load_suite(write_suite(('["digits"]', task)), catalog)
    with pytest.raises(UserError, match=r"10\^18 trials"):
        plan_trials(suite, catalog)


def test_an_unknown_component_is_named_with_its_place(catalog, write_suite):
    suite = load_suite(write_suite(extra='\n[[entry]]\npruner = "nobody"\n'), catalog)
    with pytest.raises(UserError, match=r"\[\[entry\]\] 3"):
        plan_trials(suite, catalog)
