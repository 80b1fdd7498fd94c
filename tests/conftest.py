"""Holes that are known: each is refused or right one day; until then `docs/limits.md` lists it."""

import pytest

KNOWN = {
    "test_operators.py::test_decorated_functions_inside": "functools.wraps applied inside a differentiated function",
    "test_exceptions.py::test_type_and_message_are_those_of_the_function[call]": "qualified name of a nested function",
}


def pytest_addoption(parser):
    parser.addoption("--random-programs", type=int, default=2000, help="how many random programs are differentiated")
    parser.addoption("--random-seed", type=int, default=0, help="the seed of the first of them")


def pytest_collection_modifyitems(items):
    for item in items:
        for known, reason in KNOWN.items():
            if item.nodeid.endswith(known):
                item.add_marker(pytest.mark.xfail(reason=reason, strict=False))
