"""Forward rules of `scipy.stats`: what is refused in reverse mode is here too."""

from .forward import forward
from .helpers import no_derivative
from .scipy_stats import edge, step_point

forward(step_point, lambda d, y, k: no_derivative(d, "the point of a discrete distribution"))
forward(edge, lambda d, y, value: no_derivative(d, "a quantile at 0 or 1, which is the edge of the support"))
