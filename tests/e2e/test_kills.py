"""kill -9 at random moments, of workers and of whole runs: nothing is lost, done twice, or left about."""

from __future__ import annotations

import os
import random
import secrets
import sys
import time
from collections import Counter

import pytest

from tests.killing import Ledger, Place, kill, lives, phase, trained_again, wait_for, workers
from tests.watched_suite import WATCH

KILLS = int(os.environ.get("BENCH_KILLS", "50"))
STARTS = 0.25  # the share of runs that may be killed before there is a worker
WRITERS = 0.2  # the share of kills that hit a process while it stores something


class Siege:
    """Kills until as many have hit as are wanted, one run after the other, a fresh store when one is full."""

    def __init__(self, folder, wanted):
        self.seed = secrets.randbits(32)
        self.drawn = random.Random(self.seed)
        self.folder = folder
        self.wanted = wanted
        self.hits = Counter()
        self.stores = 0
        began = time.monotonic()
        self.records, self.working = self.undisturbed()
        self.longest = time.monotonic() - began

    def __str__(self):
        phases = "".join(f"\n{count:4} {what}" for what, count in sorted(self.hits.items()))
        return f"seed {self.seed}: {self.hits.total()} kills on {self.stores} stores\n{phases}"

    def undisturbed(self):
        """The records of a run that nobody kills, and the seconds from its first training to its end."""
        place = Place(self.folder / "undisturbed")
        out, err = place.start().communicate(timeout=300)
        assert '"failed": 0' in out, err
        trained = [event for event in place.events() if event.what == "train begins"]
        assert max(Counter(name for event in trained for name in event.names).values()) == 1
        assert place.temporary() == []
        return place.records(), place.events()[-1].at - trained[0].at

    def fill(self):
        """Fill a store, run after run; half of all kills may hit it."""
        self.stores += 1
        place = Place(self.folder / str(self.stores), keep=self.stores % 2 == 0)
        ledger = Ledger(place.store)
        most = min(self.wanted, self.hits.total() + self.wanted // 2)
        while place.records().keys() != self.records.keys():
            self.run(place, most)
            ledger.check()
        last = place.start()  # it tidies up what the last kill left
        assert f'"cached": {len(self.records)}' in last.communicate(timeout=300)[0]
        ledger.check()
        assert place.records() == self.records
        assert trained_again(place.events()) == []
        assert place.temporary() + place.interim() == []
        assert list(place.store.rglob("failures/*/*.json")) == []

    def run(self, place, most):
        """One run, whose workers are killed until it is killed itself, or ends, or as many have hit."""
        process = place.start()
        start = 0 if self.drawn.random() < STARTS else self.longest - self.working
        end = time.monotonic() + self.drawn.uniform(start, self.longest)
        seen = set()
        while process.poll() is None and self.hits.total() < most:
            seen.update(workers(process))
            if time.monotonic() > end:
                self.end(place, process)
                break
            time.sleep(self.drawn.uniform(0, self.working / 6))
            if self.drawn.random() < WRITERS:
                self.doom(place, process)
            elif (here := workers(process)) and kill(pid := self.drawn.choice(here)):
                self.hits[f"worker at: {phase(place.events(), pid)}"] += 1
        process.communicate(timeout=300)
        wait_for(lambda: not any(map(lives, seen)))

    def doom(self, place, process):
        """Have the next process that stores something killed, before its file is in its place or after."""
        when = self.drawn.choice(("in-store", "after-store"))
        doom = place.doom(when)
        doom.touch()
        end = time.monotonic() + self.working / 2
        while doom.exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        try:
            doom.unlink()
        except FileNotFoundError:
            self.hits[f"writer {when}"] += 1

    def end(self, place, process):
        """Kill the run, its workers with it or not."""
        here = workers(process)
        group = self.drawn.random() < 0.5
        kill(process.pid, group=group)
        events = place.events()
        at = sorted({phase(events, pid) for pid in here}) or ["starting"]
        self.hits[f"{'whole run' if group else 'supervisor'}, workers at: {', '.join(at)}"] += 1


@pytest.mark.slow
def test_kills_at_random_moments_cost_nothing_that_was_done(tmp_path):
    siege = Siege(tmp_path, KILLS)
    try:
        while siege.hits.total() < siege.wanted:
            siege.fill()
    finally:
        sys.stdout.write(f"{siege}\n")


def test_workers_end_with_a_supervisor_that_was_killed_whatever_they_are_at(tmp_path):
    place = Place(tmp_path / "place")
    place.plugin.write_text(
        WATCH.replace('say("score", "begins")', 'say("score", "begins"), time.sleep(3600)')
    )
    process = place.start(jobs=1)
    wait_for(lambda: any(event.what == "score begins" for event in place.events()))
    (worker,) = workers(process)
    try:
        kill(process.pid)
        wait_for(lambda: not lives(worker))
    finally:
        kill(worker)
    process.communicate(timeout=60)
    assert place.records() == {}
