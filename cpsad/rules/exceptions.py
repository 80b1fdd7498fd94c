"""Exceptions hold references: their constructors move them, and what tests them computes nothing."""

import builtins
import types

from ..exceptions import catches, during, format_exc, is_class, print_exc, special, suppresses, without_context
from .registry import Table

table = Table("exceptions")
constant, mover = table.constant, table.mover

KINDS = [kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, BaseException)]
mover(*dict.fromkeys(KINDS), result="c")
mover(*dict.fromkeys(kind.__init__ for kind in KINDS), result="c")
mover(without_context, BaseException.with_traceback, BaseException.add_note)
constant(catches, suppresses, is_class, result="s")
constant(during, format_exc, print_exc)
constant(special)
mover(types.MethodType, result="c")
