"""Programs that Hypothesis puts together from the pools' statements, and makes small where one is wrong."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.random_programs import templates

POOLS = ("MATRICES", "CONTAINERS", "OBJECTS")


@pytest.mark.parametrize("pool", POOLS)
def test_statements_in_any_order(pool, request):
    """Twenty are always the same; with `--random-programs=N`, a hundredth of N of each pool are new ones."""
    pool, count = getattr(templates, pool), request.config.getoption("--random-programs")
    statement = st.builds(lambda text, seed: templates.filled(text, random.Random(seed)),
                          st.sampled_from(pool[1].strip().split("\n")), st.integers(0, 1000))

    @settings(max_examples=count // 100, derandomize=count == 2000, deadline=None, database=None,
              suppress_health_check=list(HealthCheck))
    @given(st.lists(statement, min_size=1, max_size=6), st.booleans())
    def judge(statements, forward):
        text = templates.assembled(pool, statements)
        kind, detail = templates.judge(text, f"<{hash(text)}>", forward)
        assert kind in ("right", "refused", "invalid"), f"{kind}: {detail}\n{text.partition('def f(x):')[2]}"

    judge()
