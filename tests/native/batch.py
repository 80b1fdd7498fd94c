"""Many programs in one library: a compiler that is started once for all of them."""

import re

from cpsad.native import compiler
from cpsad.native.stage import Stager
from cpsad.native.values import ARRAYS, DUAL_ARRAYS, DUALS, RUNTIME


def stage_together(calls):
    """Stages and compiles: of each (gradient, args, kwargs) the program. Their names in C begin with a number of their own."""
    programs = []
    try:
        for i, (compute, args, kwargs) in enumerate(calls):
            Stager.prefix = f"p{i}_"
            slots = compute.locate(args, kwargs)
            programs.append(compute.staged_for([*args, *kwargs.values()], slots, args, kwargs)[0])
    finally:
        Stager.prefix = ""
    texts = [re.sub(r"\b((?:tuple|maybe|kept|box|rows|turns|made)_\w+)\b", rf"\1_{i}", p.text) for i, p in enumerate(programs)]
    duals = [DUALS, DUAL_ARRAYS] if any(p.stager.along for p in programs) else []
    library = compiler.load("\n".join([RUNTIME, ARRAYS, *duals, *texts]))
    for i, program in enumerate(programs):
        program.attach(library, f"p{i}_call")
