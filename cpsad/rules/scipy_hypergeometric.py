"""Rules of `scipy.special`: hypergeometric functions, elliptic integrals and functions, orthogonal polynomials.

By the argument, and by what else has a closed form (DLMF 13.3, 15.5, 18.9, 19.4, 22.13). Parameters of hypergeometric
functions and degrees of polynomials, active, are refused.
"""

import numpy as np
from scipy import special

from ..cotangents import unbroadcast
from .helpers_elliptic import ellipj_by_argument, ellipj_by_parameter, first_by_parameter, second_by_parameter
from .helpers_special import of_dtype
from .registry import Table, present

table = Table("scipy hypergeometric")
elementwise, parts = table.elementwise, table.parts

# Hypergeometric functions
elementwise(special.hyp0f1, lambda g, y, v, z: (None, g * special.hyp0f1(v + 1, z) / v))
elementwise(special.hyp1f1, lambda g, y, a, b, x: (None, None, g * (a / b) * special.hyp1f1(a + 1, b + 1, x)))
elementwise(
    special.hyp2f1,
    lambda g, y, a, b, c, z: (None, None, None, g * (a * b / c) * special.hyp2f1(a + 1, b + 1, c + 1, z)),
)
elementwise(special.hyperu, lambda g, y, a, b, x: (None, None, -g * a * special.hyperu(a + 1, b + 1, x)))

# Elliptic integrals; those that are complete have derivatives that are hypergeometric again, without a gap at m = 0
elementwise(special.ellipk, lambda g, y, m: g * (np.pi / 8) * of_dtype(special.hyp2f1(1.5, 1.5, 2.0, m), m))
elementwise(special.ellipkm1, lambda g, y, p: -g * (np.pi / 8) * of_dtype(special.hyp2f1(1.5, 1.5, 2.0, 1 - p), p))
elementwise(special.ellipe, lambda g, y, m: -g * (np.pi / 8) * of_dtype(special.hyp2f1(0.5, 1.5, 2.0, m), m))
elementwise(
    special.ellipkinc,
    lambda g, y, phi, m: (g / np.sqrt(1 - m * np.sin(phi) ** 2), g * first_by_parameter(y, phi, m)),
)
elementwise(
    special.ellipeinc,
    lambda g, y, phi, m: (g * np.sqrt(1 - m * np.sin(phi) ** 2), g * second_by_parameter(y, phi, m)),
)
parts(
    special.ellipj,
    lambda g, y, u, m: (unbroadcast(ellipj_by_argument(g, y, m), u), unbroadcast(ellipj_by_parameter(g, y, u, m), m)),
    "t",
)
elementwise(
    special.elliprf,
    lambda g, r, x, y, z: (
        -g * special.elliprd(y, z, x) / 6,
        -g * special.elliprd(z, x, y) / 6,
        -g * special.elliprd(x, y, z) / 6,
    ),
)

# Orthogonal polynomials
elementwise(special.eval_jacobi, lambda g, y, n, alpha, beta, x: (
    None, None, None, g * (n + alpha + beta + 1) / 2 * special.eval_jacobi(n - 1, alpha + 1, beta + 1, x)))
elementwise(special.eval_sh_jacobi, lambda g, y, n, p, q, x: (
    None, None, None, g * n * special.eval_sh_jacobi(np.maximum(n - 1, 0), p + 2, q + 1, x)))
elementwise(special.eval_gegenbauer, lambda g, y, n, alpha, x: (
    None, None, g * 2 * alpha * special.eval_gegenbauer(n - 1, alpha + 1, x)))
elementwise(special.eval_genlaguerre, lambda g, y, n, alpha, x: (
    None, None, -g * special.eval_genlaguerre(n - 1, alpha + 1, x)))
elementwise(special.eval_legendre, lambda g, y, n, x: (None, g * (n + 1) / 2 * special.eval_jacobi(n - 1, 1, 1, x)))
elementwise(special.eval_chebyt, lambda g, y, n, x: (None, g * n * special.eval_chebyu(n - 1, x)))
elementwise(special.eval_chebyu, lambda g, y, n, x: (None, g * 2 * special.eval_gegenbauer(n - 1, 2.0, x)))
elementwise(special.eval_chebyc, lambda g, y, n, x: (None, g * n * special.eval_chebyu(n - 1, x / 2)))
elementwise(special.eval_chebys, lambda g, y, n, x: (None, g * special.eval_gegenbauer(n - 1, 2.0, x / 2)))
elementwise(special.eval_sh_legendre, lambda g, y, n, x: (
    None, g * (n + 1) * special.eval_jacobi(n - 1, 1, 1, 2 * x - 1)))
elementwise(special.eval_sh_chebyt, lambda g, y, n, x: (None, g * 2 * n * special.eval_chebyu(n - 1, 2 * x - 1)))
elementwise(special.eval_sh_chebyu, lambda g, y, n, x: (None, g * 4 * special.eval_gegenbauer(n - 1, 2.0, 2 * x - 1)))
elementwise(special.eval_laguerre, lambda g, y, n, x: (None, -g * special.eval_genlaguerre(n - 1, 1, x)))
elementwise(special.eval_hermite, lambda g, y, n, x: (None, g * 2 * n * special.eval_hermite(np.maximum(n - 1, 0), x)))
elementwise(special.eval_hermitenorm, lambda g, y, n, x: (
    None, g * n * special.eval_hermitenorm(np.maximum(n - 1, 0), x)))

# Nodes and weights of a whole number of points
table.constant(*dict.fromkeys(present(special, *[
    f"roots_{name}" for name in ("legendre", "chebyt", "chebyu", "chebyc", "chebys", "hermite", "hermitenorm", "laguerre",
                                 "sh_legendre", "sh_chebyt", "sh_chebyu")])))
