"""Rows: `scipy.special`."""

import numpy as np
from scipy import special

from cpsad.rules.scipy_special import signed_logsumexp

from .row import C, P, R, U, row


def names(text):
    return tuple(getattr(special, n) for n in text.split() if hasattr(special, n))


# One argument: any, positive, between -1 and 1, between 0 and 1
ANY = names("""erf erfc erfi erfcx dawsn ndtr log_ndtr expit log_expit exp2 exp10 expm1 cosm1 exprel sindg cosdg tandg cotdg
    cbrt softplus j0 j1 i0 i1 i0e i1e ber bei berp beip wrightomega rgamma gamma gammaln digamma round""")
row(ANY, R(3, 4) + 0.01)
row(ANY, 0.7)
row(ANY, -1.3)
POSITIVE = names("""gamma gammaln loggamma rgamma digamma entr log1p exp1 expi spence y0 y1 k0 k1 k0e k1e ker kei kerp keip
    lambertw""")
row(POSITIVE, P(3, 4) + 0.05)
row(POSITIVE, 1.3)
INSIDE = names("erfinv ellipk ellipe")
row(INSIDE, U(3, 4))
row(INSIDE, 0.3)
row(INSIDE, 1e-7)
BETWEEN = names("logit ndtri erfcinv ellipkm1")
row(BETWEEN, np.abs(U(3, 4)) + 0.1)
row(BETWEEN, 0.3)
row(names("ellipk ellipe"), -P(3) * 20)
row(special.ellipkm1, 0.01)
row(names("ndtri_exp"), -P(3, 4))
row(names("ndtri_exp"), -30.0)
row(names("exprel"), np.array([1e-9, -1e-3, 0.49, -0.51, 5.0, -8.0]))
row(special.exprel, 0.0)
row(special.spence, np.array([0.2, 0.99, 1.001, 1.5, 3.0]))
row(special.spence, 1.0)
row(special.erfcx, np.array([-2.0, 5.0, 30.0]))
row(special.log_ndtr, np.array([-40.0, -9.0, 4.0]))
row(special.expit, np.array([-20.0, 18.0, 0.1]))
row(names("erf erfc erfi dawsn wofz gamma loggamma expm1 log1p exp1 expi spence lambertw"), C(4))
row(special.wrightomega, C(4))
for k in (-1, 1):
    row(special.lambertw, -0.2 * P(3) / 2, k)
    row(special.lambertw, C(3), k=k)

# Two arguments and more
PAIRS = names("beta betaln poch xlogy xlog1py rel_entr kl_div huber pseudo_huber powm1 boxcox boxcox1p inv_boxcox inv_boxcox1p")
row(PAIRS, P(3, 4), P(3, 4) + 0.1)
row(PAIRS, P(3, 1), P(4))
row(PAIRS, 0.8, P(4))
row(PAIRS, P(4), 0.9)
row(PAIRS, 1.1, 0.7)
row(special.binom, 3 + P(3), P(3))
row(special.binom, 4.3, 1.2)
row(special.xlogy, 0.0, 1.3)
row(special.xlogy, 0.0, 0.0, only=(1,))
row(special.xlog1py, 0.0, -0.5)
row((special.boxcox, special.boxcox1p), P(3), np.array([0.0, 1e-5, -0.3]))
row(names("huber pseudo_huber"), P(3), R(4, 1) * 3)
row(special.owens_t, R(3), R(4, 1))
row(special.owens_t, 0.3, -1.2)
row(special.radian, R(3), R(2, 1), 1.5)
LAST = {  # the last argument is differentiated; others: values for them
    "gammainc gammaincc": (2.5, P), "gammaincinv gammainccinv": (2.5, lambda *s: np.abs(U(*s)) + 0.1),
    "chdtr chdtrc": (3.0, P), "chdtri": (3.0, lambda *s: np.abs(U(*s)) + 0.1), "pdtr pdtrc": (2, P),
    "stdtr": (4.0, R), "stdtrit": (4.0, lambda *s: np.abs(U(*s)) + 0.1), "polygamma": (2, P), "zeta": (2.5, P),
    "expn": (3, P), "jv yv iv kv ive kve hankel1 hankel2 hankel1e hankel2e struve modstruve": (1.5, P),
    "yn kn jn": (3, P), "hyp0f1": (1.5, R),
    "eval_legendre eval_chebyt eval_chebyu eval_chebyc eval_chebys eval_laguerre eval_hermite eval_hermitenorm": (3, U),
    "eval_sh_legendre eval_sh_chebyt eval_sh_chebyu": (3, lambda *s: np.abs(U(*s)) + 0.1),
    "spherical_jn spherical_yn spherical_in spherical_kn": (2, P),
}
for text, (first, domain) in LAST.items():
    one = names(text)
    row(one, first, domain(3, 4), only=(1,))
    row(one, first, float(domain(1)[0]), only=(1,))
    row(one, np.array([[first], [first + 1]]), domain(4), only=(1,))
POLYNOMIALS = names("""eval_legendre eval_chebyt eval_chebyu eval_chebyc eval_chebys eval_laguerre eval_hermite
    eval_hermitenorm eval_sh_legendre eval_sh_chebyt eval_sh_chebyu""")
row(POLYNOMIALS, np.array([0, 1, 2, 7]), 0.3, only=(1,))
row(names("eval_legendre eval_chebyu eval_laguerre"), 2, np.array([1.0, -1.0]), only=(1,), rtol=1e-5)
row(names("spherical_jn spherical_yn spherical_in spherical_kn"), np.array([0, 1, 4]), P(3), True, only=(1,))
row(names("spherical_jn spherical_yn spherical_in spherical_kn"), 3, P(2, 2), derivative=True, only=(1,))
row(names("jv yv iv kv ive hankel1"), 1.5, C(3), only=(1,))
row(names("iv ive"), 2, -P(3), only=(1,))
for text, args, domain in (
    ("betainc betaincc", (1.5, 2.5), U), ("betaincinv betainccinv", (1.5, 2.5), U), ("fdtr fdtrc", (3.0, 5.0), P),
    ("fdtri", (3.0, 5.0), U), ("bdtr bdtrc", (2.0, np.int64(5)), U), ("nbdtr nbdtrc", (2, 5), U), ("hyp1f1", (1.2, 2.3), R),
    ("hyperu", (1.2, 2.3), P), ("eval_gegenbauer eval_genlaguerre", (3, 1.5), U),
):
    row(names(text), *args, np.abs(domain(3)) + 0.05, only=(2,))
    row(names(text), *args, 0.4, only=(2,))
for n in (0, 1, 3):
    row(names("eval_jacobi"), n, 0.5, 1.5, U(3), only=(3,))
    row(names("eval_sh_jacobi"), n, 2.5, 1.5, np.abs(U(3)), only=(3,))
row(names("gdtr gdtrc"), P(3), 1.7, P(2, 1), only=(0, 2))
row(names("gdtrix"), P(3), 1.7, np.abs(U(2, 1)) + 0.1, only=(0, 2))
row(special.hyp2f1, 0.7, 1.2, 2.1, U(4), only=(3,))
row(special.hyp2f1, 0.7, 1.2, 2.1, -3.0, only=(3,))

# Elliptic functions, several results
row(names("ellipkinc ellipeinc"), R(3), np.abs(U(2, 1)) + 0.1)
row(names("ellipkinc ellipeinc"), 0.8, -1.2)
row(special.ellipj, R(3), np.abs(U(3)) + 0.1)
row(special.ellipj, R(3, 1), np.abs(U(2)) + 0.1)
row(special.ellipj, 0.4, 0.6)
row(names("elliprf"), P(3), P(2, 1), 0.8)
row((special.airy, special.fresnel), R(3))
row((special.airy, special.fresnel), 0.7)
row((special.sici, special.shichi), P(3))

# Sums of exponentials
for axis in (None, 0, -1, (0, 1)):
    row((special.softmax, special.log_softmax, special.logsumexp), R(3, 4), axis)
    row((special.softmax, special.log_softmax, special.logsumexp), R(3, 4) * 300, axis=axis)
    row(special.logsumexp, R(3, 4), axis, keepdims=True)
    row((special.logsumexp, signed_logsumexp), R(3, 4), axis, P(3, 4))
    row(special.logsumexp, R(3, 4), axis, P(4), True)
    row(signed_logsumexp, R(3, 4), axis, R(3, 1))
    row(special.logsumexp, R(3, 4), axis=axis, b=P(3, 4))
    row(special.logsumexp, R(3, 4), axis=axis, b=R(3, 4), return_sign=True)
row(special.logsumexp, R(3, 4), return_sign=True)
row(special.logsumexp, R(3, 4), b=np.eye(3, 4), only=(0,))
row((special.softmax, special.logsumexp), R(1))
row((special.softmax, special.logsumexp), R(0, 3), 1)
row(special.softmax, R(2, 0, 3), axis=-1)
