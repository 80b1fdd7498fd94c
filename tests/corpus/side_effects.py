"""What is told to people, kept for later or waited for, beside the computation."""

import contextlib
import io
import logging
import time
import warnings
import weakref

from tests.corpus.case import case


@case(1.3)
def logged(x):
    logger = logging.getLogger("cpsad.tests")
    logger.debug("value %s of %r", x, {"a": x})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.warn(f"value {x}", stacklevel=1)
    time.sleep(x * 0)
    return x * x


@case(1.3)
def printed_into_a_text(x):
    kept, out = io.StringIO(), io.StringIO()
    kept.write("a")
    kept.write(str(x))
    print(x, x * 2, sep=", ", file=kept)
    with contextlib.redirect_stdout(out):
        print(x)
    return x * (kept.getvalue().count("a") + out.getvalue().count("z") + 1)


class Node:
    def __init__(self, value, parent=None):
        self.value, self.parent = value, parent and weakref.ref(parent)

    def total(self):
        above = self.parent() if self.parent is not None else None
        return self.value if above is None else self.value * above.total()


@case(1.3, 0.4)
def weak_references(x, y):
    root = Node(x)
    leaf = Node(y, Node(x * y, root) and root)
    return leaf.total() * root.value
