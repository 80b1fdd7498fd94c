"""A variable of a comprehension that has the name of another: it hides that one inside the comprehension only."""

import sys

from .case import case


@case(1.3)
def hides_what_a_nested_function_reads(x):
    t = x * 2.0

    def inner():
        s = sum([t for t in [1.0, 2.0]])
        return t * s

    t = t * x
    return inner() * x


if sys.version_info < (3, 12):  # 3.12.1 and 3.13.0 lose `x` themselves: a NameError of the plain function
    @case(1.3, 0.7)
    def hides_what_a_function_further_in_reads(x, y):
        def inner():
            def innermost():
                return x * y

            s = sum([x * y for x in [1.0, y] for y in [x, 2.0]])
            return innermost() * s

        return inner() * x
