"""An epoch can be chosen only by what is held out."""

from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.suite.expand import expand
from bench.suite.load import load_suite

HELD = ('version = "1"', 'version = "1"\nvalidation = 0.1')
CHOOSES = 'select = "best-validation"\n'
PLACES = {
    "train": ((("[recipe.train]\n", f"[recipe.train]\n{CHOOSES}"),), ""),
    "finetune": ((("[recipe.finetune]\n", f"[recipe.finetune]\n{CHOOSES}"),), ""),
    "entry": ((), f"recipe.train.{CHOOSES}"),
    "override": ((), f'[[override]]\nwhen = {{ model = "lenet-300-100" }}\nrecipe.finetune.{CHOOSES}'),
}


@pytest.mark.parametrize("place", PLACES)
def test_without_validation_it_is_refused_wherever_it_stands(catalog, write_suite, place):
    replaced, extra = PLACES[place]
    stage = "finetune" if place in ("finetune", "override") else "train"
    with pytest.raises(UserError, match=rf"\[\[entry\]\] \d: recipe.{stage}.select") as caught:
        list(expand(load_suite(write_suite(*replaced, extra=extra), catalog), catalog))
    assert "validation = 0.1" in caught.value.hint


@pytest.mark.parametrize("place", PLACES)
def test_with_validation_it_is_a_recipe_like_any_other(catalog, write_suite, place):
    replaced, extra = PLACES[place]
    contests = list(expand(load_suite(write_suite(HELD, *replaced, extra=extra), catalog), catalog))
    chosen = {
        stage.select for contest in contests for stage in (contest.recipe.train, contest.recipe.finetune)
    }
    assert chosen == {"last", "best-validation"}
