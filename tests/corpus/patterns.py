"""`match`: every kind of pattern."""

import collections
import enum
from dataclasses import dataclass

import numpy as np

from tests.corpus.case import case, normal


@dataclass
class Point:
    x: float
    y: float


@dataclass
class Circle:
    centre: Point
    radius: float


class Node:
    __match_args__ = ("left", "value")

    def __init__(self, left, value):
        self.left, self.value = left, value


Pair = collections.namedtuple("Pair", "first second")


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Limits:
    LOW = 1
    HIGH = 3


@case(1.5, 0)
@case(1.5, 1)
@case(1.5, 7)
@case(1.5, -1)
@case(1.5, "a")
@case(1.5, None)
@case(1.5, True)
@case(1.5, [])
def match_literals(x, what):
    match what:
        case None:
            return x
        case True:
            return x * 2.0
        case 0:
            y = x * 3.0
        case 1 | 7:
            y = x * x
        case -1:
            y = -x
        case "a" | "b":
            y = x**3
        case _:
            y = 1.0 / x
    return y + x


@case(1.5)
@case(-1.5)
@case(3.0)
def match_a_number_against_guards(x):
    match x:
        case v if v > 2.0:
            return v * v
        case v if v < 0.0:
            return -v**3
        case v:
            return v * 5.0


@case(1.5, 2.0, 0)
@case(1.5, 2.0, 1)
@case(1.5, 2.0, 2)
@case(1.5, 2.0, 3)
@case(1.5, 2.0, 4)
@case(1.5, 2.0, 5)
def match_sequences(x, y, n):
    match [x, y, x * y, x + y, 1.0][:n]:
        case []:
            return x
        case [a]:
            return a * 3.0
        case [a, b]:
            return a * b
        case [a, _, c]:
            return a * c + y
        case [first, *rest] if len(rest) == 3:
            return first * sum(rest)
        case [first, *_, last]:
            return first * last * y
    return 0.0


@case(1.5, 2.0)
def match_a_star_in_the_middle(x, y):
    match (x, y, x * y, 3.0, y * y):
        case (a, *middle, b):
            return a * b + middle[0] * middle[1] * middle[2] + len(middle)


@case(1.5, 2.0)
def match_nested_sequences(x, y):
    match [[x, [y, 1]], (x * y, {"k": y})]:
        case [[a, [b, 2]], _]:
            return a * b
        case [[a, [b, 1]], (c, {"k": d})]:
            return a * b + c * d
    return x


@case(1.5)
def match_no_sequences(x):
    total = x
    for value in ("ab", b"ab", {1, 2}, {"a": 1, "b": 2}, np.ones(2), range(2), collections.deque([x, x])):
        match value:
            case [a, b]:
                total = total + a * b
            case str():
                total = total * 2.0
            case _:
                total = total + 1.0
    return total


@case(1.5, 2.0, "circle")
@case(1.5, 2.0, "box")
@case(1.5, 2.0, "line")
@case(1.5, 2.0, "other")
def match_mappings(x, y, kind):
    shape = {"kind": kind, "size": x, "by": [y, x * y], "extra": y * y}
    match shape:
        case {"kind": "circle", "size": r}:
            return 3.0 * r * r
        case {"kind": "box", "by": [w, h], **rest}:
            return w * h + rest["size"] * rest["extra"] + len(rest)
        case {"kind": "line", "missing": _}:
            return 0.0
        case {"kind": "line", "size": s, "extra": e} if s > e:
            return s
        case {"kind": "line", "size": s}:
            return s * shape["extra"]
        case {}:
            return x + y


@case({"a": 1.5, "b": {"c": 2.0}}, argnums=0)
def match_a_structured_argument(p):
    match p:
        case {"a": a, "b": {"c": c, **none}, **others}:
            return a * c * c + len(none) + len(others)


@case(1.5, 2.0)
def match_default_dict(x, y):
    table = collections.defaultdict(list, {"a": x})
    match table:
        case {"b": v}:
            return y
        case {"a": v}:
            return v * y + len(table)


@case(1.5, 2.0)
def match_classes(x, y):
    total = 0.0
    for shape in (Point(x, y), Circle(Point(x * y, 1.0), y), Circle(Point(2.0, y), x), Pair(x, y), Node(None, x), x):
        match shape:
            case Point(x=a, y=b):
                total = total + a * b
            case Circle(Point(a, 1.0), radius):
                total = total + a * radius
            case Circle(centre=Point(y=b)):
                total = total + shape.radius * b
            case Pair(a, b):
                total = total + a / b
            case Node(None, value):
                total = total + value * 7.0
            case Node(left):
                total = total + left
            case float(v):
                total = total + v * v
    return total


@case(1.5)
def match_builtin_classes(x):
    total = x
    for value in (x * 2.0, 3, "text", [x, 1.0], (x,), {"k": x}, True, None, np.float64(2.0)):
        match value:
            case bool():
                total = total + 1.0
            case int(n):
                total = total * n
            case float(v):
                total = total + v * v
            case str(s):
                total = total * len(s)
            case list([first, *_]):
                total = total + first * 5.0
            case tuple((only,)):
                total = total * only
            case dict({"k": v}):
                total = total - v * v
            case None:
                total = total * 0.5
    return total


@case(1.5, 2.0)
def match_alternatives_that_bind(x, y):
    total = 0.0
    for item in ([x, 1], (2, y), {"v": x * y}, [x, y, 3], "none"):
        match item:
            case [v, 1] | (2, v) | {"v": v}:
                total = total + v * v
            case [_, v, 3] | [v]:
                total = total + v * 10.0
            case _:
                total = total + 1.0
    return total


@case(1.5, 2.0)
def match_as_names(x, y):
    match [Point(x, y), [x * y, y]]:
        case [Point() as p, [(float() | int()) as first, *_] as items] as whole:
            return p.x * p.y + first * items[1] + whole[0].x
    return 0.0


@case(1.5, 1)
@case(1.5, 3)
@case(1.5, 2)
def match_dotted_names(x, n):
    match n:
        case Limits.LOW:
            y = x
        case Limits.HIGH:
            y = x * x
        case _:
            y = x**3
    match Colour(min(n, 2)):
        case Colour.RED:
            return y * 2.0
        case Colour.BLUE:
            return y * 3.0


@case(1.5)
def match_in_a_loop(x):
    stack = [("mul", 2.0), ("add", x), ("neg",), ("mul", x), ("stop",), ("mul", 100.0)]
    y = x
    while stack:
        match stack.pop(0):
            case ("mul", v):
                y = y * v
            case ("add", v):
                y = y + v
                continue
            case ("neg",):
                y = -y
            case ("stop",):
                break
        y = np.sin(y) + y
    return y


@case(1.5)
def match_in_recursion(x):
    def evaluate(e):
        match e:
            case ("+", *terms):
                return sum([evaluate(t) for t in terms])
            case ("*", a, b):
                return evaluate(a) * evaluate(b)
            case ("^", a, int(n)):
                return evaluate(a) ** n
            case "x":
                return x
            case float() | int():
                return e

    return evaluate(("+", ("*", "x", ("^", "x", 3)), ("*", 2.0, "x"), 5))


@case(1.5)
def match_binds_before_the_guard(x):
    a = 1.0
    match [x * 2.0, 3.0]:
        case [a, 4.0]:
            return a
        case [a, b] if a > 100.0:
            return b
    return a * x


@case(1.5)
def match_rebinds_its_subject(x):
    y = [x, 2.0]
    match y:
        case [y, 3.0]:
            return y
        case [y, z] if y < 0.0:
            return z
        case [u, v]:
            return u * v + y


@case(1.5, 2.0)
def match_names_that_closures_share(x, y):
    def pick(item):
        match item:
            case [scale, offset]:
                pass
            case _:
                scale, offset = 1.0, 0.0

        def apply(t):
            return t * scale + offset

        return apply

    return pick([x, y])(x) * pick(None)(y)


@case(1.5, 2.0)
def match_calls(x, y):
    def pair(a):
        calls.append(a)
        return a, a * y

    calls = []
    match pair(x):
        case (a, 0.0):
            return a
        case (a, b):
            return a * b + len(calls)


@case(normal(3))
def match_arrays(x):
    match x.shape:
        case (n,):
            match list(x):
                case [a, b, c]:
                    return a * b * c * n
    return 0.0


@case(1.5)
def match_nothing(x):
    match x:
        case str():
            x = x * 100.0
        case [a, b]:
            x = a
    return x * x


@case(1.5, {"op": "scale", "by": 2.0})
@case(1.5, {"op": "shift", "by": 2.0})
@case(1.5, {"by": 2.0})
def match_nested_in_match(x, command):
    match command:
        case {"op": op, "by": by}:
            match op:
                case "scale":
                    x = x * by
                case "shift":
                    x = x + by
        case {"by": by}:
            x = x**by
    return x * x
