from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.suite.expand import expand
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings

TEACHER = """
[teacher]
model = { name = "mlp", params.hidden = [64] }
recipe.train.epochs = 2
"""
PRUNED = """
[teacher]
model = { name = "mlp", params.hidden = [64] }
pruner = "unit-norm"
params = { budget = "units", side = "outgoing" }
sparsity = 0.5
recipe.train.epochs = 2
recipe.finetune.lr = 0.02
"""


def contests(path, catalog, *settings):
    return list(expand(load_suite(path, catalog, parse_settings(settings)), catalog))


def teachers(path, catalog, *settings):
    return [contest.teacher for contest in contests(path, catalog, *settings)]


def refusal(path, catalog, *settings):
    with pytest.raises(UserError) as caught:
        contests(path, catalog, *settings)
    return caught.value


def test_a_suite_without_a_teacher_has_none(catalog, write_suite):
    assert teachers(write_suite(), catalog) == [None, None]


def test_a_teacher_is_complete_and_one_that_is_not_pruned_is_not_fine_tuned(catalog, write_suite):
    [teacher, other] = teachers(write_suite(extra=TEACHER), catalog)
    assert teacher == other
    assert teacher.model.params == {"hidden": [64], "bias": True}
    assert (teacher.pruner, teacher.sparsity, teacher.seed, teacher.stages) == ("none", 0.0, None, ("train",))
    assert (teacher.recipe.train.epochs, teacher.recipe.finetune.epochs) == (2, 0)
    assert teacher.recipe.train.objective_params == {"label_smoothing": 0.0}


def test_a_pruned_teacher_keeps_its_fine_tuning(catalog, write_suite):
    teacher = teachers(write_suite(extra=PRUNED), catalog)[0]
    assert teacher.params["scope"] == "global"
    assert teacher.params["side"] == "outgoing"
    assert (teacher.recipe.finetune.epochs, teacher.recipe.finetune.lr) == (3, 0.02)


def test_a_teachers_recipe_is_its_own(catalog, write_suite):
    path = write_suite(("[recipe.train]", "[recipe.train]\nlr = 0.03"), extra=TEACHER)
    assert teachers(path, catalog)[0].recipe.train.lr == 0.1


def test_an_entry_may_have_a_teacher_that_others_have_not(catalog, write_suite):
    path = write_suite(extra='teacher = { model = "lenet-300-100" }\n')
    first, second = teachers(path, catalog)
    assert first is None
    assert second.model.name == "lenet-300-100"


def test_entries_and_overrides_change_a_teacher_key_by_key(catalog, write_suite):
    text = 'teacher.recipe.train.lr = 0.5\n[[override]]\nwhen.pruner = "random"\nteacher.seed = 7\n'
    plain, changed = teachers(write_suite(extra=text + TEACHER), catalog)
    assert (plain.recipe.train.lr, plain.seed) == (0.1, None)
    assert (changed.recipe.train.lr, changed.recipe.train.epochs, changed.seed) == (0.5, 2, 7)


def test_another_pruner_of_a_teacher_brings_its_own_parameters(catalog, write_suite):
    changed = teachers(write_suite(extra='teacher.pruner = "unit-random"\n' + PRUNED), catalog)[1]
    assert "side" not in changed.params
    assert changed.sparsity == 0.5


def test_a_stage_that_a_teacher_teaches_may_distil(catalog, write_suite):
    path = write_suite(("[recipe.train]", '[recipe.train]\nobjective = "distillation"'), extra=TEACHER)
    assert contests(path, catalog)[0].recipe.train.objective == "distillation"
    untaught = write_suite(
        ("[recipe.train]", '[recipe.train]\nobjective = "distillation"'),
        extra=TEACHER + 'stages = ["finetune"]\n',
    )
    error = refusal(untaught, catalog)
    assert "recipe.train: objective 'distillation' needs a teacher" in error.message
    assert "[teacher]" in error.hint


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("[teacher]\nseed = 1\n", "teacher.model: Field required"),
        (TEACHER + 'widht = 3\n', "teacher: unknown key 'widht'"),
        (TEACHER + "sparsity = 0.5\n", "teacher: a sparsity, but no pruner"),
        (TEACHER + "recipe.finetune.epochs = 2\n", "only a pruned teacher is fine-tuned"),
        (TEACHER + 'pruner = "random"\n', "teacher: a pruner, but no sparsity"),
        (PRUNED.replace("0.5", "1.5"), "teacher.sparsity: Input should be less than or equal to 1"),
        (PRUNED.replace('"unit-norm"', '"unit-nrom"'), "unit-nrom"),
        (PRUNED.replace("outgoing", "upwards"), "side"),
        (TEACHER.replace("mlp", "mpl"), "mpl"),
        (TEACHER + 'stages = ["score"]\n', "teacher.stages[1]"),
        (TEACHER + 'stages = ["train", "train"]\n', "stages names a stage twice"),
        (TEACHER + 'recipe.train.objective = "distillation"\n', "teacher: recipe.train: objective"),
        (TEACHER + 'recipe.train.select = "best-validation"\n', "teacher: recipe.train.select"),
        ('teacher.modle = "mlp"\n' + TEACHER, "[[entry]] 2: teacher: unknown key 'modle'"),
        ('teacher.sparsity = 0.5\n' + TEACHER, "[[entry]] 2: teacher: a sparsity, but no pruner"),
    ],
    ids=str,
)  # fmt: skip
def test_an_impossible_teacher_is_an_error_that_says_where(catalog, write_suite, extra, message):
    assert message in refusal(write_suite(extra=extra), catalog).message


def test_a_teacher_sees_its_students_data(catalog, write_suite):
    path = write_suite(('"digits"', '"teacher"'), extra=TEACHER + "seed = 3\n")
    error = refusal(path, catalog)
    assert "the data of task 'teacher' depend on the seed" in error.message
    assert "leave it out" in error.hint


def test_settings_change_the_teachers_that_there_are(catalog, write_suite):
    path = write_suite(extra='teacher = { model = "lenet-300-100" }\n')
    settings = ("teacher.seed=5", "teacher.train.epochs=1", "teacher.recipe.train.lr=0.02")
    first, second = teachers(path, catalog, *settings)
    assert first is None
    assert (second.seed, second.recipe.train.epochs, second.recipe.train.lr) == (5, 1, 0.02)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("teacher.seed=5", "no suite here has a teacher"),
        ("teacher.sead=5", "unknown key"),
        ("teacher.train.epoch=5", "unknown key"),
    ],
)
def test_a_setting_of_no_teacher_is_an_error(catalog, write_suite, setting, message):
    assert message in refusal(write_suite(), catalog, setting).message
