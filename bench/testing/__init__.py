"""The conformance kit: named checks that a third party's plugin does what the harness expects.

    @pytest.mark.parametrize("check", bench.testing.conformance_checks("bench-acme"), ids=str)
    def test_conformance(check):
        check.run()

`bench plugins check bench-acme` reports the same checks on the command line.

The kit imports `bench.engine`, beyond what `bench` exports, on purpose: it asks the harness's own code
to prune, fold, train and evaluate, so that a check can never hold a plugin to other rules than a run.
"""

from bench.testing.check import Check, ConformanceError, NotApplicable
from bench.testing.conformance import conformance_checks
from bench.testing.report import Finding, report

__all__ = ["Check", "ConformanceError", "Finding", "NotApplicable", "conformance_checks", "report"]
