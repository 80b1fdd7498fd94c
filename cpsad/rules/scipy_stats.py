"""Distributions of `scipy.stats`: their methods in plain Python around the formula that each distribution has.

A method of SciPy's sorts its arguments (in the support, at its edge, not a number), calls the distribution's own
`_logpdf(x, *shapes)` and the like on those inside, and puts the values in place. Here the sorting is done by SciPy on
constants, and the formula is transformed from SciPy's source, so that it is differentiated by the point, the shapes,
`loc` and `scale`, as far as what it calls has derivatives.
"""

import numpy as np
from scipy import special
from scipy.stats import _stats, rv_continuous, rv_discrete
from scipy.stats._distn_infrastructure import check_random_state, rv_generic

from ..cotangents import ZERO, Absorbing, Poison
from ..places import here
from ..transforms.errors import NoDerivativeError
from .registry import Table

table = Table("scipy stats")


# -- what is constant -----------------------------------------------------------------------------------------------

def plain(self, name, args, kwds):
    """What SciPy's own method gives; the errors are its own too."""
    return getattr(type(self), name)(self, *args, **kwds)


def is_discrete(self):
    return isinstance(self, rv_discrete)


def valid(self, loc, scale, shapes):
    return self._argcheck(*map(np.asarray, shapes)) & (np.asarray(scale) > 0) & (np.asarray(loc) == loc)


def inside(self, closed, x, loc, scale, shapes):
    """Where SciPy's method calls the distribution's formula."""
    z = np.asarray((np.asarray(x) - loc) / scale, np.promote_types(np.asarray(x).dtype, np.float64))
    mask = self._support_mask if closed else self._open_support_mask
    return np.asarray(valid(self, loc, scale, shapes) & mask(z, *map(np.asarray, shapes)), bool)


def inside_steps(self, name, k, loc, shapes):
    z = np.asarray(np.asarray(k) - loc)
    low, high = self._get_support(*map(np.asarray, shapes))
    cond = self._argcheck(*map(np.asarray, shapes)) & (z >= low)
    if name in ("pmf", "logpmf"):
        cond = cond & (z <= high) & self._nonzero(z, *map(np.asarray, shapes))
    else:
        cond = cond & (z < high) & np.isfinite(z)
    return np.asarray(cond, bool)


def between(self, q, loc, scale, shapes):
    """Where a quantile is not at an edge of the support; there it has no derivative here."""
    q = np.asarray(q)
    good = valid(self, loc, scale, shapes)
    return np.asarray(good & (0 < q) & (q < 1), bool), bool(np.any(good & ((q == 0) | (q == 1))))


def whole_support(self, loc, scale, shapes):
    """Where the parameters are valid."""
    return np.asarray(valid(self, loc, scale, shapes), bool)


def plain_frozen(self, args, kwds):
    return rv_generic.freeze(self, *args, **kwds)


def size_of_draw(self, size, loc, scale, shapes):
    """The shape of what is drawn; an error if the parameters do not fit it."""
    if not np.all(self._argcheck(*shapes) & (np.asarray(scale) >= 0)):
        raise ValueError("Domain error in arguments. The `scale` parameter must be positive for all distributions")
    return self._argcheck_rvs(*shapes, loc, scale, size=size)[-1]


def random_state_of(self, given):
    return self._random_state if given is None else check_random_state(given)


def names_of(self):
    return (self.shapes or "").replace(",", " ").split()


table.constant(plain, inside, inside_steps, between, whole_support, plain_frozen, size_of_draw, random_state_of, names_of)
table.constant(is_discrete, result="s")


def _refused(g, what, why):
    if isinstance(g, Absorbing):
        return ZERO
    return Poison(here(NoDerivativeError, what, why=why, remedy="use cpsad.stop_gradient of it"))


def step_point(k):
    """The point of a distribution of whole numbers."""
    return np.asarray(k) * 1


def edge(value):
    """A quantile at the edge of the support, by what the support depends on."""
    return value * 1


table.defrule(step_point, lambda g, y, k: _refused(
    g, "a derivative by the point of a discrete distribution", "it jumps from one whole number to the next"))
table.defrule(edge, lambda g, y, value: _refused(
    g, "a derivative of a quantile at 0 or 1", "it is the edge of the support, which may depend on the parameters"))


# -- what is transformed --------------------------------------------------------------------------------------------

def parameters(self, args, kwds, scaled):
    """Shapes, loc and scale, as `_parse_args` sorts them."""
    names = names_of(self) + (["loc", "scale"] if scaled else ["loc"])
    given = dict(zip(names, args))
    given.update(kwds)
    loc = given.pop("loc", 0)
    scale = given.pop("scale", 1) if scaled else 1
    return [given[name] for name in names_of(self)], loc, scale


def applied(function, values):
    """`function(*values)`: a call with as many arguments is differentiated more often than one with a star."""
    if len(values) == 0:
        return function()
    if len(values) == 1:
        return function(values[0])
    if len(values) == 2:
        return function(values[0], values[1])
    if len(values) == 3:
        return function(values[0], values[1], values[2])
    if len(values) == 4:
        return function(values[0], values[1], values[2], values[3])
    return function(*values)


def chosen(a, cond):
    return np.ravel(np.broadcast_to(np.asarray(a), np.shape(cond)))[np.ravel(cond)]


def put_back(values, cond, base):
    """`values` where `cond` holds, in order, and `base` elsewhere."""
    places = np.reshape(np.maximum(np.cumsum(cond) - 1, 0), np.shape(cond))
    made = np.where(cond, values[places], base)
    return made if np.shape(cond) else made[()]


def at_point(self, name, x, args, kwds, closed, formula, divided):
    base = plain(self, name, (x, *args), kwds)
    shapes, loc, scale = parameters(self, args, kwds, True)
    cond = inside(self, closed, x, loc, scale, shapes)
    if not np.any(cond):
        return base
    z = (np.asarray(x) - loc) / scale
    values = applied(formula, [chosen(z, cond)] + [chosen(s, cond) for s in shapes])
    if divided == "pdf":
        values = values / chosen(scale, cond)
    elif divided == "logpdf":
        values = values - np.log(chosen(scale, cond))
    return put_back(values, cond, base)


def at_step(self, name, k, args, kwds, formula, clipped):
    base = plain(self, name, (k, *args), kwds)
    shapes, loc, _ = parameters(self, args, kwds, False)
    cond = inside_steps(self, name, k, loc, shapes)
    if not np.any(cond):
        return base
    values = applied(formula, [chosen(step_point(k) - step_point(loc), cond)] + [chosen(s, cond) for s in shapes])
    if clipped:
        values = np.clip(values, 0, 1)
    return put_back(values, cond, base)


def at_level(self, name, q, args, kwds, formula):
    base = plain(self, name, (q, *args), kwds)
    shapes, loc, scale = parameters(self, args, kwds, True)
    cond, edges = between(self, q, loc, scale, shapes)
    if edges:
        base = np.where(np.isfinite(base), base + edge(0 * (q + loc + scale + sum(shapes))), base)
    if not np.any(cond):
        return base
    values = applied(formula, [chosen(q, cond)] + [chosen(s, cond) for s in shapes])
    return put_back(values * chosen(scale, cond) + chosen(loc, cond), cond, base)


def freeze(self, *args, **kwds):
    """A distribution with its parameters: the same object as SciPy's, which holds them."""
    frozen = plain_frozen(self, args, kwds)
    frozen.args = args
    frozen.kwds = kwds
    shapes, _, _ = parameters(self, args, kwds, not is_discrete(self))
    frozen.a, frozen.b = applied(self._get_support, shapes)
    return frozen


def moments_of(self, args, kwds, moments):
    """The list of moments that `stats` gives."""
    base = plain(self, "stats", args, {**kwds, "moments": moments})
    shapes, loc, scale = parameters(self, args, kwds, not is_discrete(self))
    cond = whole_support(self, loc, scale, shapes)
    if not np.any(cond):
        return base
    good = [chosen(s, cond) for s in shapes]
    loc, scale = chosen(loc, cond), chosen(scale, cond)
    if self._stats_has_moments:
        mean, variance, skew, kurtosis = self._stats(*good, moments=moments)
    else:
        mean, variance, skew, kurtosis = applied(self._stats, good)
    found = []
    for moment in moments:
        value = {"m": mean, "v": variance, "s": skew, "k": kurtosis}[moment]
        if value is None:
            if moment in "sk":
                raise NotImplementedError(f"the moment {moment!r} of {self.name} has no derivative here: it has no formula")
            if mean is None:
                mean = applied(self._munp, [1] + good)
            value = mean if moment == "m" else applied(self._munp, [2] + good) - mean * mean
        if moment == "m":
            value = value * scale + loc
        elif moment == "v":
            value = value * scale * scale
        where = base if len(moments) == 1 else base[len(found)]
        found.append(put_back(np.broadcast_to(value, np.count_nonzero(cond)), cond, where))
    return found


def stats(self, *args, **kwds):
    given = dict(kwds)
    moments = given.pop("moments", "mv")
    found = moments_of(self, args, given, moments)
    return found[0] if len(moments) == 1 else tuple(found)


def mean(self, *args, **kwds):
    return moments_of(self, args, kwds, "m")[0]


def var(self, *args, **kwds):
    return moments_of(self, args, kwds, "v")[0]


def std(self, *args, **kwds):
    return np.sqrt(moments_of(self, args, kwds, "v")[0])


def entropy(self, *args, **kwds):
    base = plain(self, "entropy", args, kwds)
    shapes, loc, scale = parameters(self, args, kwds, not is_discrete(self))
    cond = whole_support(self, loc, scale, shapes)
    if not np.any(cond):
        return base
    values = applied(self.vecentropy, [chosen(s, cond) for s in shapes]) if shapes else self._entropy()
    if not is_discrete(self):
        values = values + np.log(chosen(scale, cond))
    return put_back(np.broadcast_to(values, np.count_nonzero(cond)), cond, base)


def rvs(self, *args, **kwds):
    """The draw is held fixed as far as it is one of NumPy's; by its parameters it moves."""
    given = dict(kwds)
    size = given.pop("size", None)
    state = random_state_of(self, given.pop("random_state", None))
    shapes, loc, scale = parameters(self, args, given, True)
    size = size_of_draw(self, size, loc, scale, shapes)
    return self._rvs(*shapes, size=size, random_state=state) * scale + loc


for _function in (freeze, stats, mean, var, std, entropy):
    table.python(getattr(rv_generic, _function.__name__), _function)
table.python(rv_continuous.rvs, rvs) if rv_continuous.rvs is not rv_discrete.rvs else None
table.elementwise(
    _stats.von_mises_cdf,
    lambda g, y, kappa, x: (None, g * np.exp(kappa * (np.cos(x) - 1)) / (2 * np.pi * special.i0e(kappa))),
    result="n",
)


def pdf(self, x, *args, **kwds):
    return at_point(self, "pdf", x, args, kwds, True, self._pdf, "pdf")


def logpdf(self, x, *args, **kwds):
    return at_point(self, "logpdf", x, args, kwds, True, self._logpdf, "logpdf")


def cdf(self, x, *args, **kwds):
    return at_point(self, "cdf", x, args, kwds, False, self._cdf, "")


def logcdf(self, x, *args, **kwds):
    return at_point(self, "logcdf", x, args, kwds, False, self._logcdf, "")


def sf(self, x, *args, **kwds):
    return at_point(self, "sf", x, args, kwds, False, self._sf, "")


def logsf(self, x, *args, **kwds):
    return at_point(self, "logsf", x, args, kwds, False, self._logsf, "")


def ppf(self, q, *args, **kwds):
    return at_level(self, "ppf", q, args, kwds, self._ppf)


def isf(self, q, *args, **kwds):
    return at_level(self, "isf", q, args, kwds, self._isf)


for _function in (pdf, logpdf, cdf, logcdf, sf, logsf, ppf, isf):
    table.python(getattr(rv_continuous, _function.__name__), _function)


def pmf(self, k, *args, **kwds):
    return at_step(self, "pmf", k, args, kwds, self._pmf, True)


def logpmf(self, k, *args, **kwds):
    return at_step(self, "logpmf", k, args, kwds, self._logpmf, False)


def step_cdf(self, k, *args, **kwds):
    return at_step(self, "cdf", k, args, kwds, self._cdf, True)


def step_logcdf(self, k, *args, **kwds):
    return at_step(self, "logcdf", k, args, kwds, self._logcdf, False)


def step_sf(self, k, *args, **kwds):
    return at_step(self, "sf", k, args, kwds, self._sf, True)


def step_logsf(self, k, *args, **kwds):
    return at_step(self, "logsf", k, args, kwds, self._logsf, False)


for _function in (pmf, logpmf, step_cdf, step_logcdf, step_sf, step_logsf):
    table.python(getattr(rv_discrete, _function.__name__.removeprefix("step_")), _function)
