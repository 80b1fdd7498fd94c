"""What of NumPy is differentiated, and how: writes `docs/coverage.md` (`python -m tests.rules.coverage`)."""

import types
from pathlib import Path

import numpy as np

from cpsad.rules.registry import REGISTRY

from .rows import ROWS

FILE = Path(__file__).parents[2] / "docs" / "coverage.md"
MODULES = (("numpy", np), ("numpy.linalg", np.linalg), ("numpy.fft", np.fft), ("numpy.random", np.random),
           ("numpy.ndarray", np.ndarray))

REASONS = {
    "writes into its argument": """copyto put place putmask put_along_axis fill_diagonal fill partition sort resize
        itemset setfield setflags byteswap shuffle""",
    "reads, writes or prints": """load loadtxt genfromtxt fromregex fromfile fromstring frombuffer fromiter from_dlpack save
        savetxt savez savez_compressed array2string array_repr array_str base_repr binary_repr format_float_positional
        format_float_scientific dump dumps tobytes tofile to_device data ctypes base getfield datetime_as_string""",
    "settings, types and information": """test info show_config show_runtime get_include getbufsize setbufsize geterrcall
        seterrcall typename LinAlgError get_bit_generator set_bit_generator einsum_path ndarray generic nditer ndenumerate
        ndindex flatiter broadcast nested_iters iterable recarray record memmap matrix asmatrix bmat poly1d ufunc vectorize
        frompyfunc busdaycalendar Generator RandomState BitGenerator SeedSequence MT19937 PCG64 PCG64DXSM Philox SFC64
        RankWarning""",
    "of dates, bits or texts": """busday_count busday_offset is_busday datetime_data isnat packbits unpackbits char rec
        datetime64 timedelta64 str_ bytes_ void character object_ isfortran""",
    "other kinds of numbers": """number inexact floating integer signedinteger unsignedinteger complexfloating flexible clongdouble
        complex256 longlong ulonglong""",
    "several results of `np.unique`, by name": "unique_all unique_counts unique_inverse",
    "complex numbers in an order": "sort_complex",
    "windows of a whole number of points": "bartlett blackman hamming hanning kaiser mask_indices",
    "calls a Python function from C": "apply_along_axis apply_over_axes fromfunction",
    "a view of the same memory, read by another name": "view flat tolist",
    "its numbers are no smooth function of the parameters, or have no formula here": """beta binomial bytes chisquare choice
        dirichlet f gamma geometric hypergeometric integers logseries multinomial multivariate_hypergeometric
        multivariate_normal negative_binomial noncentral_chisquare noncentral_f permutation permuted poisson power rand randint
        randn random random_integers random_sample ranf sample spawn standard_gamma standard_t triangular vonmises wald zipf
        tomaxint bit_generator""",
    "an old name, or gone from newer versions": "row_stack in1d trapz product sometrue alltrue cumproduct compat find_common_type",
}


def public(owner):
    for name in sorted(vars(owner) if isinstance(owner, type) else dir(owner)):
        if name.startswith("_"):
            continue
        value = getattr(owner, name)
        if (callable(value) or isinstance(owner, type)) and not isinstance(value, types.ModuleType):
            yield name, value


def how(name, value):
    """One word for how a function is differentiated, and why it is not."""
    rule = REGISTRY.lookup(value)
    if rule is not None:
        return {"constant": ("constant", ""), "mover": ("moved", ""), "python": ("Python", "")}.get(rule.role, ("rule", ""))
    if any(row.primitive is value for row in ROWS):
        return "source", ""
    if isinstance(value, type) and issubclass(value, BaseException):
        return "none", "an exception"
    for reason, names in REASONS.items():
        if name in names.split():
            return "none", reason
    return "missing", ""


def table():
    lines = ["# Coverage of NumPy", "", f"Made by `python -m tests.rules.coverage` with NumPy {np.__version__}.", "",
             "- *rule*: a derivative rule, tested against differences;",
             "- *Python*: differentiated through a function in plain Python that does the same, tested so too;",
             "- *source*: transformed from NumPy's own source, tested so too;",
             "- *constant*: no derivative by nature or by convention;",
             "- *none*: with an active argument an error, and why. Without one it runs as it is.", ""]
    for title, owner in MODULES:
        lines += [f"## `{title}`", "", "| function | how | |", "|---|---|---|"]
        lines += [f"| `{name}` | {kind} | {why} |" for name, value in public(owner) for kind, why in [how(name, value)]]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    FILE.write_text(table())
