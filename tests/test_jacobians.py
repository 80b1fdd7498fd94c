"""`vjp`, `jacrev`, `jacobian`, `elementwise_grad`: shapes, structures, and what they refuse."""

import dataclasses

import numpy as np
import pytest

from cpsad import elementwise_grad, grad, hessian, jacfwd, jacobian, jacrev, vjp
from tests.corpus.case import normal


def layer(x, w):
    return np.tanh(w @ x)


def several(x, w):
    return {"out": np.tanh(w @ x), "size": np.sum(x * x), "count": 3}


@dataclasses.dataclass
class Pair:
    a: float
    b: np.ndarray


X, W = normal(2), normal(3, 2, seed=1)


def differences(function, x, step=1e-6):
    """The Jacobian by central differences, of shape (result, argument)."""
    columns = []
    for index in np.ndindex(x.shape):
        moved = np.zeros(x.shape)
        moved[index] = step
        columns.append((np.asarray(function(x + moved)) - np.asarray(function(x - moved))) / (2 * step))
    return np.stack(columns, -1).reshape(np.shape(columns[0]) + x.shape)


def test_vjp_is_the_cotangent_times_the_jacobian():
    value, pull = vjp(layer, X, W)
    assert np.array_equal(value, layer(X, W))
    g = normal(3, seed=2)
    by_x, by_w = pull(g)
    assert np.allclose(by_x, g @ differences(lambda x: layer(x, W), X))
    assert np.allclose(by_w, np.tensordot(g, differences(lambda w: layer(X, w), W), 1))
    assert np.allclose(pull(2 * g)[0], 2 * by_x)


def test_vjp_of_a_structure():
    value, pull = vjp(several, X, W)
    assert value["count"] == 3
    by_x, by_w = pull({"out": np.zeros(3), "size": 2.0, "count": None})
    assert np.allclose(by_x, 4 * X)
    assert not by_w.any()
    assert vjp(lambda n, x: n * x, 3, 2.0)[1](1.0) == (None, 3.0)


def test_vjp_by_a_structure():
    _, pull = vjp(lambda p: p.a * p.b, Pair(2.0, X))
    (found,) = pull(np.ones(2))
    assert type(found) is Pair
    assert found.a == pytest.approx(np.sum(X))
    assert np.allclose(found.b, 2.0)


@pytest.mark.parametrize(
    ("cotangent", "words"),
    [
        (np.ones(2), r"shape \(2,\).*array of shape \(3,\)"),
        (1.0, r"shape \(\)"),
        ([1.0, 1.0, 1.0], "list"),
        (None, "NoneType"),
        (np.ones(3) * 1j, "complex"),
        (np.array(["a", "b", "c"]), "belongs to"),
    ],
)
def test_a_cotangent_of_another_shape(cotangent, words):
    with pytest.raises(TypeError, match=words):
        vjp(layer, X, W)[1](cotangent)


def test_a_cotangent_of_another_structure():
    with pytest.raises(TypeError, match="structure"):
        vjp(several, X, W)[1]({"out": np.zeros(3)})
    with pytest.raises(TypeError, match=r'\["out"\] has shape'):
        vjp(several, X, W)[1]({"out": np.zeros(2), "size": 1.0, "count": 0})


@pytest.mark.parametrize("operator", [jacrev, jacobian])
def test_jacobian_by_one_and_by_several_arguments(operator):
    by_x, by_w = operator(layer, (0, "w"))(X, W)
    assert by_x.shape == (3, 2) and by_w.shape == (3, 3, 2)
    assert np.allclose(by_x, differences(lambda x: layer(x, W), X))
    assert np.allclose(by_w, differences(lambda w: layer(X, w), W))
    assert np.allclose(operator(lambda x: np.sum(x * x))(X), 2 * X)
    assert operator(lambda x: x * x)(3.0) == 6.0
    assert operator(lambda x: x[:0])(X).shape == (0, 2)


def test_jacobian_of_structures():
    found = jacrev(several)(X, W)
    assert found["count"] is None
    assert found["out"].shape == (3, 2)
    assert np.allclose(found["size"], 2 * X)
    by_pair = jacrev(lambda p: p.a * p.b)(Pair(2.0, X))
    assert np.allclose(by_pair.a, X)
    assert np.allclose(by_pair.b, 2 * np.eye(2))


def test_jacobian_of_what_holds_no_float():
    with pytest.raises(TypeError, match="no floating-point number"):
        jacrev(lambda x: "text")(X)


def test_elementwise():
    found = elementwise_grad(np.tanh)(X)
    assert np.allclose(found, 1 - np.tanh(X) ** 2)
    assert elementwise_grad(lambda x: x**3)(2.0) == 12.0
    assert np.allclose(grad(lambda x: np.sum(elementwise_grad(np.sin)(x)))(X), -np.sin(X))
    with pytest.raises(TypeError, match="array or a number"):
        elementwise_grad(lambda x: [x])(X)


def test_names_and_missing_arguments():
    assert jacrev(layer).__name__ == "layer"
    assert jacrev(argnums=1)(layer)(X, W).shape == (3, 3, 2)
    with pytest.raises(TypeError, match="argument"):
        jacrev(layer, 5)(X, W)




class Kept:
    def __init__(self):
        self.values = [1.0]


def changes_its_arguments(x, log, kept):
    y = x * x * len(log)
    x[0] = x[1] * 2
    log.append(1)
    kept.scale = kept.values[-1] * 2.0
    kept.values.append(kept.scale)
    return y * x * kept.scale


@pytest.mark.parametrize("operator", [jacrev, jacfwd])
def test_each_run_finds_the_arguments_as_they_were_given(operator):
    """And they are left as one call leaves them."""
    x, log, kept = np.array([1.0, 2.0, 3.0]), [0], Kept()
    found = operator(changes_its_arguments)(x, log, kept)
    assert found.tolist() == [[16.0, 4.0, 0.0], [0.0, 24.0, 0.0], [0.0, 0.0, 54.0]]
    assert x.tolist() == [4.0, 2.0, 3.0] and log == [0, 1] and kept.values == [1.0, 2.0]


def test_hessian_of_a_function_that_writes_into_its_argument():
    def f(x):
        x[0] = x[1] * x[2]
        return np.sum(x**3)

    found = hessian(f)(np.array([5.0, 2.0, 3.0]))
    assert np.allclose(found, [[0, 0, 0], [0, 6 * 2 * 27 + 12, 9 * 36], [0, 9 * 36, 6 * 8 * 3 + 18]])
