"""A hundred submissions at once on two slots."""

import time

from tests.support import processes


def test_a_hundred_submissions_end_in_order_none_twice_and_the_web_stays_quick(factory):
    uri = factory.repository("p", {"go.sh": "true"})
    (warm,) = factory.submit(uri, entry_point="go.sh")
    factory.wait(warm, "FINISHED")
    factory.submit(uri, entry_point="go.sh", priorities=[number % 5 for number in range(100)])
    api, slowest = factory.server.api(), 0.0
    deadline = time.monotonic() + 300
    while factory.rows("count(*)", "state != 'FINISHED'") != [(0,)]:
        assert time.monotonic() < deadline, factory.rows("state, count(*)", "1=1 GROUP BY state")
        begin = time.monotonic()
        assert api.get("experiments/get", experiment_id="0").status == 200
        slowest = max(slowest, time.monotonic() - begin)
        time.sleep(0.2)
    assert slowest < 2 * processes.patience()
    rows = factory.rows("priority, attempts", f"id != {warm} ORDER BY claimed_at, id")
    assert len(rows) == 100
    assert {attempts for _, attempts in rows} == {1}
    order = [priority for priority, _ in rows]
    # The first few are taken while the others still arrive.
    assert order[10:] == sorted(order[10:], reverse=True)
