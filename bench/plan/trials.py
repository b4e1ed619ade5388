"""Trials: contests crossed with seeds and sparsities, each with its content hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from bench.errors import UserError
from bench.plan.canonical import Blank, Form, content_hash
from bench.plan.spec import ComponentRef, Spec, SuiteRef
from bench.plan.stages import StageForms, StageKeys, stage_keys
from bench.plan.teaching import PREFIX
from bench.registry.catalog import Catalog
from bench.registry.components import Measure
from bench.suite.expand import Contest, expand
from bench.suite.layers import complete
from bench.suite.load import AnySuite, LoadedSuite
from bench.suite.recipe import Recipe, StageRecipe
from bench.suite.schema import Ref, SuiteFile, Teacher
from bench.suite.size import check_size

_KINDS = {"penalty": "objective", "matched_to": "pruner"}


@dataclass(frozen=True)
class Trial:
    """One cell to run: `trial_id` hashes the spec with its components' versions."""

    trial_id: str
    suite: SuiteRef
    spec: Spec
    components: Mapping[str, ComponentRef]
    stages: StageKeys

    def plain(self) -> dict[str, Any]:
        """The trial as JSON types, for another process."""
        return {
            "trial_id": self.trial_id,
            "suite": self.suite.model_dump(mode="json"),
            "spec": self.spec.model_dump(mode="json"),
            "components": {key: ref.model_dump(mode="json") for key, ref in self.components.items()},
            "stages": asdict(self.stages),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Trial:
        """The trial that `plain` describes."""
        return cls(
            plain["trial_id"],
            SuiteRef.model_validate(plain["suite"]),
            Spec.model_validate(plain["spec"]),
            {key: ComponentRef.model_validate(ref) for key, ref in plain["components"].items()},
            StageKeys(**plain["stages"]),
        )


def plan_trials(suite: AnySuite, catalog: Catalog) -> list[Trial]:
    """All trials of a suite, or of the suites that it joins, in the file's order.

    Controls that two entries have in common are one contestant. So are trials that two grids have in
    common, and those that settings have made equal.

    Raises:
        UserError: for unknown components or parameters, where two entries give the same trial, or for
            more trials than a plan may have.
    """
    check_size(suite, catalog)
    planned: dict[str, Trial] = {}
    for member in suite.members:
        for trial in _planned(member, catalog):
            if trial.trial_id in planned:
                raise UserError(
                    f"{suite.where}: '{planned[trial.trial_id].suite.name}' and '{trial.suite.name}' share a "
                    f"trial: pruner '{trial.spec.pruner}' at sparsity {trial.spec.sparsity}",
                    "run them one after the other; what they share is computed once",
                )
            planned[trial.trial_id] = trial
    return list(planned.values())


def _planned(suite: LoadedSuite, catalog: Catalog) -> list[Trial]:
    measures = tuple(complete("measure", measure, catalog, suite.where) for measure in suite.file.measures)
    traces = tuple(measure.name for measure in measures if _is_trace(measure.name, catalog))
    trials: dict[str, Trial] = {}
    first_in: dict[str, int] = {}
    for contest in expand(suite, catalog):
        components = _components(contest, measures, catalog)
        for trial in _of_contest(contest, suite.file, measures, components, traces):
            grid = first_in.setdefault(trial.trial_id, contest.grid)
            if trial.trial_id not in trials:
                trials[trial.trial_id] = trial
            elif contest.matched_to is None and contest.grid == grid and not suite.settings.may_merge:
                raise UserError(
                    f"{suite.where}: two entries give the same trial: pruner '{trial.spec.pruner}' at "
                    f"sparsity {trial.spec.sparsity}, seed {trial.spec.seed}",
                    "remove one of them, or let their parameters differ",
                )
    return list(trials.values())


def _of_contest(
    contest: Contest,
    file: SuiteFile,
    measures: tuple[Ref, ...],
    components: Mapping[str, ComponentRef],
    traces: tuple[str, ...],
) -> Iterator[Trial]:
    """The trials of a contest; what they have in common is checked, written and hashed once."""
    suite = SuiteRef(name=file.name, version=file.version)
    common = _spec(contest, contest.seeds[0], contest.sparsities[0], file, measures)
    blank = {"seed": Blank("seed"), "sparsity": Blank("sparsity")}
    form = common.model_dump(mode="json") | blank
    ids = Form({"spec": form, "components": identities_of(components)})
    stages = StageForms(form, {key: ref.version for key, ref in components.items()}, traces)
    sparsities = [float(sparsity) for sparsity in contest.sparsities]
    for seed in contest.seeds:
        for sparsity, keys in zip(sparsities, stages.keys(seed, sparsities), strict=True):
            own = {"seed": seed, "sparsity": sparsity}
            yield Trial(ids.hash(own), suite, common.model_copy(update=own), components, keys)


def trial_again(
    suite: SuiteRef, spec: Spec, components: Mapping[str, ComponentRef], catalog: Catalog
) -> Trial:
    """The trial that a record tells of, to be run again.

    Raises:
        UserError: where a component is unknown, or is at another version now.
    """
    for key, ref in components.items():
        part = key.removeprefix(PREFIX).partition(":")[0]
        kind = _KINDS.get(part, part)
        version = catalog.get(kind, ref.name).version
        if version != ref.version:
            raise UserError(
                f"{kind} '{ref.name}' was at version {ref.version}, and is at {version} now",
                "install the release of prunebench that the record names",
            )
    plain = spec.model_dump(mode="json")
    versions = {key: ref.version for key, ref in components.items()}
    traces = [measure.name for measure in spec.measures if _is_trace(measure.name, catalog)]
    trial_id = content_hash({"spec": plain, "components": identities_of(components)})
    return Trial(trial_id, suite, spec, components, stage_keys(plain, versions, traces))


def _spec(contest: Contest, seed: int, sparsity: float, file: SuiteFile, measures: tuple[Ref, ...]) -> Spec:
    return Spec(
        task=contest.task.name,
        task_params=contest.task.params,
        model=contest.model.name,
        model_params=contest.model.params,
        parametrization=contest.parametrization.name,
        parametrization_params=contest.parametrization.params,
        pruner=contest.pruner.name,
        params=contest.pruner.params,
        matched_to=contest.matched_to,
        schedule=contest.schedule.name,
        schedule_params=contest.schedule.params,
        sparsity=sparsity,
        seed=seed,
        output_layer=file.output_layer,
        validation=file.validation,
        recipe=contest.recipe,
        measures=measures,
        teacher=contest.teacher,
    )


def _components(contest: Contest, measures: tuple[Ref, ...], catalog: Catalog) -> dict[str, ComponentRef]:
    names = {
        "task": ("task", contest.task.name),
        "model": ("model", contest.model.name),
        "parametrization": ("parametrization", contest.parametrization.name),
        "pruner": ("pruner", contest.pruner.name),
        **_losses(contest.recipe),
    }
    if contest.matched_to is not None:
        names["matched_to"] = ("pruner", contest.matched_to.name)
    for measure in measures:
        names[f"measure:{measure.name}"] = ("measure", measure.name)
    if contest.teacher is not None:
        names |= {f"{PREFIX}{key}": named for key, named in _of_teacher(contest.teacher).items()}
    return {key: _reference(kind, name, catalog) for key, (kind, name) in names.items()}


def _of_teacher(teacher: Teacher) -> dict[str, tuple[str, str]]:
    return {
        "model": ("model", teacher.model.name),
        "parametrization": ("parametrization", teacher.parametrization.name),
        "pruner": ("pruner", teacher.pruner),
        **_losses(teacher.recipe),
    }


def _losses(recipe: Recipe) -> dict[str, tuple[str, str]]:
    stages: Mapping[str, StageRecipe] = {"train": recipe.train, "finetune": recipe.finetune}
    names = {f"objective:{stage}": ("objective", of.objective) for stage, of in stages.items()}
    for stage, of in stages.items():
        for penalty in of.penalties:
            names[f"penalty:{stage}:{penalty.objective}"] = ("objective", penalty.objective)
    return names


def _is_trace(name: str, catalog: Catalog) -> bool:
    return cast("Measure", catalog.get("measure", name)).trace


def _reference(kind: str, name: str, catalog: Catalog) -> ComponentRef:
    offer = catalog.offer(kind, name)
    return ComponentRef(
        name=offer.component.name,
        version=offer.component.version,
        distribution=offer.origin.distribution,
        distribution_version=offer.origin.version,
    )


def identities_of(components: Mapping[str, ComponentRef]) -> dict[str, dict[str, str]]:
    """What of the components goes into the id: their own versions, not their distributions'."""
    return {key: {"name": ref.name, "version": ref.version} for key, ref in components.items()}


def trial_id_of(spec: Mapping[str, Any], components: Mapping[str, Mapping[str, Any]]) -> str:
    """The id that a record's `spec` and `components` must have; for checking submissions."""
    identities = {key: {"name": ref["name"], "version": ref["version"]} for key, ref in components.items()}
    return content_hash({"spec": spec, "components": identities})
