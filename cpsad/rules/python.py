"""Rules of Python's operators (as the functions of `operator`), of its built-in functions and of `math`.

Operators serve numbers and arrays, and also strings, lists and sets, whose cotangent is always `ZERO`: a rule
must let that through without touching the operands. Conventions are those of `numpy_elementwise.py`.
"""

import builtins
import json
import math
import operator

from ..cotangents import ZERO, unbroadcast
from ..library import prod_from
from .helpers import divided, divisor, no_derivative, quotient, reshape_like
from .helpers_elementwise import abs_back, mod_right, power_base, power_exponent
from .helpers_products import matmul_left, matmul_right
from .helpers_reductions import product_back
from .registry import Table

table = Table("python")
elementwise, defrule, gather, constant, mover = (
    table.elementwise, table.defrule, table.gather, table.constant, table.mover)

# Operators
elementwise(operator.add, lambda g, y, a, b: (g, g))
elementwise(operator.sub, lambda g, y, a, b: (g, -g))
elementwise(operator.mul, lambda g, y, a, b: (g * b, g * a))
elementwise(operator.truediv, lambda g, y, a, b: (divided(g, b), divisor(g, y, b)))
elementwise(operator.mod, lambda g, y, a, b: (g, mod_right(g, a, b)))
elementwise(operator.pow, lambda g, y, a, b: (power_base(g, a, b), power_exponent(g, y, a, b)))
elementwise(operator.neg, lambda g, y, a: -g)
elementwise(operator.pos, lambda g, y, a: g)
elementwise((operator.abs, builtins.abs), lambda g, y, a: abs_back(g, a))
defrule(operator.matmul, lambda g, y, a, b: (matmul_left(g, a, b), matmul_right(g, a, b)))
constant(operator.floordiv, operator.invert, operator.inv, operator.lshift, operator.rshift, result="=")
constant(operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt, result="=")
constant(operator.not_, operator.truth, operator.is_, operator.is_not, result="s")
constant(operator.contains, operator.index, result="s")
constant(operator.countOf, operator.indexOf, operator.length_hint, result="s")
mover(operator.and_, operator.or_, operator.xor)  # of sets and dicts; of integers there is nothing to move

# Numbers
elementwise(builtins.pow, lambda g, y, base, exp: (power_base(g, base, exp), power_exponent(g, y, base, exp)))
defrule(float, lambda g, y, x=0.0: reshape_like(g, x), result="s")
defrule(complex, lambda g, y, real=0, imag=0: (reshape_like(g, real), reshape_like(1j * g, imag)), result="s")
elementwise((float.real, complex.real, float.conjugate), lambda g, y, x: g.real, result="s")
elementwise((float.imag, complex.imag), lambda g, y, x: -1j * g.real, result="s")
elementwise(complex.conjugate, lambda g, y, x: g.conjugate(), result="s")
gather(
    sum,
    lambda g, y, iterable, start=0: ([unbroadcast(g, x) for x in iterable], unbroadcast(g, start)),
    consumes=True,
)
constant(round, int, bool, len, hash, id, ord, all, any, result="s")
constant(isinstance, issubclass, callable, hasattr, result="s")
constant(float.is_integer, int.bit_length, result="s")
constant(range, result="is")
constant(globals)
mover(slice, result="c")
constant(type, chr, print, input, dir, bin, hex, oct, bytes, bytearray, object)

# Texts. A number read back from one would have lost its derivative: that is not silent.
defrule(str, lambda g, y, object="": no_derivative(g, "str"), result="o")
defrule((repr, ascii), lambda g, y, obj: no_derivative(g, "repr"), result="o")
defrule(format, lambda g, y, value, format_spec="": no_derivative(g, "format"), result="o")
defrule(json.dumps, lambda g, y, obj, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, indent=None,
        separators=None, sort_keys=False: no_derivative(g, "json.dumps"), result="o")

# math: powers, exponentials and logarithms. The arguments are scalars.
elementwise(math.sqrt, lambda g, y, x: quotient(g, y + y), result="s")
elementwise(math.cbrt, lambda g, y, x: quotient(g, 3 * y * y), result="s")
elementwise(math.pow, lambda g, y, a, b: (power_base(g, a, b), power_exponent(g, y, a, b)), result="s")
elementwise(math.exp, lambda g, y, x: g * y, result="s")
elementwise(math.exp2, lambda g, y, x: g * y * math.log(2), result="s")
elementwise(math.expm1, lambda g, y, x: g * (y + 1), result="s")
elementwise(
    math.log,
    lambda g, y, x, base=None: (
        g / x if base is None else g / (x * math.log(base)),
        None if base is None else -g * y / (base * math.log(base)),
    ),
    result="s",
)
elementwise(math.log2, lambda g, y, x: g / (x * math.log(2)), result="s")
elementwise(math.log10, lambda g, y, x: g / (x * math.log(10)), result="s")
elementwise(math.log1p, lambda g, y, x: g / (1 + x), result="s")
elementwise(math.ldexp, lambda g, y, x, i: g * 2.0**i, result="s")

# math: trigonometric and hyperbolic functions
elementwise(math.sin, lambda g, y, x: g * math.cos(x), result="s")
elementwise(math.cos, lambda g, y, x: -g * math.sin(x), result="s")
elementwise(math.tan, lambda g, y, x: g * (1 + y * y), result="s")
elementwise(math.asin, lambda g, y, x: quotient(g, math.sqrt((1 - x) * (1 + x))), result="s")
elementwise(math.acos, lambda g, y, x: quotient(-g, math.sqrt((1 - x) * (1 + x))), result="s")
elementwise(math.atan, lambda g, y, x: g / (1 + x * x), result="s")
elementwise(
    math.atan2,
    lambda g, z, y, x: (quotient(g * x, x * x + y * y), quotient(-g * y, x * x + y * y)),
    result="s",
)
elementwise(math.sinh, lambda g, y, x: g * math.cosh(x), result="s")
elementwise(math.cosh, lambda g, y, x: g * math.sinh(x), result="s")
elementwise(math.tanh, lambda g, y, x: g * (1 - y * y), result="s")
elementwise(math.asinh, lambda g, y, x: g / math.sqrt(1 + x * x), result="s")
elementwise(math.acosh, lambda g, y, x: quotient(g, math.sqrt((x - 1) * (x + 1))), result="s")
elementwise(math.atanh, lambda g, y, x: g / ((1 - x) * (1 + x)), result="s")
elementwise(math.degrees, lambda g, y, x: g * (180 / math.pi), result="s")
elementwise(math.radians, lambda g, y, x: g * (math.pi / 180), result="s")
elementwise(math.erf, lambda g, y, x: g * (2 / math.sqrt(math.pi) * math.exp(-x * x)), result="s")
elementwise(math.erfc, lambda g, y, x: -g * (2 / math.sqrt(math.pi) * math.exp(-x * x)), result="s")

# math: remainders, signs, steps
elementwise((math.fmod, math.remainder), lambda g, z, x, y: (g, -g * round((x - z) / y)), result="s")
elementwise(math.fabs, lambda g, y, x: abs_back(g, x), result="s")
elementwise(
    math.copysign,
    lambda g, z, x, y: (g if math.copysign(1, x) == math.copysign(1, z) else -g, ZERO),
    result="s",
)
constant(math.floor, math.ceil, math.trunc, math.isnan, math.isinf, math.isfinite, math.isclose, result="s")
constant(math.factorial, math.gcd, math.lcm, math.comb, math.perm, math.isqrt, result="s")

# math: several numbers
defrule(math.hypot, lambda g, r, *coordinates: tuple(g * (x / (r or 1)) for x in coordinates), result="s")
gather(math.fsum, lambda g, y, seq: [g] * len(seq), result="s", consumes=True)
gather(math.prod, lambda g, y, iterable: product_back(g, iterable, 1), result="s", consumes=True)
table.otherwise(math.prod, prod_from)
if hasattr(math, "fma"):  # since Python 3.13
    elementwise(math.fma, lambda g, r, x, y, z: (g * y, g * x, g), result="s")

# No rule: math.nextafter, math.ulp, float.as_integer_ratio, float.hex, float.fromhex, map, filter, functools.reduce and the
# in-place operators, which the transformer takes apart itself. What is differentiated through Python is in `library.py`.
