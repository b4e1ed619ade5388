"""Looking components up: what is unknown is answered with what is near."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection


def problem(catalog: Catalog, *words: str) -> UserError:
    with pytest.raises(UserError) as raised:
        catalog.get(*words)
    return raised.value


def test_a_known_name_gives_its_component(catalog: Catalog) -> None:
    component = catalog.get("pruner", "magnitude")
    assert (component.kind, component.name) == ("pruner", "magnitude")
    assert catalog.offer("pruner", "magnitude").component is component


def test_a_kind_is_listed_by_name(catalog: Catalog) -> None:
    names = [offer.component.name for offer in catalog.of_kind("measure")]
    assert names == sorted(names)
    assert "accuracy" in names


def test_an_unknown_kind_is_answered_with_the_nearest(catalog: Catalog) -> None:
    error = problem(catalog, "prunner", "magnitude")
    assert error.message == "unknown kind 'prunner'"
    assert error.hint.startswith("did you mean 'pruner'?")


def test_an_unknown_name_is_answered_with_place_and_nearest(catalog: Catalog) -> None:
    error = problem(catalog, "pruner", "magnitud", "suite.toml: [[entry]] 2")
    assert error.message == "suite.toml: [[entry]] 2: unknown pruner 'magnitud'"
    assert error.hint.startswith("did you mean 'magnitude'? known: ")
    assert error.exit_code == 2


def test_a_name_far_from_all_is_answered_with_all(catalog: Catalog) -> None:
    assert problem(catalog, "task", "zzzzzz").hint.startswith("known: ")


def test_a_component_without_its_requirement_is_listed_and_stops_a_suite(install: Callable) -> None:
    source = """
        import bench

        @bench.hookimpl
        def bench_pruners():
            needs = ("no-such-distribution>=2", "click", "torch<1")
            yield bench.Pruner(name="needy", summary="s", build=len, needs=needs)
    """
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    catalog = load_plugins(Selection(), pytest.fail)
    assert "needy" in {offer.component.name for offer in catalog.of_kind("pruner")}
    error = problem(catalog, "pruner", "needy", "suite 'x'")
    assert error.message == "suite 'x': pruner 'needy' needs no-such-distribution>=2, torch<1"
    assert error.hint == "pip install 'no-such-distribution>=2' 'torch<1'"


def test_a_malformed_requirement_is_the_plugins_fault_by_name(install: Callable) -> None:
    source = """
        import bench

        @bench.hookimpl
        def bench_pruners():
            yield bench.Pruner(name="needy", summary="s", build=len, needs=("torch or so",))
            yield bench.Pruner(name="sound", summary="s", build=len)
    """
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    catalog = load_plugins(Selection(), pytest.fail)
    assert catalog.get("pruner", "sound")
    error = problem(catalog, "pruner", "needy")
    assert error.message.startswith("pruner 'needy' needs ('torch or so',): ")
    assert error.hint.startswith("mend the plugin")


def test_a_kind_that_nobody_offers_says_so(install: Callable, pruner_source) -> None:
    install("bench-acme", {"bench_acme": pruner_source("one")}, {"acme": "bench_acme"})
    catalog = load_plugins(Selection(disabled=("prunebench",)), pytest.fail)
    assert problem(catalog, "task", "digits").hint.startswith("no plugin offers tasks; not loaded: ")


def test_three_claimants_are_all_named(install: Callable, pruner_source) -> None:
    for word in ("a", "b", "c"):
        install(f"bench-acme-{word}", {f"bench_acme_{word}": pruner_source("magic")})
    lines: list[str] = []
    catalog = load_plugins(Selection(), lines.append)
    [line] = lines
    assert line.endswith("none of them is used")
    error = problem(catalog, "pruner", "magic")
    assert all(f"bench-acme-{word} 1.0" in error.message for word in ("a", "b", "c"))
    assert error.message.endswith("all claim it")
