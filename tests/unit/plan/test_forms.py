"""What trials have in common is written once; their ids and keys are those of their whole specs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plan import trials as planning
from bench.plan.canonical import Blank, Form, content_hash
from bench.plan.spec import Spec
from bench.plan.stages import stage_keys
from bench.plan.trials import identities_of, plan_trials
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings
from tests.unit.plan.test_canonical import json_values
from tests.unit.plan.test_teachers import TEACHER

keys = st.text(max_size=5)
looks_like_a_mark = st.sampled_from(["blank 0", "blank 1", '"blank 0"', "blank", ""])


@given(st.dictionaries(keys, json_values | looks_like_a_mark), keys, keys, json_values, json_values)
def test_a_filled_form_has_the_hash_of_the_filled_data(data, outer, inner, one, two):
    def nested(first, second):
        return {**data, outer: {**data, inner: first}, "last": second, "list": [first, "blank 0"]}

    form = Form(nested(Blank("one"), Blank("two")))
    assert form.hash({"one": one, "two": two}) == content_hash(nested(one, two))
    assert form.hash({"one": two, "two": one}) == content_hash(nested(two, one))


def test_what_is_not_json_is_no_form():
    with pytest.raises(TypeError, match="set is not JSON"):
        Form({"a": Blank("a"), "b": {1}})


@pytest.mark.parametrize(
    "suite",
    [
        "baselines",
        "dark-knowledge-smoke",
        "mnist-lenet-smoke",
        "spectrum-preserving-smoke",
        "spectrum-preserving-training",
        "student-specialization-smoke",
    ],
)
def test_ids_and_keys_are_those_of_the_whole_spec(catalog, suite):
    check(catalog, load_suite(suite, catalog))


@pytest.mark.parametrize("seed", ["", "seed = 9\n"])
def test_ids_and_keys_are_those_of_the_whole_spec_with_a_teacher(catalog, write_suite, seed):
    check(catalog, load_suite(write_suite(extra=TEACHER + seed), catalog, parse_settings(["seed=0,3,7"])))


def check(catalog, suite):
    traces = {offer.component.name for offer in catalog.of_kind("measure") if offer.component.trace}
    for trial in plan_trials(suite, catalog):
        plain = trial.spec.model_dump(mode="json")
        versions = {key: ref.version for key, ref in trial.components.items()}
        assert trial.spec == Spec.model_validate(plain)
        assert trial.trial_id == content_hash({"spec": plain, "components": identities_of(trial.components)})
        assert trial.stages == stage_keys(plain, versions, traces)


@pytest.mark.parametrize("seeds", ["0", "0,1,2,3,4,5,6,7"])
def test_forms_are_written_once_an_entry_whatever_the_number_of_seeds(
    catalog, write_suite, monkeypatch, seeds
):
    forms = []

    def counted(data):
        forms.append(data)
        return Form(data)

    monkeypatch.setattr(planning, "Form", counted)
    suite = load_suite(write_suite(), catalog, parse_settings([f"seed={seeds}"]))
    assert len(plan_trials(suite, catalog)) == 2 * 2 * len(seeds.split(","))
    assert len(forms) == 2
