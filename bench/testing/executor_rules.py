"""What an executor must do: all of the work, each piece once, without haste, and stop when it is told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bench.errors import UserError
from bench.registry.components import Executor
from bench.testing.check import NotApplicable, gates, require, rules
from bench.testing.common import Subject
from bench.testing.rehearsal import JOBS, MOST_QUESTIONS, Endless, Rehearsal


@dataclass(frozen=True)
class ExecutorCase(Subject[Executor]):
    """An executor on the bench; pieces that do nothing are its work."""

    @cached_property
    def played(self) -> Rehearsal:
        """The rehearsal, after the executor has returned, or has asked too often."""
        work = Rehearsal()
        try:
            self.component.make(self.given)(work)
        except Endless:
            pass
        except UserError as error:
            raise NotApplicable(f"it cannot run here: {error.message}") from None
        return work


def waits_rather_than_spins(case: ExecutorCase) -> None:
    """While nothing can start it waits for a piece to come back, and does not ask again and again."""
    require(
        case.played.questions <= MOST_QUESTIONS,
        f"it asked for work more than {MOST_QUESTIONS} times within a second or two",
    )


def does_all_the_work(case: ExecutorCase) -> None:
    """It returns when everything is done, also what waits for other pieces and what failed at first."""
    work = case.played
    require(not work.has_work, f"it returned with only {', '.join(sorted(work.done)) or 'nothing'} done")


def answers_each_piece_once(case: ExecutorCase) -> None:
    """Each piece is handed in, or said to be lost, once."""
    twice = case.played.answered_twice
    require(not twice, f"it answered twice for {', '.join(twice)}")


def brings_what_a_piece_needs(case: ExecutorCase) -> None:
    """The artifacts of a piece reach `bench.work_on`, byte for byte."""
    bare = case.played.without_artifacts
    require(not bare, f"the artifacts of {', '.join(bare)} did not arrive")


def says_why_a_piece_was_lost(case: ExecutorCase) -> None:
    """A piece that raised is said to be lost, with a reason."""
    require(all(reason.strip() for reason in case.played.reasons), "it lost a piece without a reason")


def keeps_to_the_jobs(case: ExecutorCase) -> None:
    """No more pieces are out at once than `--jobs` says."""
    most = case.played.most_out
    require(most <= JOBS, f"{most} pieces were out at once, where --jobs says {JOBS}")


def lets_an_error_end_the_run(case: ExecutorCase) -> None:
    """A `UserError` of the workload passes through it, such as for missing data."""
    work = Rehearsal(stops=True)
    try:
        case.component.make(case.given)(work)
    except UserError:
        return
    except Endless:
        pass
    require(holds=False, sentence="it went on after an error that ends the run")


EXECUTOR = (
    *gates(waits_rather_than_spins, does_all_the_work),
    *rules(
        answers_each_piece_once,
        brings_what_a_piece_needs,
        says_why_a_piece_was_lost,
        keeps_to_the_jobs,
        lets_an_error_end_the_run,
    ),
)
