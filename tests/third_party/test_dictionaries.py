"""addict, munch, sortedcontainers: dictionaries with attributes, lists that stay sorted."""

from tests.third_party.compare import agrees, library


def test_nested_by_attribute():
    addict = library("addict")

    def f(x):
        d = addict.Dict()
        d.a.b.c = x
        d.e = x * x
        d.update({"a": {"z": 2.0 * x}})
        return d.a.b.c * d["e"] + d.a.z

    agrees(f, 0.5)


def test_attributes_and_items():
    munch = library("munch")

    def f(x):
        d = munch.munchify({"a": {"b": x}, "e": [x, 2.0]})
        d.c = x * x
        return d.a.b * d["c"] + d.e[0] * munch.Munch(q=x).q

    agrees(f, 0.5)


def test_sorted_lists():
    sortedcontainers = library("sortedcontainers")

    def f(x):
        values = sortedcontainers.SortedList([x, 2.0, x * x])
        values.add(x * 3)
        d = sortedcontainers.SortedDict({2: x, 1: x * x})
        return sum(v * (i + 1) for i, v in enumerate(values)) + d.peekitem(0)[1] + values[1]

    agrees(f, 0.5)
