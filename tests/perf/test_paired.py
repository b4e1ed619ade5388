from tests.perf.paired import Race


class Clock:
    """Stands still unless a side moves it on."""

    now = 0.0

    def __call__(self):
        return self.now


def race(costs):
    clock, order = Clock(), []

    def side(name):
        def run():
            order.append(name)
            clock.now += next(costs[name])

        return run

    return Race(side("first"), side("second"), clock), order


def test_the_order_alternates():
    pair, order = race({"first": iter([1] * 3), "second": iter([1] * 3)})
    for _ in range(3):
        pair.round()
    assert order == ["first", "second", "second", "first", "first", "second"]


def test_the_ratio_is_the_median_of_the_rounds_without_the_warm_ups():
    pair, _ = race({"first": iter([900, 4, 6, 8, 10, 12]), "second": iter([1, 2, 2, 2, 2, 2])})
    for _ in range(6):
        pair.round()
    assert pair.ratio(warmups=1) == {"ratio": 4, "low": 3, "high": 5}


def test_each_side_keeps_its_own_times_whatever_the_order():
    pair, _ = race({"first": iter([10, 20]), "second": iter([1, 2])})
    pair.round()
    pair.round()
    assert pair.times == [(10, 1), (20, 2)]


def test_a_single_round_has_a_ratio():
    pair, _ = race({"first": iter([6]), "second": iter([2])})
    pair.round()
    assert pair.ratio() == {"ratio": 3, "low": 3, "high": 3}
