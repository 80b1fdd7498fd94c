"""attrs: methods that a decorator has written and compiled; immutable classes with converters and validators."""

from tests.third_party.compare import agrees, library

attrs = library("attrs")


@attrs.define
class Point:
    x: float
    y: float = 2.0
    seen: list = attrs.Factory(list)

    def norm(self):
        return (self.x**2 + self.y**2) ** 0.5


@attrs.frozen
class Vector:
    x: float = attrs.field(converter=float, validator=attrs.validators.gt(0))
    y: float = attrs.field(default=1.0)

    def __add__(self, other):
        return Vector(self.x + other.x, self.y * other.y)


@attrs.define
class Body:
    mass: float
    velocity: Vector = None

    def __attrs_post_init__(self):
        self.velocity = Vector(self.mass, self.mass * 2)


def test_defaults_factories_and_copies():
    def f(x):
        point = Point(x, y=x * x)
        point.seen.append(x)
        other = attrs.evolve(point, x=3.0 * x)
        return point.norm() * other.norm() + other.seen[0]

    agrees(f, 0.5)


def test_frozen_classes():
    def f(x):
        body = Body(x)
        total = body.velocity + Vector(x * 2)
        body.mass = x * 3
        return total.x * total.y + body.mass

    agrees(f, 0.5)
