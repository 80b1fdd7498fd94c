"""`grad` and `value_and_grad`: what they take, what they give back, what they refuse."""

import functools
import inspect

import numpy as np
import pytest

import cpsad
from cpsad import grad, value_and_grad
from tests.corpus.case import normal


def area(x, y, z=2.0):
    """An area, more or less."""
    return x * x * y + z


def norm(v):
    return np.sum(v * v)


class Model:
    def __init__(self, weight):
        self.weight = weight

    def loss(self, x, power=2):
        return self.weight * x**power

    def __call__(self, x):
        return self.loss(x) + x


# -- argnums --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (0, 12.0),
        (1, 4.0),
        (-1, 1.0),
        (-3, 12.0),
        ("x", 12.0),
        ("z", 1.0),
        ((0,), (12.0,)),
        ((1, 0), (4.0, 12.0)),
        ((0, -1), (12.0, 1.0)),
        (("y", "x"), (4.0, 12.0)),
        (("y", 0), (4.0, 12.0)),
        ([0, 1], (12.0, 4.0)),
        (np.int64(1), 4.0),
    ],
)
def test_argnums(argnums, expected):
    found = grad(area, argnums=argnums)(2.0, 3.0, 5.0)
    assert found == expected
    assert type(found) is type(expected)
    value, found = value_and_grad(area, argnums)(2.0, 3.0, 5.0)
    assert (value, found) == (17.0, expected)


@pytest.mark.parametrize("call", [lambda f: f(2.0, y=3.0), lambda f: f(y=3.0, x=2.0), lambda f: f(x=2.0, y=3.0, z=1.0)])
@pytest.mark.parametrize(
    ("argnums", "expected"), [(0, 12.0), ("x", 12.0), ("y", 4.0), (1, 4.0), ((1, "x"), (4.0, 12.0))]
)
def test_argnums_of_keyword_arguments(call, argnums, expected):
    assert call(grad(area, argnums)) == expected


def test_keyword_only_argument_by_name():
    def f(x, *, scale):
        return x * scale * scale

    assert grad(f, "scale")(2.0, scale=3.0) == 12.0
    assert grad(f)(2.0, scale=3.0) == 9.0
    assert grad(f, ("scale", "x"))(2.0, scale=3.0) == (12.0, 9.0)


def test_positional_only_and_star_arguments():
    def f(x, /, *rest, **options):
        return x * rest[0] + rest[1] * options["w"]

    assert grad(f)(2.0, 3.0, 4.0, w=5.0) == 3.0
    assert grad(f, (1, 2))(2.0, 3.0, 4.0, w=5.0) == (2.0, 5.0)
    assert grad(f, "w")(2.0, 3.0, 4.0, w=5.0) == 4.0


@pytest.mark.parametrize(
    ("argnums", "error"),
    [
        (3, TypeError),
        (-4, TypeError),
        ("w", TypeError),
        (1.5, TypeError),
        (True, TypeError),
        (None, TypeError),
        ((), ValueError),
        ((0, 0), ValueError),
        ((0, "x"), ValueError),
        ((0, -3), ValueError),
        ((0, 1.5), TypeError),
    ],
)
def test_argnums_that_are_wrong(argnums, error):
    with pytest.raises(error):
        grad(area, argnums)(2.0, 3.0, 4.0)


def test_argument_that_is_not_given():
    with pytest.raises(TypeError):
        grad(area, "z")(2.0, 3.0)
    with pytest.raises(TypeError, match="area"):
        grad(area)(2.0)
    with pytest.raises(TypeError, match="area|unexpected"):
        grad(area)(2.0, 3.0, colour=1)
    with pytest.raises(TypeError):
        grad(area)(2.0, 3.0, x=1.0)


# -- what is returned -------------------------------------------------------------------------------------------


def test_value_and_grad():
    assert value_and_grad(area)(2.0, 3.0) == (14.0, 12.0)
    assert value_and_grad(area, (0, 1))(2.0, 3.0) == (14.0, (12.0, 4.0))


def test_has_aux():
    def f(x, y):
        return x * x * y, {"seen": [x, y], "name": "aux"}

    gradient, aux = grad(f, has_aux=True)(2.0, 3.0)
    assert gradient == 12.0
    assert aux == {"seen": [2.0, 3.0], "name": "aux"}
    (value, aux), gradient = value_and_grad(f, argnums=(0, 1), has_aux=True)(2.0, 3.0)
    assert (value, gradient) == (12.0, (12.0, 4.0))
    assert aux["name"] == "aux"


def test_aux_adds_nothing_to_the_gradient():
    def f(x):
        y = x * x
        return y, y

    assert grad(f, has_aux=True)(3.0) == (6.0, 9.0)


def test_has_aux_needs_a_pair():
    for result in (lambda x: x, lambda x: (x, x, x), lambda x: [x, x]):
        with pytest.raises(TypeError, match="pair"):
            grad(result, has_aux=True)(1.0)
    with pytest.raises(TypeError, match="scalar"):
        grad(lambda x: (x, x))(1.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_dtype_and_shape_of_arrays(dtype):
    x = normal(2, 3).astype(dtype)
    value, gradient = value_and_grad(lambda v: np.sum(v * v + np.sin(v)) / 2)(x)
    assert type(gradient) is np.ndarray
    assert (gradient.dtype, gradient.shape, np.asarray(value).dtype) == (dtype, (2, 3), dtype)
    np.testing.assert_allclose(gradient, x + np.cos(x) / 2, rtol=2e-2 if dtype is np.float16 else 1e-5)


def test_float32_stays_float32_through_everything():
    def f(x, w):
        h = x
        for i in range(3):
            h = np.tanh(w @ h * 0.5 + x) if i else np.maximum(w @ h, 0.1)
        return (h.mean() - h[0]) ** 2 + np.log(np.exp(h).sum())

    x, w = normal(3).astype(np.float32), normal(3, 3).astype(np.float32)
    value, gradients = value_and_grad(f, (0, 1))(x, w)
    assert value.dtype == np.float32
    assert [g.dtype for g in gradients] == [np.float32, np.float32]
    exact = grad(f, (0, 1))(x.astype(float), w.astype(float))
    for g, e in zip(gradients, exact):
        np.testing.assert_allclose(g, e, rtol=1e-3, atol=1e-4)


def test_float32_beside_float64():
    def f(x, y):
        return np.sum(x * y)

    a, b = normal(3).astype(np.float32), normal(3, seed=1)
    ga, gb = grad(f, (0, 1))(a, b)
    assert (ga.dtype, gb.dtype) == (np.float32, np.float64)


def test_scalars():
    for scalar in (2.0, np.float64(2.0), np.float32(2.0)):
        gradient = grad(lambda x: x**3)(scalar)
        assert type(gradient) is type(scalar)
        assert gradient == 12


def test_array_of_no_dimensions():
    gradient = grad(lambda x: x * x * 3)(np.array(2.0))
    assert type(gradient) is np.ndarray
    assert gradient.shape == ()
    assert gradient == 12.0


@pytest.mark.parametrize("shape", [(0,), (1,), (2, 3), (2, 1, 3), (1, 2, 1, 2)])
def test_arrays_of_any_rank(shape):
    x = normal(*shape)
    gradient = grad(norm)(x)
    assert gradient.shape == shape
    np.testing.assert_allclose(gradient, 2 * x)


@pytest.mark.parametrize(
    "result", [lambda v: v.sum(), lambda v: float(v.sum()), lambda v: np.asarray(v.sum()), lambda v: v.sum() * 1.0]
)
def test_kinds_of_scalar_result(result):
    np.testing.assert_array_equal(grad(result)(np.ones(2)), [1.0, 1.0])


def test_arrays_of_other_layouts():
    base = normal(4, 6)
    for view in (base.T, base[::2, ::-1], np.asfortranarray(base), np.broadcast_to(base[0], (3, 6))):
        np.testing.assert_allclose(grad(norm)(view), 2 * view)


def test_read_only_arrays():
    x = normal(3)
    x.flags.writeable = False
    gradient = grad(norm)(x)
    np.testing.assert_allclose(gradient, 2 * x)
    assert gradient.flags.writeable


@pytest.mark.parametrize("constant", [lambda x: 3.0, lambda x: 2, lambda x: np.float64(1.0)])
def test_constant_results_have_zero_gradients(constant):
    assert grad(constant)(1.5) == 0.0
    np.testing.assert_array_equal(grad(constant)(np.ones((2, 2))), np.zeros((2, 2)))
    assert grad(constant)(np.ones(2, np.float32)).dtype == np.float32


def test_gradients_belong_to_the_caller():
    def f(x, y):
        return np.sum(x + y)

    x = np.ones(3)
    gx, gy = grad(f, (0, 1))(x, x)
    gx += 1
    gy *= 5
    np.testing.assert_array_equal(gx, [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(gy, [5.0, 5.0, 5.0])
    np.testing.assert_array_equal(x, [1.0, 1.0, 1.0])
    np.testing.assert_array_equal(grad(f)(x, x), [1.0, 1.0, 1.0])


def test_one_object_for_two_arguments():
    def f(x, y):
        return np.sum(x * x * y)

    x = normal(3)
    gx, gy = grad(f, (0, 1))(x, x)
    np.testing.assert_allclose(gx, 2 * x * x)
    np.testing.assert_allclose(gy, x * x)
    number = 3.0
    assert grad(lambda a, b: a * a * b, (0, 1))(number, number) == (18.0, 9.0)
    assert grad(lambda a, b: a * a * b)(number, number) == 18.0


def test_a_constant_that_is_the_same_object_as_an_argument():
    v = normal(3)
    weights = [v, v]

    def f(x):
        return np.sum(x * weights[0]) + np.sum(x * v)

    np.testing.assert_allclose(grad(f)(v), 2 * v)


# -- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argument",
    [3, True, np.int64(3), np.arange(3), np.array(3), "3", None, [1], (1, 2), {"a": 1}, {1.0}, np.array(["a"]), np.array([True])],
    ids=repr,
)
def test_arguments_that_cannot_be_differentiated(argument):
    with pytest.raises(TypeError, match="argument 0.*x.*area"):
        grad(area)(argument, 1.0)


@pytest.mark.parametrize(
    "result",
    [
        lambda x: np.ones(2) * x,
        lambda x: np.ones(1) * x,
        lambda x: [x],
        lambda x: (x, x),
        lambda x: None,
        lambda x: "x",
        lambda x: x > 0,
        lambda x: {"x": x},
    ],
)
def test_results_that_are_no_scalar(result):
    with pytest.raises(TypeError, match="scalar"):
        grad(result)(1.0)


@pytest.mark.parametrize("result", [lambda x: 1j, lambda x: np.complex128(2.0), lambda x: np.array(1j)])
def test_complex_results(result):
    with pytest.raises(TypeError, match="complex"):
        grad(result)(1.0)


@pytest.mark.parametrize("thing", [3, None, "f", classmethod(area), staticmethod(area)], ids=["3", "None", "f", "cm", "sm"])
def test_things_that_are_no_functions(thing):
    with pytest.raises(TypeError):
        (grad(thing) if thing is not None else grad(argnums=0)(thing))(1.0)


# -- forms --------------------------------------------------------------------------------------------------


@grad
def decorated(x):
    """Documented."""
    return x**3


@grad(argnums=1)
def decorated_with_argnums(x, y=2.0):
    return x * y * y


@value_and_grad(argnums=(0, 1), has_aux=True)
def decorated_with_everything(x, y):
    return x * y, "aux"


def test_decorators():
    assert decorated(2.0) == 12.0
    assert decorated_with_argnums(3.0, 5.0) == 30.0
    assert decorated_with_everything(2.0, 3.0) == ((6.0, "aux"), (3.0, 2.0))
    assert decorated.__wrapped__(2.0) == 8.0


def test_metadata():
    gradient = grad(area)
    assert gradient.__name__ == "area"
    assert gradient.__qualname__ == "area"
    assert gradient.__doc__ == "An area, more or less."
    assert gradient.__module__ == __name__
    assert gradient.__wrapped__ is area
    assert inspect.signature(gradient) == inspect.signature(area)
    assert value_and_grad(area).__wrapped__ is area
    assert decorated.__doc__ == "Documented."


def test_methods_and_objects():
    model = Model(3.0)
    assert grad(model.loss)(2.0) == 12.0
    assert grad(model.loss)(2.0, power=3) == 36.0
    assert grad(Model.loss, argnums=1)(model, 2.0) == 12.0
    assert grad(Model.loss, argnums="x")(model, 2.0) == 12.0
    assert grad(model)(2.0) == 13.0


def test_gradient_as_a_method():
    class Scaled:
        factor = 4.0

        @grad(argnums=1)
        def slope(self, x):
            return self.factor * x * x

        @staticmethod
        @grad
        def square_slope(x):
            return x * x

        @classmethod
        @value_and_grad(argnums=1)
        def both(cls, x):
            return cls.factor * x

    assert Scaled().slope(3.0) == 24.0
    assert Scaled().square_slope(3.0) == 6.0
    assert Scaled.both(3.0) == (12.0, 4.0)


def test_lambdas_on_one_line():
    f, g = grad(lambda x: x * x), grad(lambda x: x * x * x)
    assert (f(3.0), g(3.0)) == (6.0, 27.0)
    assert [grad(h)(2.0) for h in (lambda x: x, lambda x: 2 * x, lambda y: y * 5)] == [1.0, 2.0, 5.0]


def test_partial():
    assert grad(functools.partial(area, y=3.0))(2.0) == 12.0
    assert grad(functools.partial(area, 2.0))(3.0) == 4.0


def test_builtin_functions_themselves():
    assert grad(np.sin)(0.0) == 1.0
    assert grad(np.sum)(np.array([1.0, 2.0])).tolist() == [1.0, 1.0]


def tripled(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 3.0 * function(*args, **kwargs)

    return wrapper


@tripled
def wrapped_square(x):
    return x * x


def test_a_decorated_function_keeps_its_decorator():
    assert grad(wrapped_square)(2.0) == 12.0


def test_a_decorated_callee_keeps_its_decorator():
    def f(x):
        return wrapped_square(x) + x

    assert value_and_grad(f)(2.0) == (14.0, 13.0)


def test_decorated_functions_inside():
    def f(x):
        @tripled
        def inner(y):
            return x * y

        return inner(x)

    assert value_and_grad(f)(2.0) == (12.0, 12.0)


def test_source():
    text = cpsad.source(area)
    assert "def area" in text
    for stage in cpsad.inspection.STAGES:
        compile(cpsad.source(area, stage=stage), stage, "exec")
    assert cpsad.source(area, stage="source").strip() == inspect.getsource(area).strip()
    with pytest.raises(ValueError, match="stage"):
        cpsad.source(area, stage="nonsense")


def test_stop_gradient():
    assert grad(lambda x: x * cpsad.stop_gradient(x))(3.0) == 3.0
    np.testing.assert_array_equal(grad(lambda v: np.sum(v * cpsad.stop_gradient(v)))(np.ones(2) * 3), [3.0, 3.0])
