"""Rules of `scipy.special`: Bessel functions and their kin, by the argument, through neighbouring orders (DLMF 10.6,
10.29, 11.4, 9.2, 10.51, 10.63). An active order is refused: the derivative by it has no closed form.
"""

import numpy as np
from scipy import special

from .helpers import masked
from .helpers_bessel import spherical, unscaled
from .helpers_special import of_dtype
from .registry import Table

table = Table("scipy bessel")
elementwise, parts = table.elementwise, table.parts

# Of any order
elementwise(special.jv, lambda g, y, v, z: (None, g * (special.jv(v - 1, z) - special.jv(v + 1, z)) / 2))
elementwise(special.yv, lambda g, y, v, z: (None, masked(g, g * (special.yv(v - 1, z) - special.yv(v + 1, z)) / 2)))
elementwise(special.iv, lambda g, y, v, z: (None, g * (special.iv(v - 1, z) + special.iv(v + 1, z)) / 2))
elementwise(special.kv, lambda g, y, v, z: (None, masked(g, -g * (special.kv(v - 1, z) + special.kv(v + 1, z)) / 2)))
elementwise(special.yn, lambda g, y, n, x: (None, masked(g, g * (special.yn(n - 1, x) - special.yn(n + 1, x)) / 2)))
elementwise(special.kn, lambda g, y, n, x: (None, masked(g, -g * (special.kv(n - 1, x) + special.kv(n + 1, x)) / 2)))
elementwise(
    special.ive,
    lambda g, y, v, z: (None, g * (special.ive(v - 1, z) + special.ive(v + 1, z)) / 2 - unscaled(g, y, z)),
)
elementwise(special.kve, lambda g, y, v, z: (None, masked(g, g * (y - (special.kve(v - 1, z) + special.kve(v + 1, z)) / 2))))
elementwise(
    special.hankel1,
    lambda g, y, v, z: (None, masked(g, g * (special.hankel1(v - 1, z) - special.hankel1(v + 1, z)) / 2)),
)
elementwise(
    special.hankel2,
    lambda g, y, v, z: (None, masked(g, g * (special.hankel2(v - 1, z) - special.hankel2(v + 1, z)) / 2)),
)
elementwise(
    special.hankel1e,
    lambda g, y, v, z: (None, g * ((special.hankel1e(v - 1, z) - special.hankel1e(v + 1, z)) / 2 - 1j * y)),
)
elementwise(
    special.hankel2e,
    lambda g, y, v, z: (None, g * ((special.hankel2e(v - 1, z) - special.hankel2e(v + 1, z)) / 2 + 1j * y)),
)

# Of orders 0 and 1
elementwise(special.j0, lambda g, y, x: -g * special.j1(x))
elementwise(special.j1, lambda g, y, x: g * (special.j0(x) - special.jv(2, x)) / 2)
elementwise(special.y0, lambda g, y, x: masked(g, -g * special.y1(x)))
elementwise(special.y1, lambda g, y, x: masked(g, g * (special.y0(x) - special.yv(2.0, x)) / 2))
elementwise(special.i0, lambda g, y, x: g * special.i1(x))
elementwise(special.i1, lambda g, y, x: g * (special.i0(x) + special.iv(2, x)) / 2)
elementwise(special.i0e, lambda g, y, x: g * (special.i1e(x) - np.sign(x) * y))
elementwise(special.i1e, lambda g, y, x: g * ((special.i0e(x) + special.ive(2, x)) / 2 - np.sign(x) * y))
elementwise(special.k0, lambda g, y, x: masked(g, -g * special.k1(x)))
elementwise(special.k1, lambda g, y, x: masked(g, -g * (special.k0(x) + special.kv(2, x)) / 2))
elementwise(special.k0e, lambda g, y, x: masked(g, g * (y - special.k1e(x))))
elementwise(special.k1e, lambda g, y, x: masked(g, g * (y - (special.k0e(x) + special.kve(2, x)) / 2)))


# Spherical ones: functions of Python over a ufunc
def _spherical(function, sign):
    elementwise(
        function,
        lambda g, y, n, z, derivative=False: (None, g * of_dtype(spherical(function, sign, y, n, z, derivative), z)),
        result="n",
    )


_spherical(special.spherical_jn, -1)
_spherical(special.spherical_yn, -1)
_spherical(special.spherical_in, 1)
_spherical(special.spherical_kn, 1)

# Airy, Struve, Kelvin
parts(special.airy, lambda g, y, z: g[0] * y[1] + g[1] * (z * y[0]) + g[2] * y[3] + g[3] * (z * y[2]), "t")
elementwise(special.struve, lambda g, y, v, x: (None, masked(g, g * (special.struve(v - 1, x) - v * y / x))))
elementwise(special.modstruve, lambda g, y, v, x: (None, masked(g, g * (special.modstruve(v - 1, x) - v * y / x))))
elementwise(special.ber, lambda g, y, x: g * special.berp(x))
elementwise(special.bei, lambda g, y, x: g * special.beip(x))
elementwise(special.ker, lambda g, y, x: masked(g, g * special.kerp(x)))
elementwise(special.kei, lambda g, y, x: masked(g, g * special.keip(x)))
# x^2 w'' + x w' - i x^2 w = 0, w = ber + i bei and w = ker + i kei
elementwise(special.berp, lambda g, y, x: masked(g, -g * (special.bei(x) + y / x)))
elementwise(special.beip, lambda g, y, x: masked(g, g * (special.ber(x) - y / x)))
elementwise(special.kerp, lambda g, y, x: masked(g, -g * (special.kei(x) + y / x)))
elementwise(special.keip, lambda g, y, x: masked(g, g * (special.ker(x) - y / x)))
