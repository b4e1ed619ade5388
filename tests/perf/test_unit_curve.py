import torch

from bench.engine.pruned import apply_pruning
from bench.engine.units import expand_units
from bench.measure import unit_curve
from tests.unit.measure.test_unit_curve import perceptron, trial


def test_a_curve_over_all_units_costs_less_than_an_evaluation_for_each(compare):
    units = 200 if compare.timed else 10
    examples = 10_000 if compare.timed else 40
    given = trial(perceptron(10, units, 20, 1), (10,), regression=True, outputs=1, examples=examples)
    score = given.scores["0"]
    order = score.argsort()

    def separately():
        errors = []
        for count in range(units + 1):
            kept = torch.ones(units, dtype=torch.bool)
            kept[order[: units - count]] = False
            network = perceptron(10, units, 20, 1).eval()
            apply_pruning(network, expand_units(given.dense, {"0": kept}, given.layers, given.example))
            errors.append(given.evaluate(network).squared_error)
        return errors

    together = unit_curve(given).curves["mse_by_units"]
    assert torch.allclose(torch.tensor(together), torch.tensor(separately()), rtol=1e-4)
    compare(
        lambda: unit_curve(given),
        separately,
        row="C13",
        what=f"error with each number of {units} units, 10-{units}-20-1, {examples} examples",
        against="an evaluation for each number",
        target="< 0.5",
    )
