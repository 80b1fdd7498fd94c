"""Rules of `scipy.spatial.distance`: matrices of distances. Those of two points are transformed from SciPy's source."""

from scipy.spatial import distance

from .helpers_distances import cdist_back, pdist_back, squareform_back
from .registry import Table

table = Table("scipy distance")


def _cdist_back(g, y, XA, XB, metric="euclidean", *, p=2.0):
    found = cdist_back(g, y, XA, XB, metric, p)
    return found[0], found[1]


table.defrule(distance.cdist, _cdist_back)
table.defrule(distance.pdist, lambda g, y, X, metric="euclidean", *, p=2.0: pdist_back(g, y, X, metric, p))
table.defrule(distance.squareform, lambda g, y, X, force="no", checks=True: squareform_back(g, X))
