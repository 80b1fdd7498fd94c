"""`check_grads`: a function's derivatives against differences, entry by entry, with a report of where they part.

Each result of the function is paired with a random cotangent, so that one number is differentiated; each entry of the
arguments is moved by itself, and central differences of several steps are extrapolated (Ridders, *Accurate computation of
F'(x)*, 1982). Order 2 does the same with the product of the gradient and a random vector.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .forward_mode import jvp
from .jacobians import inner_product, leaves_of, map_leaves, vjp

__all__ = ["Entry", "Report", "check_grads"]

MOST = 200  # entries of one argument that are looked at
STEPS = 0.02 / 2.0 ** np.arange(7)


@dataclass(frozen=True)
class Entry:
    """One entry of one argument: what a mode gives for it, and what differences give."""

    order: int
    mode: str
    place: str
    found: float
    expected: float
    error: float  # of the differences, by their own estimate

    @property
    def difference(self) -> float:
        return abs(self.found - self.expected)

    def ratio(self, scale: float) -> float:
        return self.difference / scale


@dataclass(frozen=True)
class Report:
    """What `check_grads` has found. `str(report)` is a table of the worst entry of each order and mode."""

    entries: tuple[Entry, ...]
    rtol: float
    scales: dict[int, float]

    def worst(self, order: int, mode: str) -> Entry:
        chosen = [e for e in self.entries if (e.order, e.mode) == (order, mode)]
        return max(chosen, key=lambda e: e.ratio(self.scales[order]) if np.isfinite(e.difference) else np.inf)

    def is_wrong(self, entry: Entry) -> bool:
        allowed = self.rtol * self.scales[entry.order] + 10 * entry.error
        return not entry.difference <= allowed

    @property
    def ok(self) -> bool:
        return not any(map(self.is_wrong, self.entries))

    def __str__(self) -> str:
        lines = [f"{'order':>5}  {'mode':<4}  {'worst entry':<24}  {'ours':>22}  {'differences':>22}  {'apart by':>9}  "
                 f"{'relative':>9}"]
        for order, mode in dict.fromkeys((e.order, e.mode) for e in self.entries):
            e = self.worst(order, mode)
            wrong = "  WRONG" if self.is_wrong(e) else ""
            lines.append(f"{order:>5}  {mode:<4}  {e.place:<24}  {e.found:>22.15g}  {e.expected:>22.15g}  {e.difference:>9.2g}  "
                         f"{e.ratio(self.scales[order]):>9.2g}{wrong}")
        count = sum(map(self.is_wrong, self.entries))
        lines.append(f"{len(self.entries)} entries, {count or 'none'} wrong (rtol={self.rtol:g})")
        return "\n".join(lines)


def check_grads(function: Callable[..., Any], args: Sequence[Any], order: int = 2, modes: Sequence[str] = ("fwd", "rev"),
                rtol: float = 1e-6, seed: int = 0) -> Report:
    """Compares a function's derivatives with differences.

    Args:
        function: a plain Python function of numbers, arrays and structures, with such a result.
        args: where it is differentiated: by every float in them. A function with a kink there will not pass.
        order: 1, or 2 for second derivatives too.
        modes: "rev" (`vjp`; at order 2 `grad` of `grad`), "fwd" (`jvp`; at order 2 forward over reverse).
        rtol: how far an entry may be from the differences, relative to the largest entry or to 1.
        seed: of the random cotangent and vectors; of an argument of more than 200 entries, 200 are taken by chance.

    Returns: a `Report`; `print(report)` shows the worst entry of each order and mode.

    Raises: AssertionError with the report if an entry is wrong; ValueError for an unknown mode or order; else as the modes do.
    """
    unknown = [m for m in modes if m not in ("fwd", "rev")]
    if unknown or order not in (1, 2):
        raise ValueError(f"mode {unknown[0]!r} is none of 'fwd', 'rev'" if unknown else f"order {order!r} is neither 1 nor 2")
    args = tuple(args)
    rng = np.random.default_rng(seed)
    value = function(*args)
    if not leaves_of(value):
        raise TypeError(f"the function returns a {type(value).__name__} that holds no floating-point number")
    cotangent = map_leaves(lambda leaf: _random(rng, leaf), value)
    slots = [i for i, a in enumerate(args) if leaves_of(a)]

    def paired(*point: Any) -> Any:
        return inner_product(function(*point), cotangent)

    def of_vjp(*point: Any) -> tuple[Any, ...]:
        return vjp(function, *point)[1](cotangent)

    entries = _compare(1, paired, of_vjp if "rev" in modes else None, paired if "fwd" in modes else None, args, slots, rng)
    if order == 2:
        from .operators import grad

        gradient = grad(paired, tuple(slots))
        vectors = [map_leaves(lambda leaf: _random(rng, leaf), args[i]) for i in slots]

        def along(*point: Any) -> Any:
            total = 0.0
            gradients = gradient(*point)
            for i in range(len(slots)):
                total = total + inner_product(gradients[i], vectors[i])
            return total

        def again(*point: Any) -> list[Any]:
            found: list[Any] = [None] * len(args)
            for i, g in zip(slots, grad(along, tuple(slots))(*point), strict=True):
                found[i] = g
            return found

        entries += _compare(2, along, again if "rev" in modes else None, along if "fwd" in modes else None, args, slots, rng)
    scales = {n: max([1.0, *[abs(e.expected) for e in entries if e.order == n and np.isfinite(e.expected)]])
              for n in range(1, order + 1)}
    report = Report(tuple(entries), rtol, scales)
    if not report.ok:
        raise AssertionError(f"the derivatives of {getattr(function, '__name__', 'the function')} are not those that differences "
                             f"give\n{report}")
    return report


def _random(rng: Any, leaf: Any) -> Any:
    made = rng.uniform(0.5, 1.5, np.shape(leaf)) * rng.choice([-1.0, 1.0], np.shape(leaf))
    if np.iscomplexobj(leaf):
        made = made + 1j * rng.standard_normal(np.shape(leaf))
    return np.asarray(made, leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(made)


def _compare(order: int, scalar: Callable[..., Any], reverse: Any, forward: Any, args: tuple[Any, ...], slots: list[int],
             rng: Any) -> list[Entry]:
    """The entries of the gradient of `scalar`: `reverse` gives it whole, the tangent of `forward` one entry."""
    gradients = reverse(*args) if reverse is not None else None
    entries = []
    for slot in slots:
        leaves = leaves_of(args[slot])
        for number, (place, leaf) in enumerate(leaves):
            ours = leaves_of(gradients[slot])[number][1] if gradients is not None else None
            places = list(np.ndindex(np.shape(leaf)))
            if len(places) > MOST:
                places = [places[i] for i in sorted(rng.choice(len(places), MOST, replace=False))]
            for index in places:
                def at(step: float, slot: int = slot, number: int = number, index: Any = index) -> float:
                    return float(scalar(*args[:slot], _moved(args[slot], number, index, step), *args[slot + 1:]))

                expected, error = _slope(at)
                name = f"args[{slot}]{place}" + (f"[{', '.join(map(str, index))}]" if index else "")
                if ours is not None:
                    entries.append(Entry(order, "rev", name, float(np.asarray(ours)[index]), expected, error))
                if forward is not None:
                    tangents: list[Any] = [None] * len(args)
                    tangents[slot] = _moved(map_leaves(lambda x: x * 0, args[slot]), number, index, 1.0)
                    entries.append(Entry(order, "fwd", name, float(jvp(forward, args, tangents)[1]), expected, error))
    return entries


def _moved(value: Any, number: int, index: Any, step: float) -> Any:
    """A copy of an argument with one entry of one of its leaves moved."""
    count = iter(range(len(leaves_of(value))))

    def move(leaf: Any) -> Any:
        if next(count) != number:
            return leaf.copy() if isinstance(leaf, np.ndarray) else leaf
        if not isinstance(leaf, np.ndarray):
            return type(leaf)(leaf + step)
        made = leaf.copy()
        made[index] += step
        return made

    return _rebuilt(move, value)


def _rebuilt(move: Callable[[Any], Any], value: Any) -> Any:
    """As `map_leaves`, with what is no float kept."""
    from .heap import is_floating
    from .trees import _empty_like, _fill, _parts, _tuple_like

    if is_floating(value):
        return move(value)
    parts = _parts(value)
    if parts is None:
        return value
    made = [_rebuilt(move, child) for child in parts[1]]
    if isinstance(value, tuple):
        return _tuple_like(value, made)
    grown = _empty_like(value)
    _fill(grown, parts[0], made)
    return grown


def _slope(at: Callable[[float], float]) -> tuple[float, float]:
    """The derivative at 0 by extrapolated central differences, and an estimate of its error."""
    best, least = np.nan, np.inf
    row: list[float] = []
    for step in STEPS:
        new = [(at(step) - at(-step)) / (2 * step)]
        for power, old in enumerate(row, 1):
            factor = 4.0**power
            new.append((factor * new[-1] - old) / (factor - 1))
            error = max(abs(new[-1] - new[-2]), abs(new[-1] - old))
            if error < least:
                best, least = new[-1], error
        row = new
    return float(best), float(least)
