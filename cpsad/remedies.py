"""What to do instead of calling a function through which no derivative goes, by function."""

from __future__ import annotations

__all__ = ["remedy_for"]

_BY_NAME = {
    "numpy.nditer": "iterate over np.ndenumerate(x) or x.flat, or over the indices: np.ndindex(x.shape)",
    "numpy.vectorize": "write the loop, or functions of NumPy",
    "numpy.frompyfunc": "write the loop: np.array([f(v) for v in x])",
    "numpy.fromfunction": "build the grid with np.indices, and call the function with it",
    "float.hex": "keep the number itself",
    "float.fromhex": "keep the number itself",
    "float.as_integer_ratio": "compute with the float",
    "fractions.Fraction": "compute with floats: a fraction is made of integers, which have no derivative",
    "decimal.Decimal": "compute with floats",
    "_struct.pack": "keep the number itself",
    "_pickle.dumps": "copy.deepcopy(x) copies with its derivative",
    "_pickle.loads": "copy.deepcopy(x) copies with its derivative",
    "json.dumps": "keep the values themselves",
    "array.array": "use a list, or np.array",
    "numpy.ndarray.tobytes": "use x.copy()",
    "ndarray.tobytes": "use x.copy()",
    "Pattern.match": "keep the number beside its text",
    "numpy.frombuffer": "use a view: x[i:j], x.reshape(...)",
    "threading.Thread": "call the function itself",
    "threading.Thread.__init__": "call the function itself",
    "_thread.start_new_thread": "call the function itself",
}


def remedy_for(name: str) -> str:
    """`name`: of a function, with its module."""
    vectorized = name.startswith("<ufunc") and "(vectorized)" in name  # what np.frompyfunc has made
    known = _BY_NAME.get("numpy.frompyfunc" if vectorized else name, "")
    function = name.removeprefix("<ufunc '").removesuffix("'>").rpartition(".")[2]
    rule = f"add a rule with cpsad.defrule({function}), or " if function.isidentifier() and function[0] != "_" else ""
    return (f"{known}; or " if known else "") + f"{rule}pass cpsad.stop_gradient(...) of the value"
