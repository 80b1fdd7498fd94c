"""networkx: graphs of dictionaries, views as properties, decorators that compile their wrappers."""

from tests.third_party.compare import agrees, library

nx = library("networkx")


def graph(kind, w, v):
    made = kind()
    made.add_weighted_edges_from([("a", "b", w), ("b", "c", v), ("a", "c", 2.5), ("c", "d", 1.0)])
    return made


def test_pagerank():
    pagerank = library("networkx.algorithms.link_analysis.pagerank_alg")._pagerank_python

    def f(w, alpha):
        rank = pagerank(graph(nx.DiGraph, w, 1.0), alpha=alpha, tol=1e-10)
        return rank["b"] + 2 * rank["c"]

    agrees(f, 0.7, 0.85)


def test_paths():
    def f(w, v):
        made = graph(nx.Graph, w, v)
        return nx.dijkstra_path_length(made, "a", "d") * nx.bellman_ford_path_length(made, "a", "c") + (
            nx.floyd_warshall(made)["b"]["d"])

    agrees(f, 0.7, 0.85)


def test_trees_and_clusters():
    def f(w, v):
        made = graph(nx.Graph, w, v)
        return nx.minimum_spanning_tree(made).size(weight="weight") * nx.clustering(made, "c", weight="weight")

    agrees(f, 0.7, 0.85)


def test_flow():
    def f(w, v):
        made = nx.DiGraph()
        made.add_edge("a", "b", capacity=w)
        made.add_edge("b", "c", capacity=v)
        made.add_edge("a", "c", capacity=2.5)
        return nx.maximum_flow_value(made, "a", "c") * w

    agrees(f, 0.7, 0.85)
