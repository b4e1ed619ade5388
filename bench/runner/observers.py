"""Tells observers of trials; one that raises is named once and never stops a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.plan.trials import Trial
from bench.registry.catalog import Catalog
from bench.registry.gather import in_words
from bench.store.record import Record


class Observers:
    """The plugins' observer hooks, called one by one."""

    def __init__(self, catalog: Catalog, complain: Callable[[str], None]) -> None:
        self._catalog = catalog
        self._complain = complain
        self._silenced: set[tuple[str, str]] = set()

    def started(self, trial: Trial) -> None:
        """Call every `bench_trial_started`."""
        self._tell(
            "bench_trial_started",
            {"trial_id": trial.trial_id, "spec": lambda: trial.spec.model_dump(mode="json")},
        )

    def finished(self, record: Record) -> None:
        """Call every `bench_trial_finished`."""
        self._tell("bench_trial_finished", {"record": record.plain})

    def _tell(self, hook: str, facts: Mapping[str, Any]) -> None:
        for implementation in getattr(self._catalog.manager.hook, hook).get_hookimpls():
            plugin = implementation.plugin_name
            if (plugin, hook) in self._silenced:
                continue
            try:
                given = {name: _fresh(facts[name]) for name in implementation.argnames}
                implementation.function(**given)
            except (KeyboardInterrupt, MemoryError):
                raise
            except BaseException as error:  # noqa: BLE001 - an observer must not stop a run
                self._silenced.add((plugin, hook))
                self._complain(f"plugin '{plugin}': its {hook} raised {in_words(error)}; not called again")


def _fresh(fact: Any) -> Any:
    return fact() if callable(fact) else fact
