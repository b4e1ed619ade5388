"""What the suites plan: which records of a submission are cells of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from bench.board.submission.problems import Complaint, Complaints, quoted
from bench.errors import UserError
from bench.plan.canonical import content_hash
from bench.plan.trials import Trial, plan_trials
from bench.registry.catalog import Catalog
from bench.registry.components import Pruner
from bench.registry.suggest import did_you_mean
from bench.suite.load import LoadedSuite, load_suite
from bench.suite.settings import Settings

if TYPE_CHECKING:
    from bench.store.record import Record

LARGEST_SEED = 2**31
_REPEATED = ("seed", "sparsity")


@dataclass(frozen=True)
class PlannedSuite:
    """A suite's cells, by trial id, and its contestants: the keys of all cells but for seed and sparsity.

    `own` are the ids of the suite as it stands; the others come with settings.
    """

    name: str
    version: str
    own: frozenset[str]
    trials: Mapping[str, Trial]
    contestants: Mapping[str, tuple[Trial, ...]]


@dataclass(frozen=True)
class Standing:
    """Where a record stands in its suite: its contestant, and how it departs from the suite, if it does."""

    contestant: str
    override: str


class Plans:
    """The plans of suites, made when a record first names one."""

    def __init__(self, catalog: Catalog, settings: Settings | None, said: str) -> None:
        """Plan suites of `catalog`, as they stand and with `settings` laid over, which `said` tells."""
        self._catalog = catalog
        self._settings = settings
        self._said = said
        self._plans: dict[str, PlannedSuite | Complaint] = {}

    def of(self, name: str) -> PlannedSuite | Complaint:
        """The plan of the suite of that name, or why there is none."""
        if name not in self._plans:
            self._plans[name] = self._plan(name)
        return self._plans[name]

    def standing(self, record: Record) -> Standing | Complaint:
        """Where `record` stands in its suite, or why it is no cell of it.

        A cell at another seed or sparsity than the suite's is one of its contestants still: it departs.
        """
        plan = self.of(record.suite.name)
        if isinstance(plan, Complaint):
            return plan
        if plan.version != record.suite.version:
            return Complaint(
                f"suite '{plan.name}' {quoted(record.suite.version)}, but it is at version {plan.version}",
                "run the suite again with this prunebench",
            )
        key = contestant_of(record.plain())
        if record.trial_id in plan.trials:
            return Standing(key, "" if record.trial_id in plan.own else self._said)
        if key not in plan.contestants:
            return Complaint(
                f"no cell of the suite '{plan.name}' {plan.version}: task, model, pruner, recipe or a "
                "component's version differs",
                "run the suite as it stands, or propose another recipe as a suite of its own",
            )
        spec = record.spec
        if not 0 <= spec.seed < LARGEST_SEED or not 0 <= spec.sparsity <= 1:
            return Complaint(
                f"seed {spec.seed} at sparsity {spec.sparsity:.6g} is no cell", "seeds are below 2**31"
            )
        known = plan.contestants[key]
        departs = [
            f"{name}={getattr(spec, name)}"
            for name in _REPEATED
            if getattr(spec, name) not in {getattr(trial.spec, name) for trial in known}
        ]
        return Standing(key, " ".join(departs) or f"seed={spec.seed} sparsity={spec.sparsity}")

    def complaints(self, record: Record) -> Complaints:
        """Where the record's sources or its budget are not those of its suite's cell."""
        plan = self.of(record.suite.name)
        if isinstance(plan, Complaint):
            return
        [first, *_] = plan.contestants[contestant_of(record.plain())]
        for key, part in record.components.items():
            if part.distribution != first.components[key].distribution:
                yield Complaint(
                    f"components.{quoted(key)} comes from '{quoted(part.distribution)}', not from "
                    f"'{first.components[key].distribution}'",
                    "run the suite with the component of that name that prunebench knows",
                )
        pruner = cast("Pruner", self._catalog.get("pruner", record.spec.pruner))
        weights, masked = record.metrics.get("weights"), record.metrics.get("mask_zeros")
        if pruner.unit != "weight" or weights is None or masked is None:
            return
        asked = round(record.spec.sparsity * weights)
        if masked != asked:
            yield Complaint(
                f"the masks have {masked} zeros, where sparsity {record.spec.sparsity:.6g} of {weights} "
                f"weights asks for {asked}",
                "submit the record as prunebench wrote it",
            )

    def _plan(self, name: str) -> PlannedSuite | Complaint:
        names = [one for kind, one in self._catalog.offers if kind == "suite"]
        if name not in names:
            return Complaint(f"unknown suite '{quoted(name)}'", did_you_mean(name, names))
        try:
            suite = load_suite(name, self._catalog)
            if not isinstance(suite, LoadedSuite):
                return Complaint(f"'{name}' joins suites", "records name the suite that planned them")
            own = plan_trials(suite, self._catalog)
            more: list[Trial] = []
            if self._settings is not None:
                more = plan_trials(load_suite(name, self._catalog, self._settings), self._catalog)
        except UserError as error:
            return Complaint(f"suite '{name}' cannot be planned: {error.message}", error.hint)
        contestants: dict[str, tuple[Trial, ...]] = {}
        for trial in own:
            key = contestant_of(trial.plain())
            contestants[key] = (*contestants.get(key, ()), trial)
        for trial in more:
            contestants.setdefault(contestant_of(trial.plain()), (trial,))
        trials = {trial.trial_id: trial for trial in (*own, *more)}
        return PlannedSuite(
            name, suite.file.version, frozenset(trial.trial_id for trial in own), trials, contestants
        )


def contestant_of(plain: Mapping[str, Any]) -> str:
    """The key of a plain record's or trial's contestant: all that its id hashes but seed and sparsity."""
    spec = {key: value for key, value in plain["spec"].items() if key not in _REPEATED}
    parts = {key: (part["name"], part["version"]) for key, part in plain["components"].items()}
    return content_hash([spec, parts])
