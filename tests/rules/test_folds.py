"""Reductions by functions of which NumPy's own loops are not trusted."""

import numpy as np
import pytest

from cpsad.rules.helpers_folds import fold_parts, fold_tangent
from cpsad.rules.numpy_elementwise import table
from cpsad.transforms.errors import NoDerivativeError

X = np.array([1.5, 1.2, 0.7])


def test_a_result_that_is_not_the_fold_is_refused():
    slopes, y = table.rules[np.power].pullback, np.float64((1.5**1.2) ** 0.7)
    rest = (X, np.power, slopes, 0, None, False, None, None)
    assert np.allclose(fold_parts(1.0, y, *rest)[0][0], 0.84 * 1.5 ** (0.84 - 1))
    for wrong in (lambda: fold_parts(1.0, 1.5**1.2, *rest), lambda: fold_tangent(X, 0.0, 1.5**1.2, *rest)):
        with pytest.raises(NoDerivativeError, match=r"np\.power\.reduce has given another result(.|\n)*skips elements(.|\n)*write the loop"):
            wrong()
