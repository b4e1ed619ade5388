"""Runs work that asks for training, one piece alone or many with their trainings gathered into banks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from bench.engine.bank.rules import bank_chain, bank_form, bank_rows
from bench.engine.bank.training import Unlike, train_bank
from bench.engine.requests import Trained, Trainee, Training
from bench.engine.train import train

T = TypeVar("T")
Outcome = Exception | Trained


def run_alone(trainee: Trainee[T], *, banks: bool) -> T:
    """Run one piece of work; what would go into a bank goes into a bank of one, for the same bits."""
    try:
        training = next(trainee)
        while True:
            [outcome] = train_all([training], banks=banks)
            training = _answered(trainee, outcome)
    except StopIteration as stop:
        result: T = stop.value
        return result


def run_together(
    trainees: Sequence[Trainee[T]], turn: Callable[[int | None], None], *, banks: bool
) -> Iterator[tuple[int, T | Exception]]:
    """Run pieces of work side by side: what they ask for at the same time is trained in banks.

    Args:
        trainees: the work.
        banks: whether banks are used at all; else trainings run one after the other.
        turn: is told whose turn it is, by place, or None while a bank is trained.

    Yields:
        The place of a piece that has ended, and what it returned or raised, as soon as it has.
    """
    waiting: dict[int, Training] = {}
    for place, trainee in enumerate(trainees):
        turn(place)
        yield from _ended(place, trainee, None, waiting)
    while waiting:
        form = bank_form(next(iter(waiting.values())))
        places = [place for place, training in waiting.items() if bank_form(training) == form]
        asked = [waiting.pop(place) for place in places]
        own_data = len({id(training.data) for training in asked}) > 1
        size = bank_rows(asked[0], own_data=own_data)
        for start in range(0, len(asked), size):
            turn(None)
            outcomes = train_all(asked[start : start + size], banks=banks)
            for place, outcome in zip(places[start : start + size], outcomes, strict=True):
                turn(place)
                yield from _ended(place, trainees[place], outcome, waiting)


def train_all(trainings: Sequence[Training], *, banks: bool) -> list[Outcome]:
    """Train networks of one form: in one bank where banks know them, else one after the other."""
    chain = bank_chain(trainings[0]) if banks else None
    if chain is not None:
        try:
            return _shared(trainings, lambda: train_bank(trainings, chain))
        except Unlike:
            pass
        except Exception as error:  # noqa: BLE001 - it is every row's
            return [error] * len(trainings)
    return [_train_one(training) for training in trainings]


def _shared(trainings: Sequence[Training], run: Callable[[], list[Exception | None]]) -> list[Outcome]:
    started = time.perf_counter()
    failures = run()
    seconds = (time.perf_counter() - started) / len(trainings)
    return [Trained(seconds) if failure is None else failure for failure in failures]


def _train_one(training: Training) -> Outcome:
    started = time.perf_counter()
    try:
        selected = train(training.model, training.data, training.course, training.masks)
    except Exception as error:  # noqa: BLE001 - whoever asked for the training gets it
        return error
    return Trained(time.perf_counter() - started, selected)


def _answered(trainee: Trainee[T], outcome: Outcome | None) -> Training:
    if outcome is None:
        return next(trainee)
    return trainee.throw(outcome) if isinstance(outcome, Exception) else trainee.send(outcome)


def _ended(
    place: int, trainee: Trainee[T], outcome: Outcome | None, waiting: dict[int, Training]
) -> Iterator[tuple[int, T | Exception]]:
    try:
        waiting[place] = _answered(trainee, outcome)
    except StopIteration as stop:
        yield place, stop.value
    except Exception as error:  # noqa: BLE001 - it costs this piece of work alone
        yield place, error
