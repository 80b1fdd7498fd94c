"""Makes a program that fails smaller, as long as it fails in the same way."""

import ast
import copy
import signal

__all__ = ["shrink"]

BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


class _Endless(BaseException):
    pass


def _within(seconds, fails, text):
    """`fails(text)`, unless that takes long: a cut may make a loop endless."""
    def end(*_):
        raise _Endless

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return fails(text)
    except _Endless:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def shrink(text, still_fails, tries=800):
    """The smallest program found for which `still_fails(text)` holds. On the main thread of a Unix system only."""
    def fails(text):
        return _within(2.0, still_fails, text)

    tree = ast.parse(text)
    best = ast.unparse(tree)
    if not fails(best):
        return text
    improved = True
    while improved and tries > 0:
        improved = False
        for candidate in _smaller(ast.parse(best)):
            tries -= 1
            if tries <= 0:
                break
            try:
                made = ast.unparse(ast.fix_missing_locations(candidate))
                compile(made, "<candidate>", "exec")
            except (SyntaxError, ValueError, RecursionError, AttributeError):
                continue
            if len(made) < len(best) and fails(made):
                best, improved = made, True
                break
    return best


def _smaller(tree):
    """Trees with one statement or one part of an expression less; the large cuts first."""
    blocks = [(node, field) for node in ast.walk(tree) for field in BODIES
              if isinstance(getattr(node, field, None), list) and getattr(node, field)]
    where = list(ast.walk(tree))
    position = {id(node): i for i, node in enumerate(where)}

    def changed(node, change):
        other = copy.deepcopy(tree)
        target = list(ast.walk(other))[position[id(node)]]
        change(target)
        return other

    for size in (8, 4, 2, 1):
        for node, field in blocks:
            statements = getattr(node, field)
            for start in range(0, len(statements), size):
                if size > 1 and len(statements) <= size // 2:
                    continue

                def cut(target, field=field, start=start, size=size):
                    left = getattr(target, field)
                    del left[start : start + size]
                    if not left and field == "body" and not isinstance(target, ast.Module):
                        left.append(ast.Pass())

                yield changed(node, cut)
    for node, field in blocks:
        for i, statement in enumerate(getattr(node, field)):
            if isinstance(statement, (ast.If, ast.For, ast.While, ast.Try, ast.With)):
                for inner in ("body", "orelse", "finalbody"):
                    if getattr(statement, inner, None):
                        def lift(target, field=field, i=i, inner=inner):
                            block = getattr(target, field)
                            block[i : i + 1] = getattr(block[i], inner)

                        yield changed(node, lift)
    for node in where:
        for field, value in ast.iter_fields(node):
            parts = value if isinstance(value, list) else [value]
            for i, part in enumerate(parts):
                if not isinstance(part, ast.expr) or isinstance(part, ast.Constant) or isinstance(
                        getattr(part, "ctx", None), (ast.Store, ast.Del)):
                    continue
                choices = [c for c in ast.walk(part) if isinstance(c, ast.expr) and c is not part
                           and isinstance(getattr(c, "ctx", ast.Load()), ast.Load)][:6]
                for choice in [*choices, ast.Constant(0.5)]:
                    def replace(target, field=field, i=i, choice=choice, whole=not isinstance(value, list)):
                        new = copy.deepcopy(choice)
                        if whole:
                            setattr(target, field, new)
                        else:
                            getattr(target, field)[i] = new

                    yield changed(node, replace)
