"""A number read back from a text has lost its derivative: that is refused, wherever the text has been in between."""

import json
import operator

import pytest

from cpsad import NoDerivativeError, grad


class Note:
    def __init__(self, text):
        self.text = text

    def number(self):
        return float(self.text)


def in_a_list(x):
    return float([str(x * 2.0)][0])


def in_a_dict(x):
    d = {"t": f"{x:.17g}"}
    return float(d["t"]) * x


def in_an_attribute(x):
    return Note(repr(x)).number()


def joined_and_split(x):
    return sum([float(t) for t in ",".join([str(x), str(x)]).split(",")])


def sliced(x):
    return float(str(x * 1.0)[:]) * x


def stripped(x):
    return float((" " + str(x)).strip())


def added_to(x):
    return float("-" + str(x))


def formatted(x):
    return float("{:.17g}".format(x))


def by_percent(x):
    return float("%.17g" % x)


def by_format_of_a_mapping(x):
    return float("{a}".format_map({"a": x}))


def by_a_tuple(x):
    return float("%s %s" .split()[0] % x)


def as_a_key(x):
    d = {str(x): 1.0}
    for key in d:
        return float(key)


def encoded(x):
    return float(str(x).encode().decode())


def by_json(x):
    return json.loads(json.dumps({"a": x}))["a"]


def of_a_list(x):
    return float(str([x])[1:-1])


def replaced(x):
    return float(str(x).replace(".", ".0"))


def to_an_integer(x):
    return int(str(x * 2.0).split(".")[0]) * 1.0


def through_a_generator(x):
    def texts():
        yield str(x)
        yield repr(x * 2.0)

    return sum([float(t) for t in texts()])


def through_map(x):
    return sum(map(float, map(str, [x, x * x])))


def by_the_method_of_a_class(x):
    return operator.methodcaller("strip")(str(x)) and float(operator.methodcaller("strip")(str(x)))


CASES = [
    in_a_list, in_a_dict, in_an_attribute, joined_and_split, sliced, stripped, added_to, formatted, by_percent,
    by_format_of_a_mapping, by_a_tuple, as_a_key, encoded, by_json, of_a_list, replaced, to_an_integer, through_a_generator,
    through_map, by_the_method_of_a_class,
]  # fmt: skip


@pytest.mark.parametrize("function", CASES, ids=lambda f: f.__name__)
def test_numbers_do_not_come_back_from_texts(function):
    function(1.25)
    with pytest.raises(NoDerivativeError) as info:
        grad(function)(1.25)
    assert info.value.where is not None and info.value.why and info.value.remedy


def test_texts_themselves_are_harmless():
    def f(x):
        lines = {"value": f"{x:.3f}", "both": " ".join([str(x), repr(x)])}
        return x * len(lines["value"]) + lines["both"].upper().count(" ") * x

    assert grad(f)(1.25) == 6.0


def test_numbers_of_other_texts_may_be_read():
    def f(x):
        text = str(x)
        return x * float("2.5") * int("3") + len(text) * 0.0 * x

    assert grad(f)(1.25) == 7.5


def test_texts_of_containers_are_harmless():
    def f(x):
        log = [(1, "a", x), {"k": x}]
        texts = [repr(log), str(log), f"{log}", json.dumps(log, indent=1)]
        return x * x * len(texts)

    assert grad(f)(2.0) == 16.0


def test_a_number_read_back_from_the_text_of_a_container():
    def from_str(x):
        return float(str([x])[1:-1]) * x

    def from_json(x):
        return json.loads(json.dumps({"x": x}))["x"] * x

    for f in (from_str, from_json):
        with pytest.raises(NoDerivativeError):
            grad(f)(2.0)


def added(a, b):
    return a + b


def test_texts_that_are_added_where_nobody_knows_that_they_are_texts():
    def function(x):
        kept = [added(f"{x:.17g}", "0")]
        return float(kept[0]) * x

    with pytest.raises(NoDerivativeError, match="read back"):
        grad(function)(2.5)

    def harmless(x):
        lines = [added("x = ", f"{x}"), added("a", "b")]
        return x * x + len(lines)

    assert grad(harmless)(2.5) == 5.0
