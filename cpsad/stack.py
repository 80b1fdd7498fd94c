"""Depth: the recursion limit while a gradient runs.

The call stack is the store of a gradient, so its depth is the length of the computation. CPython 3.11 and later keep
the frames of Python functions that call one another on the heap, a few hundred bytes each; only the limit stands in
the way. It is raised while any gradient runs, to what a share of the machine's memory can hold, and put back when
the last one ends, however it ends.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from types import TracebackType
from typing import Any

__all__ = ["Deep", "OnCStack", "Shallow", "deep_limit", "depth", "with_room"]

FRAME_BYTES = 400  # a continuation's frame with its closure and a few numbers; measured at 280 to 600
# Of the memory that is available half of the first 8 GB, for a turn of a loop over a generator takes eight frames, and
# a million turns must go; of the rest a tenth, for a runaway recursion must come to its end too.
SHARES = 0.5, 0.1
FIRST = 8 << 30
ROOM = (1 << 17) + 64  # words: a little more than half of two megabytes, for which CPython takes the power of two above
C_CALLS = 3000  # nested calls through C that the default C stack of 8 MB surely holds


@functools.cache
def deep_limit() -> int:
    """The most frames that a share of the machine's available memory can hold; between 2.5 and 100 million."""
    free = _available()
    share = min(free, FIRST) * SHARES[0] + max(free - FIRST, 0) * SHARES[1]
    return int(min(max(share / FRAME_BYTES, 2_500_000), 100_000_000))


def _available() -> int:
    """Bytes of memory that can be had without swapping: what Linux says, within the limit of the container."""
    free = 8 << 30
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        pass
    try:
        with open("/proc/meminfo") as lines:  # without it, memory that only caches files counts as used
            free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
        with open("/sys/fs/cgroup/memory.max") as most, open("/sys/fs/cgroup/memory.current") as used:
            free = min(free, int(most.read()) - int(used.read()))
    except (OSError, ValueError, StopIteration):  # another system, or no limit ("max")
        pass
    return free


class Deep:
    """Context in which the recursion limit is high. Nests, and may be entered by several threads at once."""

    _lock = threading.Lock()
    _users = 0
    _before = 0
    _raised = 0

    def __enter__(self) -> Deep:
        with Deep._lock:
            if Deep._users == 0:
                Deep._before = sys.getrecursionlimit()
                Deep._raised = max(deep_limit(), Deep._before)
                sys.setrecursionlimit(Deep._raised)
            Deep._users += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        with Deep._lock:
            Deep._users -= 1
            if Deep._users == 0 and sys.getrecursionlimit() == Deep._raised:  # else the user's code has set it
                sys.setrecursionlimit(Deep._before)


def with_room(function: Any, *args: Any) -> Any:
    """`function(*args)`, with a megabyte of room for the frames of what it calls.

    CPython keeps frames in pieces of 16 kB. A deep frame at the end of a piece gets a new one for each call that it makes, which
    is given back to the system when the call returns: five microseconds. For this function's own frame, which it never fills, a
    large piece is made, and the rest of that is left for all that follows.
    """
    return function(*args)


with_room.__code__ = with_room.__code__.replace(co_stacksize=ROOM)


class OnCStack:
    """Counts nested calls that go through C.

    CPython 3.11 has no limit for them but the recursion limit, and the limit that later versions have of their own
    was seen to let the C stack overflow (3.13.0).
    """

    __slots__ = ("heap",)

    def __init__(self, heap: Any) -> None:
        self.heap = heap

    def __enter__(self) -> None:
        self.heap.c_depth += 1
        if self.heap.c_depth > C_CALLS:
            raise RecursionError(f"more than {C_CALLS} nested calls with starred arguments, which CPython "
                                 "makes on the C stack")

    def __exit__(self, *_: object) -> None:
        self.heap.c_depth -= 1


class Shallow:
    """Context for code that is not transformed: it gets the recursion limit that the user has set.

    A recursion through C under a high limit would overflow the C stack (see `OnCStack`).
    """

    __slots__ = ("before",)

    def __enter__(self) -> None:
        self.before = 0
        if Deep._users:
            self.before = sys.getrecursionlimit()
            sys.setrecursionlimit(min(depth() + max(Deep._before, 100), self.before))

    def __exit__(self, *_: object) -> None:
        if self.before:
            sys.setrecursionlimit(self.before)


def depth() -> int:
    """The current depth of recursion: what CPython says when asked for a lower limit."""
    try:
        sys.setrecursionlimit(1)
    except RecursionError as error:
        return int(str(error).split("depth ")[1].split(":")[0])
    return 1  # pragma: no cover
