"""networkx's PageRank in Python, numpy-financial."""

from tests.third_party.compare import agrees, library

networkx = library("networkx")
financial = library("numpy_financial")


def test_pagerank():
    pagerank = library("networkx.algorithms.link_analysis.pagerank_alg")._pagerank_python

    def f(alpha):
        graph = networkx.DiGraph([(1, 2), (2, 3), (3, 1), (1, 3)])
        return pagerank(graph, alpha=alpha, tol=1e-12, max_iter=1000)[1]

    agrees(f, 0.85)


def test_net_present_value():
    agrees(lambda r: financial.npv(r, [-100.0, 39.0, 59.0, 55.0, 20.0]), 0.05)
