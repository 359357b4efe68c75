"""Steps that are shown of long series."""

from hypothesis import given
from hypothesis import strategies as st

from apps.experiments.sampling import sampled_steps

spans = st.lists(st.tuples(st.integers(-30, 60), st.integers(-30, 60)), max_size=5)


@given(spans, st.integers(1, 20))
def test_steps_are_those_that_counting_them_one_by_one_gives(spans, wanted):
    there = sorted({step for first, last in spans for step in range(first, last + 1)})
    every = max(len(there) // wanted, 1) if len(there) > wanted else 1
    assert sampled_steps(spans, wanted) == set(there[::every] + there[-1:])
