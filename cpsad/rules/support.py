"""Rules of the run-time support that appears in generated code, so that it can be transformed again."""

import operator

from .. import (
    again,
    custom,
    foreign,
    forms,
    forward_mode,
    generators,
    hessians,
    jacobians,
    nested,
    nested_operators,
    operators,
    products,
    protocols,
    stack,
)
from ..cotangents import ZERO, accumulate, add_at, dense, placed, rebroadcast, scatter, unbroadcast
from ..matching import distinct, is_instance, is_mapping, is_sequence, match_names
from ..operands import numeric, operands, still
from ..outer import GlobalCell, outer_cell
from ..places import here
from ..reach import reaches, runs_python
from ..resolve import letter_of
from ..runtime import SUPPORT, Cell, captured, check_bound, frozen, frozen_index, is_floating
from ..shadows import overlaps_itself, owner_of
from ..special import groups_of_type, is_special
from . import python
from .helpers import no_derivative
from .helpers_linalg import cofactors, cofactors_along
from .helpers_places import put_back
from .registry import Table

table = Table("support")
elementwise, defrule, constant, mover = table.elementwise, table.defrule, table.constant, table.mover

# x op= y, in place or on a copy: the derivative is the operator's
for _name in ("add", "sub", "mul", "truediv", "mod", "pow"):
    _rule = python.table.rules[getattr(operator, _name)].pullback
    elementwise((SUPPORT["i" + _name], SUPPORT[f"i{_name}_copy"]), _rule)
defrule((SUPPORT["imatmul"], SUPPORT["imatmul_copy"]), python.table.rules[operator.matmul].pullback)
for _name in ("floordiv", "lshift", "rshift"):
    constant(SUPPORT["i" + _name], SUPPORT[f"i{_name}_copy"], result="=")
mover(*[SUPPORT[n] for n in ("iand", "ior", "ixor", "iand_copy", "ior_copy", "ixor_copy")])

mover(Cell, result="c")
constant(GlobalCell, outer_cell, result="c")
constant(is_sequence, is_mapping, is_instance, result="s")
constant(distinct, match_names)
constant(check_bound, operands, is_floating)
constant(operators.stop_gradient, operators.grad, operators.value_and_grad, jacobians.jacrev, jacobians.elementwise_grad,
         forward_mode.jacfwd, forward_mode.directional, forward_mode.gvp, hessians.hvp, hessians.hessian,
         *nested_operators.CONSTANTS)

defrule(numeric, lambda g, y, value: g)
constant(again.as_given, again.check_same)
mover(frozen, still, frozen_index)
mover(captured, result="=")

# Gradients inside gradients
constant(forms.form, holds=True)
constant(here, generators.check_level, forms.attach, foreign.starred_target, reaches, runs_python, overlaps_itself,
         stack.depth)
constant(nested.prepare, nested.seed, nested.finished, nested.writes, nested.enter, nested.tree_of)
constant(protocols.letters, protocols.letter, protocols.python_member, protocols.member_of, letter_of, is_special, groups_of_type)
mover(nested.leaves, nested.shaped, nested.pair, owner_of, foreign.rule_keywords)
defrule(nested.fresh, lambda g, y, value: g, result="=", view=True)
defrule(nested.finish, lambda g, y, adjoint, value: (g, ZERO))

# Rules of the user's own
defrule(custom.checked_shape, lambda g, y, g1, like, place, what: (g, ZERO))
constant(custom.custom_gradient, custom.is_tuple, custom.all_zero, custom.left_out)

# Cotangent arithmetic, for derivatives of derivatives
table.python(products.accumulate_product, lambda total, helper, g, a, b: accumulate(total, helper(g, a, b)))
defrule(products.total, lambda g, y, sum_: g)
defrule(accumulate, lambda g, y, total, g1: (g, g))
table.python(placed, lambda x, index, g: scatter(x, index, g))
defrule(dense, lambda g, y, cotangent: g)
defrule(cofactors, lambda g, y, a: cofactors_along(g, a))
defrule(cofactors_along, lambda g, y, d, a: (
    cofactors_along(g, a), no_derivative(g, "third derivatives of the determinant of a singular matrix")))
defrule(unbroadcast, lambda g, y, g1, x: (rebroadcast(g, g1), ZERO))
defrule(rebroadcast, lambda g, y, g1, like: (unbroadcast(g, g1), ZERO))
defrule(scatter, lambda g, y, x, index, g1: (ZERO, None, put_back(g, y, index)))
defrule(add_at, lambda g, y, total, x, index, g1: (g, ZERO, None, put_back(g, y, index)))
