"""What of SciPy is differentiated, and how: writes `docs/coverage_scipy.md` (`python -m tests.rules.coverage_scipy`)."""

import importlib
import types
from pathlib import Path

import scipy

from cpsad.rules.registry import REGISTRY

from .rows import ROWS

FILE = Path(__file__).parents[2] / "docs" / "coverage_scipy.md"
WHOLE = ("scipy.special", "scipy.linalg", "scipy.spatial.distance")  # every public function
PARTS = ("scipy.signal", "scipy.ndimage", "scipy.integrate", "scipy.interpolate", "scipy.optimize", "scipy.sparse.linalg")

SOURCE = {  # tested in tests/rules/test_scipy*.py, tests/third_party
    "scipy.special": "multigammaln comb diric jvp assoc_laguerre sinc",
    "scipy.integrate": "dblquad fixed_quad simpson solve_ivp",
    "scipy.interpolate": "CubicSpline PchipInterpolator interp1d PPoly BSpline",
    "scipy.optimize": "newton rosen rosen_der least_squares minimize_scalar",
}
REASONS = {
    "its derivative by these arguments has no formula here": """agm besselpoly bdtri bdtrik bdtrin btdtria btdtrib chdtriv chndtridf
        chndtrinc chndtrix elliprc elliprd elliprg elliprj fdtridfd gdtria gdtrib jve yve airye itairy it2i0k0 it2j0y0
        it2struve0 iti0k0 itj0y0 itmodstruve0 itstruve0 kelvin kolmogi kolmogorov log_wright_bessel wright_bessel lpmv mathieu_a
        mathieu_b mathieu_cem mathieu_modcem1 mathieu_modcem2 mathieu_modsem1 mathieu_modsem2 mathieu_sem modfresnelm
        modfresnelp nbdtri nbdtrik nbdtrin ncfdtr ncfdtri ncfdtridfd ncfdtridfn ncfdtrinc nctdtr nctdtridf nctdtrinc nctdtrit
        nrdtrimn nrdtrisd obl_ang1 obl_ang1_cv obl_cv obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv pbdv pbvv pbwa pdtri pdtrik
        pro_ang1 pro_ang1_cv pro_cv pro_rad1 pro_rad1_cv pro_rad2 pro_rad2_cv smirnov smirnovi stdtridf voigt_profile zetac
        ellip_harm ellip_harm_2 ellip_normal sph_harm sph_harm_y sph_harm_y_all assoc_legendre_p assoc_legendre_p_all legendre_p
        legendre_p_all sph_legendre_p sph_legendre_p_all lqn lqmn lpn lpmn clpmn pbdn_seq pbdv_seq pbvv_seq riccati_jn
        riccati_yn h1vp h2vp ivp kvp yvp btdtr btdtri""",
    "whole numbers, tables and zeros": """ai_zeros bi_zeros bei_zeros beip_zeros ber_zeros berp_zeros erf_zeros fresnel_zeros
        fresnelc_zeros fresnels_zeros jn_zeros jnjnp_zeros jnp_zeros jnyn_zeros kei_zeros keip_zeros kelvin_zeros ker_zeros
        kerp_zeros y0_zeros y1_zeros y1p_zeros yn_zeros ynp_zeros bernoulli euler factorial factorial2 factorialk perm stirling2
        mathieu_even_coef mathieu_odd_coef obl_cv_seq pro_cv_seq lmbda""",
    "polynomials by their roots and coefficients: evaluate with `eval_...`": """c_roots cg_roots chebyc chebys chebyt chebyu gegenbauer
        genlaguerre h_roots he_roots hermite hermitenorm j_roots jacobi js_roots l_roots la_roots laguerre legendre p_roots
        ps_roots roots_chebyc roots_chebys roots_chebyt roots_chebyu roots_gegenbauer roots_genlaguerre roots_hermite
        roots_hermitenorm roots_jacobi roots_laguerre roots_legendre roots_sh_chebyt roots_sh_chebyu roots_sh_jacobi
        roots_sh_legendre s_roots sh_chebyt sh_chebyu sh_jacobi sh_legendre t_roots ts_roots u_roots us_roots""",
    "settings, errors, tests, access to LAPACK and BLAS": """SpecialFunctionError SpecialFunctionWarning errstate geterr seterr test
        LinAlgError LinAlgWarning get_blas_funcs get_lapack_funcs find_best_blas_type""",
    "matrices of whole numbers": "dft diagsvd fiedler_companion hadamard helmert hilbert invhilbert invpascal leslie pascal kron tri tril triu",
    "not written yet; by dense matrices, or their factors, it goes": """cossin rsf2csf qz ordqz qr_delete qr_insert qr_multiply qr_update
        cdf2rdf clarkson_woodruff_transform expm_cond matrix_balance orth orthogonal_procrustes subspace_angles""",
    "a basis that may be any other of its space": "null_space",
    "answers about a matrix": "bandwidth issymmetric ishermitian",
    "of booleans or sets": """dice directed_hausdorff hamming is_valid_dm is_valid_y jaccard kulczynski1 num_obs_dm num_obs_y
        rogerstanimoto russellrao sokalmichener sokalsneath yule""",
    "not tested from its source": "canberra chebyshev jensenshannon mahalanobis seuclidean",
}


def public(owner):
    for name in sorted(getattr(owner, "__all__", dir(owner))):
        value = getattr(owner, name, None)
        if not name.startswith("_") and callable(value) and not isinstance(value, types.ModuleType):
            yield name, value


def how(module, name, value):
    rule = REGISTRY.lookup(value)
    if rule is not None:
        known = {"constant": ("constant", ""), "python": ("Python", "")}.get(rule.role)  # those have no formula to look at
        return known if known is not None else ("rule", missing(rule))
    if name in SOURCE.get(module, "").split() or any(row.primitive is value for row in ROWS):
        return "source", ""
    for reason, names in REASONS.items():
        if name in names.split():
            return "none", reason
    return "missing", ""


def missing(rule):
    """The parameters by which a rule gives none."""
    from cpsad.rules.splice import template_of

    template = template_of(rule)
    if template is None:
        return ""
    result = template.result
    parts = result.elts if type(result).__name__ == "Tuple" else []
    names = [p for p, e in zip(template.leading, parts) if getattr(e, "value", "") is None and type(e).__name__ == "Constant"]
    names = [n for n in names if n not in ("axis", "derivative", "piv", "l_and_u")]
    return f"not by {', '.join(f'`{n}`' for n in names)}" if names else ""


def table():
    lines = ["# Coverage of SciPy", "", f"Made by `python -m tests.rules.coverage_scipy` with SciPy {scipy.__version__}.", "",
             "The words are those of [coverage.md](coverage.md). Distributions of `scipy.stats` and products of sparse matrices",
             "are in [limits.md](limits.md).", ""]
    for module in (*WHOLE, *PARTS):
        lines += [f"## `{module}`", "", "| function | how | |", "|---|---|---|"]
        for name, value in public(importlib.import_module(module)):
            kind, why = how(module, name, value)
            if kind != "missing":
                lines.append(f"| `{name}` | {kind} | {why} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    FILE.write_text(table())
