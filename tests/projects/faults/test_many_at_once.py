"""Many submissions at once on two slots.

One execution costs 0.2 s of a processor in all processes together, so a hundred take 12 s on two free processors and minutes
where others compute: the hundred are for long, thirty show the same.
"""

import time

import pytest

from tests.support import processes


@pytest.mark.parametrize("count", [30, pytest.param(100, marks=pytest.mark.long)])
def test_submissions_at_once_end_in_order_none_twice_and_the_web_stays_quick(factory, count):
    uri = factory.repository("p", {"go.sh": "true"})
    (warm,) = factory.submit(uri, entry_point="go.sh")
    factory.wait(warm, "FINISHED")
    factory.submit(uri, entry_point="go.sh", priorities=[number % 5 for number in range(count)])
    api, answers, patience = factory.server.api(), [], processes.patience()
    deadline = time.monotonic() + 3 * count * patience
    while factory.rows("count(*)", "state != 'FINISHED'") != [(0,)]:
        assert time.monotonic() < deadline, factory.rows("state, count(*)", "1=1 GROUP BY state")
        begin = time.monotonic()
        assert api.get("experiments/get", experiment_id="0").status == 200
        answers.append(time.monotonic() - begin)
        time.sleep(0.2)
    # Most of them: a machine that others use now and then stops anybody for seconds.
    assert sorted(answers)[int(0.9 * (len(answers) - 1))] < 2 * max(patience, processes.patience())
    rows = factory.rows("priority, attempts", f"id != {warm} ORDER BY claimed_at, id")
    assert len(rows) == count
    assert {attempts for _, attempts in rows} == {1}
    order = [priority for priority, _ in rows]
    # The first few are taken while the others still arrive.
    assert order[10:] == sorted(order[10:], reverse=True)
