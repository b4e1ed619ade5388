"""What makes records the same contestant is told alike, whichever records were told before."""

import random

from bench.board.identity import Identities, identities


def test_what_is_told_of_a_record_does_not_hang_on_those_before(all_records, change):
    others = [change(one, {"components/model/version": "9"}) for one in all_records[:3]]
    plain = [one.plain() for one in (*all_records, *others)]
    random.Random(0).shuffle(plain)
    known = Identities()
    assert [known.of(one) for one in plain] == [identities(one) for one in plain]
    assert len({identities(one)["cell"] for one in plain}) > 1
    assert len({identities(one)["dense"] for one in plain}) > len({identities(one)["cell"] for one in plain})
