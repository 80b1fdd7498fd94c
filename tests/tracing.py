"""Work under a trace function that may raise."""

import sys
import threading

__all__ = ["run_traced"]


def run_traced(trace, work):
    """In a thread of its own: where a trace function raises in an `except` clause, CPython may take the exception of that
    clause for handled forever. What `work` raises is raised here."""
    errors = []

    def traced():
        sys.settrace(trace)
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=traced)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
