"""What is evaluated first, where it makes a difference: the operands of displays and calls, unpacked ones among them."""

from tests.corpus.case import case


@case(0.6, 1.3)
def list_unpacked_before_it_is_popped(x, y):
    items = [x, y, x * y]
    made = [*items, items.pop(), *items]
    return sum(v * (i + 1) for i, v in enumerate(made))


@case(0.6, 1.3)
def tuple_unpacked_before_it_is_popped(x, y):
    items = [x, y, x * y]
    first, *others = (*items, items.pop(0), items[0])
    return first * sum(others) + others[-1] ** 2


@case(0.6, 1.3)
def arguments_unpacked_before_the_next(x, y):
    def weighted(*values, **named):
        return sum(v * (i + 1) for i, v in enumerate(values)) * named["p"] + named["q"] * named["r"]

    items = [x, y, x * y]
    names = {"p": x}

    def change():
        names["p"] = 3 * y
        return x

    return weighted(*items, *[items.pop()], *items, **names, q=change(), **{"r": items.pop()})


@case(0.6, 1.3)
def dictionary_unpacked_before_it_is_changed(x, y):
    values = {"a": x, "b": y}
    made = {"c": values["a"], **values, "a": values.pop("a") * 3, **values}
    return made["a"] * made["b"] * made["c"] + sum(made.values())


@case(0.6, 1.3)
def iterator_unpacked_in_its_turn(x, y):
    rest = iter([x, y, x * y, x + y])
    made = [next(rest), *rest, len(list(rest)) * x]
    return sum(v * (i + 1) for i, v in enumerate(made))


@case(0.6, 1.3)
def key_of_a_comprehension_before_its_value(x, y):
    seen = []

    def key(n):
        seen.append(n)
        return n

    made = {key(n): v * len(seen) for n, v in zip("abc", (x, y, x * y))}
    return sum(v * (i + 1) for i, v in enumerate(made.values()))


@case(0.6, 1.3)
def keys_and_values_of_a_display_in_turns(x, y):
    count = [0]

    def tick():
        count[0] += 1
        return count[0]

    made = {tick(): x * tick(), tick(): y * tick()}
    return sum(k * v * v for k, v in made.items())
