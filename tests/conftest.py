"""Options of the tests, and what holds for all of them."""

import random
import sys

import pytest


def pytest_addoption(parser):
    parser.addoption("--random-programs", type=int, default=2000, help="how many random programs are differentiated")
    parser.addoption("--random-seed", type=int, default=0, help="the seed of the first of them")
    parser.addoption("--native-programs", type=int, default=20, help="how many random programs are compiled")
    parser.addoption("--along-share", type=int, default=60, help="every how many functions of the corpus are compiled along a "
                     "direction; 1: all")
    parser.addoption("--sanitize", default=None, help="native code with sanitizers of the C compiler: undefined; "
                     "address, with LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0")
    parser.addoption("--shuffle", type=int, default=None, help="run the tests in a random order, made from this seed")
    parser.addoption("--second-order-share", type=int, default=40, help="every how many rows of the rules' tests are tested in "
                     "second order; 1: all")
    parser.addoption("--full-depth", action="store_true", help="loops of a million turns, recursions 100,000 deep")
    parser.addoption("--faults", type=int, default=0, help="so many interrupts in each function of the corpus")
    parser.addoption("--all-special", action="store_true", help="as if classes with special methods of every kind had been met")


def pytest_configure(config):
    """What classes a process has met changes how functions are transformed: once as if it were all of them."""
    if config.getoption("--all-special"):
        from cpsad import special

        special.note({*special.GROUPS_NAMED, ".*", "=*"})


SLOW = ("test_random_programs", "test_depth", "test_demo", "test_threads", "test_handlers", "test_nested", "test_nesting",
        "third_party", "/transforms/", "/native/")


def pytest_collection_modifyitems(config, items):
    """What takes long comes first, so that no process has it left when the others are done."""
    items.sort(key=lambda item: not any(name in str(item.path) for name in SLOW))
    seed = config.getoption("--shuffle")
    if seed is not None:
        random.Random(seed).shuffle(items)


@pytest.fixture(autouse=True)
def globals_of_the_corpus():
    """What a function of the corpus has done to the globals of its module is undone: one that was stopped in the middle may
    have deleted what the next test reads."""
    before = [(vars(module), dict(vars(module))) for name, module in list(sys.modules.items())
              if name.startswith("tests.corpus.")]
    yield
    for namespace, kept in before:
        if len(namespace) != len(kept) or any(namespace.get(name, kept) is not value for name, value in kept.items()):
            namespace.clear()
            namespace.update(kept)
