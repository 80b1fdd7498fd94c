"""SciPy, where it is written in Python."""


from tests.third_party.compare import agrees, library

optimize = library("scipy.optimize")


def test_newton():
    agrees(lambda a: optimize.newton(lambda z: z**3 - a, 1.0), 1.3)
    agrees(lambda a, x0: optimize.newton(lambda z: z**3 - a, x0, fprime=lambda z: 3 * z * z), 1.3, 1.1, argnums=(0,))
    agrees(lambda a: optimize.newton(lambda z, c: z**3 - c, 1.0, args=(a,)), 1.3)
