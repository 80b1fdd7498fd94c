"""Options of the tests."""


def pytest_addoption(parser):
    parser.addoption("--random-programs", type=int, default=2000, help="how many random programs are differentiated")
    parser.addoption("--random-seed", type=int, default=0, help="the seed of the first of them")
