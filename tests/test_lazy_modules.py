"""What stands in a function's module is looked at, and nothing more: a module that imports lazily is not made to."""

import types

from cpsad import grad, jacfwd


class Lazy(types.ModuleType):
    """Imports what is asked for, which may not be installed."""

    def __getattr__(self, name):
        raise ModuleNotFoundError(f"no module named {self.__name__}.{name}")


lazy = Lazy("lazy")
counted = 0


def count():
    global counted
    counted += 1


def f(x):
    count()
    return x * x * (counted > 0)


def test_lazy_modules_beside_a_function_are_left_alone():
    assert grad(f)(1.5) == 3.0
    assert jacfwd(f)(1.5) == 3.0
