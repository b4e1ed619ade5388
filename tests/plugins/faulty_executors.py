"""Executors with one fault each, the checks meant for it, and what their author reads."""

from __future__ import annotations

import threading

import bench
from tests.plugins.fault import Fault


def executor(run):
    return bench.Executor(name="x", summary="An executor.", build=lambda _: run)


def needs(work, piece):
    return {name: work.artifact(name) for name in piece.artifacts}


def do(work, piece, artifacts):
    try:
        outcome = bench.work_on(piece.payload, artifacts)
    except RuntimeError as error:
        work.lost(piece, str(error))
    else:
        work.finished(piece, outcome)


def one_by_one(work):
    while work.has_work:
        if piece := work.next():
            do(work, piece, needs(work, piece))


def _only_one(work):
    while (piece := work.next()) is None:
        pass
    do(work, piece, needs(work, piece))


def _twice(work):
    while work.has_work:
        if piece := work.next():
            do(work, piece, needs(work, piece))
            do(work, piece, needs(work, piece))


def _bare(work):
    while work.has_work:
        if piece := work.next():
            do(work, piece, {})


def _mute(work):
    while work.has_work:
        if piece := work.next():
            try:
                work.finished(piece, bench.work_on(piece.payload, needs(work, piece)))
            except RuntimeError:
                work.lost(piece, "")


def _greedy(work):
    while work.has_work:
        pieces = []
        while piece := work.next():
            pieces.append(piece)
        for piece in pieces:
            do(work, piece, needs(work, piece))


def _hasty(work):
    while work.has_work:
        if piece := work.next():
            outcomes = []

            def far(piece=piece, outcomes=outcomes):
                try:
                    outcomes.append(bench.work_on(piece.payload, needs(work, piece)))
                except RuntimeError as error:
                    outcomes.append(error)

            threading.Thread(target=far).start()
            while not outcomes and work.has_work:
                pass
            [outcome] = outcomes
            answer = work.lost if isinstance(outcome, RuntimeError) else work.finished
            answer(piece, str(outcome) if isinstance(outcome, RuntimeError) else outcome)


def _deaf(work):
    while work.has_work:
        if piece := work.next():
            try:
                do(work, piece, needs(work, piece))
            except bench.UserError:
                work.lost(piece, "something")


FAULTS = (
    Fault(
        "stops after a piece", executor(_only_one), ("does-all-the-work",), "it returned with only first done"
    ),
    Fault("hands in twice", executor(_twice), ("answers-each-piece-once",), "it answered twice for first"),
    Fault("forgets artifacts", executor(_bare), ("brings-what-a-piece-needs",), "of first did not arrive"),
    Fault("does not say why", executor(_mute), ("says-why-a-piece-was-lost",), "without a reason"),
    Fault("takes all it can get", executor(_greedy), ("keeps-to-the-jobs",), "3 pieces were out at once"),
    Fault("asks all the time", executor(_hasty), ("waits-rather-than-spins",), "more than 5000 times"),
    Fault(
        "goes on after errors", executor(_deaf), ("lets-an-error-end-the-run",), "it went on after an error"
    ),
)
SOUND = (executor(one_by_one),)
