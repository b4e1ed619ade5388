"""What is loaded, what is left out, and who keeps a name that two plugins claim."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.cli import invoke
from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection


def load(**selection: object) -> tuple[Catalog, list[str]]:
    lines: list[str] = []
    return load_plugins(Selection(**selection), lines.append), lines


def states(catalog: Catalog) -> dict[str, str]:
    return {state.origin.plugin: state.state for state in catalog.plugins}


def test_the_built_in_plugins_load_without_a_word() -> None:
    catalog, lines = load(which="builtin")
    assert lines == []
    assert set(states(catalog).values()) == {"loaded"}
    assert all(offer.origin.is_builtin for offer in catalog.offers.values())


def test_a_third_partys_pruner_stands_beside_the_built_ins(install: Callable, pruner_source) -> None:
    install("bench-acme", {"bench_acme": pruner_source("acme-magic")}, {"acme": "bench_acme"})
    catalog, lines = load()
    assert lines == []
    offer = catalog.offer("pruner", "acme-magic")
    assert str(offer.origin) == "plugin 'acme' of bench-acme 1.0"
    assert catalog.get("pruner", "magnitude")


def test_none_loads_nothing_and_says_why_names_are_unknown() -> None:
    catalog, lines = load(which="none")
    assert (catalog.plugins, dict(catalog.offers), lines) == ((), {}, [])
    with pytest.raises(UserError) as raised:
        catalog.get("pruner", "magnitude")
    assert "no plugin is loaded" in raised.value.hint


def test_builtin_leaves_third_parties_unimported(install: Callable) -> None:
    install("bench-acme", {"bench_acme": "raise SystemExit"}, {"acme": "bench_acme"})
    catalog, lines = load(which="builtin")
    assert lines == []
    assert "bench-acme:acme" not in states(catalog)


@pytest.mark.parametrize("name", ["acme", "bench-acme", "bench-acme:acme"])
def test_a_plugin_is_disabled_by_entry_by_distribution_or_by_both(
    name: str, install: Callable, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    install("bench-acme", {"bench_acme": "raise SystemExit"}, {"acme": "bench_acme"})
    monkeypatch.setenv("BENCH_DISABLE_PLUGINS", f"other, {name}")
    assert invoke(["list", "plugins", "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    rows = {row["name"]: row["summary"] for row in json.loads(shown.out)}
    assert rows["bench-acme:acme"] == "disabled: disabled by the user"
    assert rows["prunebench:magnitude"] == "loaded"


def test_a_built_in_keeps_its_name_and_the_rest_of_the_other_plugin_works(install: Callable) -> None:
    source = """
        import bench

        @bench.hookimpl
        def bench_pruners():
            yield bench.Pruner(name="magnitude", summary="An impostor.", build=len)
            yield bench.Pruner(name="acme-magic", summary="Its own.", build=len)
    """
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    catalog, lines = load()
    builtin = catalog.offer("pruner", "magnitude").origin
    assert builtin.is_builtin
    assert lines == [
        f"pruner 'magnitude' is offered by {builtin} and plugin 'acme' of bench-acme 1.0; {builtin} keeps it"
    ]
    assert catalog.get("pruner", "acme-magic")
    [state] = [state for state in catalog.plugins if state.origin.entry == "acme"]
    assert (state.state, state.reason) == ("loaded", "name taken: pruner 'magnitude'")


def test_a_name_that_two_third_parties_claim_is_nobodys(install: Callable, pruner_source) -> None:
    install("bench-acme", {"bench_acme": pruner_source("magic")}, {"acme": "bench_acme"})
    install("bench-zeta", {"bench_zeta": pruner_source("magic")}, {"zeta": "bench_zeta"})
    catalog, lines = load()
    both = "plugin 'acme' of bench-acme 1.0 and plugin 'zeta' of bench-zeta 1.0"
    assert lines == [f"pruner 'magic' is offered by {both}; neither is used"]
    with pytest.raises(UserError) as raised:
        catalog.get("pruner", "magic", "suite 'x'")
    assert raised.value.message == f"suite 'x': pruner 'magic' cannot be used: {both} both claim it"


def test_a_plugin_that_offers_a_name_twice_loses_that_name_alone(install: Callable) -> None:
    source = """
        import bench

        @bench.hookimpl
        def bench_pruners():
            for name in ("magic", "magic", "sound"):
                yield bench.Pruner(name=name, summary="s", build=len)
    """
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    catalog, lines = load()
    assert lines == ["pruner 'magic' is offered by plugin 'acme' of bench-acme 1.0 2 times; neither is used"]
    assert catalog.get("pruner", "sound")
    with pytest.raises(UserError, match=r"plugin 'acme' of bench-acme 1\.0 offers it more than once"):
        catalog.get("pruner", "magic")


def test_one_entry_point_name_in_two_distributions_is_said_and_both_work(
    install: Callable, pruner_source
) -> None:
    install("bench-acme", {"bench_acme": pruner_source("one")}, {"shared": "bench_acme"})
    install("bench-zeta", {"bench_zeta": pruner_source("two")}, {"shared": "bench_zeta"})
    catalog, lines = load()
    assert lines == [
        (
            "entry point 'shared' is in bench-acme 1.0 and bench-zeta 1.0; "
            "they are told apart as bench-acme:shared and bench-zeta:shared"
        )
    ]
    assert catalog.get("pruner", "one")
    assert catalog.get("pruner", "two")


def test_one_module_behind_two_entry_points_is_loaded_once(install: Callable, pruner_source) -> None:
    install("bench-acme", {"bench_acme": pruner_source("one")}, {"a": "bench_acme", "b": "bench_acme"})
    catalog, lines = load()
    assert lines == [
        (
            "plugin 'b' of bench-acme 1.0 is quarantined: it is the same module as bench-acme:a, "
            "which is loaded already"
        )
    ]
    assert catalog.get("pruner", "one")


@pytest.mark.parametrize(
    ("metadata", "missing"),
    [
        ("Metadata-Version: 2.1\nVersion: 1.0\n", "no Name"),
        ("Metadata-Version: 2.1\nName: bench-acme\n", "no Version"),
        ("", "no Name and no Version"),
    ],
)
def test_damaged_metadata_costs_its_own_distribution(
    metadata: str, missing: str, install: Callable, pruner_source
) -> None:
    install("bench-acme", {"bench_acme": pruner_source("one")}, {"acme": "bench_acme"}, metadata=metadata)
    install("bench-zeta", {"bench_zeta": pruner_source("two")}, {"zeta": "bench_zeta"})
    catalog, [line] = load()
    assert line.replace("bench_acme", "bench-acme") == (
        f"plugin 'acme' of bench-acme 1.0 is quarantined: its METADATA has {missing}; install it again"
    )
    assert catalog.get("pruner", "two")
    assert catalog.get("pruner", "magnitude")


def test_entry_points_that_cannot_be_read_cost_their_own_distribution(
    install: Callable, pruner_source
) -> None:
    install("bench-acme", {}, entry_points="[prunebench]\nacme\n")
    install("bench-zeta", {"bench_zeta": pruner_source("two")}, {"zeta": "bench_zeta"})
    catalog, [line] = load()
    assert line.startswith("plugin '?' of bench-acme 1.0 is quarantined: its entry_points.txt cannot be read")
    assert catalog.get("pruner", "two")


def test_other_peoples_damaged_entry_points_are_none_of_our_business(install: Callable) -> None:
    install("bench-acme", {}, entry_points="[console_scripts]\nacme\n")
    catalog, lines = load()
    assert lines == []
    assert catalog.get("pruner", "magnitude")


def test_an_optional_hook_of_a_newer_version_is_no_fault(install: Callable, pruner_source) -> None:
    source = pruner_source("one") + "\n    @bench.hookimpl(optionalhook=True)\n    def bench_later(): ...\n"
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    catalog, lines = load()
    assert lines == []
    assert catalog.get("pruner", "one")


def test_a_hook_may_have_another_name_than_its_function(install: Callable) -> None:
    source = """
        import bench

        @bench.hookimpl(specname="bench_pruners")
        def mine():
            yield bench.Pruner(name="one", summary="s", build=len)
    """
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    catalog, lines = load()
    assert lines == []
    assert catalog.get("pruner", "one")


def test_a_plugin_that_only_observes_is_of_use(install: Callable) -> None:
    source = "import bench\n@bench.hookimpl\ndef bench_trial_finished(record): ...\n"
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    assert load()[1] == []


def test_strict_refuses_a_clash_of_names(install: Callable, pruner_source) -> None:
    install("bench-acme", {"bench_acme": pruner_source("magnitude")}, {"acme": "bench_acme"})
    with pytest.raises(UserError, match="is offered by"):
        load(strict=True)


def test_a_second_installation_further_down_the_path_is_ignored(install: Callable, tmp_path: Path) -> None:
    good = "import bench\n@bench.hookimpl\ndef bench_trial_finished(record): ...\n"
    install("Bench.Acme", {"bench_acme_old": "raise SystemExit"}, {"acme": "bench_acme_old"})
    install("bench-acme", {"bench_acme": good}, {"acme": "bench_acme"})
    catalog, lines = load()
    assert lines == []
    assert states(catalog)["bench-acme:acme"] == "loaded"
