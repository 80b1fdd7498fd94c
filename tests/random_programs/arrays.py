"""Statements of random programs that write arrays in place: through aliases, views, callees, objects, containers, closures.

Kinds: "W" an array of three numbers, "K" a matrix of three rows, "WL" a list of arrays that are written, "B" an object
that holds one. All of them are read as arrays too.
"""

__all__ = ["Arrays"]


class Arrays:
    """Mixed into `generate.Writer`."""

    def written(self, own=False):
        """Text of an array of three that may be written. `own`: a name that may be bound anew as well."""
        names = self.names("W", writable=own)
        if own:
            return self.pick(names) if names else None
        ways = [lambda: self.pick(names)] * 4 if names else []
        if self.names("B"):
            ways += [lambda: f"{self.pick(self.names('B'))}.{self.pick(['w', 'w', 'row()', 'rows[0]'])}"] * 2
        if self.names("WL"):
            ways += [lambda: f"{self.pick(self.names('WL'))}[{self.pick(['0', '-1'])}]"] * 2
        if self.names("K"):
            ways += [lambda: f"{self.pick(self.names('K'))}[{self.position()}]",
                     lambda: f"{self.pick(self.names('K'))}.T[{self.position()}]",
                     lambda: f"{self.pick(self.names('K'))}[:, {self.position()}]"]
        return self.pick(ways)() if ways else None

    def more_inplace(self):
        way = self.rng.randint(0, 9)
        w = self.written()
        if w is None or way == 0:
            return self.make_written()
        if way == 1:
            return self.make_holder()
        if way == 2 and self.names("K"):
            return self.write_matrix()
        if way == 3:
            return self.write_by_call(w)
        return self.write_items(w)

    def make_written(self):
        value, vector = self.bounded(1), self.vector(1)
        ways = ["np.zeros(3)", f"np.tanh({vector})", f"np.array([0.1, {value}, 0.2])", f"({vector}).copy()",
                f"np.full(3, {value})", f"np.array([{value}, {value}, 0.7])", "np.ones(3) * 0.4", f"np.empty(3); {{}}[:] = {vector}",
                f"np.zeros_like({vector})", f"np.repeat({value}, 3)"]
        w = self.written()
        if w is not None:
            ways += [w, w, f"{w}[::-1]", f"{w}.reshape(3)", f"np.asarray({w})", f"np.array({w})", f"{w}[...]", f"{w}.T",
                     f"smear({w}, {vector} * 1.0)", f"np.broadcast_to({w}, (2, 3))[0].copy()", f"np.ravel({w})",
                     f"{w}.view()", f"({w} if {self.test(0)} else np.zeros(3))"]
        if self.names("K"):
            k = self.pick(self.names("K"))
            ways += [f"{k}[{self.position()}]", f"{k}[:, 1]", f"{k}.T[0]", f"{k}.ravel()[::4]", f"{k}.reshape(-1)[3:6]",
                     f"{k}[[0, 1, 2], [2, 1, 0]]", f"{k}.flatten()[6:]"]
        made = self.pick(ways)
        name = self.new("W", "w")
        self.line(f"{name} = {made.format(name) if '; ' in made else made}")

    def make_holder(self):
        w = self.written()
        way = self.rng.randint(0, 3)
        if way == 0:
            self.line(f"{self.new('B', 'bank')} = Bank({w})")
        elif way == 1:
            other = self.written()
            self.line(f"{self.new('WL', 'ws')} = [{w}, {self.pick([other, f'{other}.copy()', f'{other}[::-1]', f'np.tanh({other})'])}]")
        elif way == 2:
            made = [f"np.zeros((3, 3)) + {self.number(1)}", f"np.outer({w}, {self.vector(1)})", f"np.stack([{w}, {self.vector(0)}, {w}])",
                    f"np.array([{w}, {w}, {self.vector(0)}])", f"np.tanh(np.arange(9.0).reshape(3, 3) * {self.number(0)})"]
            self.line(f"{self.new('K', 'mat')} = {self.pick(made)}")
        elif self.names("WL"):
            self.line(f"{self.pick(self.names('WL'))}.append({w})")
        else:
            self.line(f"{self.new('B', 'bank')} = Bank({w}).scaled({self.bounded(0)})")

    def write_items(self, w):
        value, vector, i = self.bounded(1), self.vector(1), self.position()
        own = self.written(own=True)
        whole = own or f"{w}[:]"
        self.line(self.pick([
            f"{w}[{i}] = {value}", f"{w}[{i}] = {value}", f"{w}[{i}] += {value}", f"{w}[{i}] *= {value}",
            f"{w}[:2] = {value}", f"{w}[:] = {vector}", f"{whole} += {vector}", f"{whole} *= {value}",
            f"{w}[1:] = {w}[:-1]", f"{w}[::-1][0] = {value}", f"np.multiply({w}, {value}, out={w})", f"{w}[{w} > 0.1] = {value}",
            f"{w}[[0, 2]] = {value}", f"{w}[[2, 0]] *= {value}", f"{w}[...] = {vector}", f"{w}.fill({value})",
            f"np.add({w}, {vector}, {w})", f"np.sin({vector}, out={w})", f"{w}[[{i}, 0, {i}]] = {vector}",
            f"np.add.at({w}, [0, {i}, 0], {vector})", f"np.copyto({w}, {vector})", f"np.put({w}, [0, 2], {value})",
            f"{w}[0], {w}[2] = {w}[2], {value}", f"{w}[{w} < 0.2] += {value}", f"{w}[:2], {w}[2] = {vector}[1:], {value}",
            f"{w}.sort()", f"{w}[1:], {w}[0] = {w}[:-1], {value}", f"np.where({w} > 0.0, {vector}, {w}, )[0]",
            f"np.tanh({w}, out={w}, where={w} > 0.0)", f"np.putmask({w}, {w} > 0.3, {value})", f"{w}.flat[{i}] = {value}",
            f"np.clip({w}, -0.9, 0.9, out={w})", f"np.cumsum({w} * 0.4, out={w})", f"{whole} /= 1.0 + {value} ** 2",
            f"{whole} -= {vector}", f"{w}[{i}:] **= 2",
        ]))

    def write_matrix(self):
        k = self.pick(self.names("K"))
        value, vector, i, j = self.bounded(1), self.vector(1), self.position(), self.position()
        self.line(self.pick([
            f"{k}[{i}, {j}] = {value}", f"{k}[{i}] = {vector}", f"{k}[:, {j}] = {vector}", f"{k}[{i}][{j}] += {value}",
            f"{k}.T[{i}] *= {value}", f"{k}[:] = {vector}", f"{k}[{k} > 0.3] *= 0.5", f"{k}[[0, 2]] = {vector}",
            f"{k}[1:, :2] = {k}[:-1, 1:]", f"np.fill_diagonal({k}, {value})", f"np.multiply({k}, {vector}, out={k})",
            f"{k}[{i}] = {k}[:, {j}]", f"{k}.sort(axis=0)", f"{k}[[0, 1], [1, 2]] = {value}", f"np.tanh({k}, out={k})",
            f"{k}[::2, ::-1] -= {vector} * 0.4", f"{k}.reshape(-1)[::4] = {vector}", f"np.matmul({k}, {vector}, out={k}[{i}])",
            f"{k}[{i}], {k}[{j}] = {k}[{j}].copy(), {vector}",
        ]))

    def write_by_call(self, w):
        value, vector, i = self.bounded(1), self.vector(1), self.position()
        ways = [lambda: self.give(f"put({w}, {i}, {value})"), lambda: self.give(f"{w}[{i}] * put({w}, {i}, {value})"),
                lambda: self.give(f"np.sum({w} * put({w}, 0, {value})) * 0.3"),
                lambda: self.give(f"smear({w}, {self.written()})[{i}]"),
                lambda: self.line(f"{self.new('W', 'w')} = smear({w}, {vector} + 0.1)")]
        if self.names("B"):
            bank = self.pick(self.names("B"))
            ways += [lambda: self.give(f"{bank}.put({i}, {value})"), lambda: self.line(f"{bank}.w = {w}"),
                     lambda: self.line(f"{bank}.rows[0] = {w}"), lambda: self.line(f"{bank}[{i}] = {value}"),
                     lambda: self.give(f"{bank}[{i}]"), lambda: self.line(f"{bank}.w[{i}] += {value}"),
                     lambda: self.line(f"{bank}.scaled({value}).row()[{i}] = {value}"), lambda: self.line(f"{bank}.w += {vector}"),
                     lambda: self.line(f"{bank}[{i}] += {value}")] * 2
        if self.names("WL"):
            ws = self.pick(self.names("WL"))
            u = f"u{self.count}"
            ways += [lambda: self.line(f"for {u} in {ws}:\n{'    ' * self.indent}    {u}[{self.pick(['0', '1', '-1'])}] = {value}"),
                     lambda: self.line(f"for {u} in {ws}:\n{'    ' * self.indent}    {u} *= {value}"),
                     lambda: self.line(f"{ws}[0][{i}] = {ws}[-1][0] * 0.5"), lambda: self.line(f"{ws}[-1] *= {value}"),
                     lambda: self.line(f"{ws}[0], {ws}[1] = {ws}[1], {ws}[0]"), lambda: self.line(f"{ws}[1] = {ws}[0]"),
                     lambda: self.line(f"{{'p': {ws}[0]}}['p'][{i}] -= {value}"),
                     lambda: self.give(f"sum([put(u, 0, {self.number(0)}) for u in {ws}])")] * 2
        if self.has("exceptions") and self.indent < 4:
            ways += [lambda: self.written_then_raised(w, i)] * 4
        if self.has("generators"):
            t = self.target()
            n = self.rng.randint(0, 4)
            stop = self.pick(["", f"\n{'    ' * self.indent}    if {w}[0] > 0.2:\n{'    ' * self.indent}        break"])
            ways += [lambda: self.line(f"{t} = 0.1\n{'    ' * self.indent}for q in strides({w}, {n}):"
                                       f"\n{'    ' * self.indent}    {t} += q * {w}[{i.split()[0]} % 3]{stop}"),
                     lambda: self.give(f"sum(strides({w}, {n})) * {w}[0]"),
                     lambda: self.line(f"{self.new('L', 'xs')} = [0.1, *strides({w}, {n})]")] * 3
        if self.has("closures") and self.function_depth == 0:
            self.count += 1
            g = f"g{self.count}"
            ways += [lambda: self.line(f"def {g}(z):\n{'    ' * self.indent}    {w}[{i}] = math.sin(z) * 0.9"
                                       f"\n{'    ' * self.indent}    return {w}[{self.rng.randint(0, 2)}] * {value}\n"
                                       f"{'    ' * self.indent}{self.target()} = {g}({value})")] * 2
        if self.has("nested"):
            self.count += 1
            left, right = f"left{self.count}", f"right{self.count}"
            ways += [lambda: self.line(f"{left}, {right} = halves({w})\n{'    ' * self.indent}{left}[{self.pick('01')}] = {value}"
                                       f"\n{'    ' * self.indent}{right} *= {left}[0]"),
                     lambda: self.line(f"for {left} in np.array([{w}, {vector}]):\n{'    ' * self.indent}    {left}[1] = {value}"
                                       f"\n{'    ' * self.indent}    {self.target_known()} = {left}.sum() * 0.3")] * 2
        self.pick(ways)()

    def written_then_raised(self, w, i):
        pad = "    " * self.indent
        value, target, kept = self.number(1), self.target(), self.bounded(1)
        self.line(f"try:\n{pad}    {target} = checked({w}, {i}, {value})\n{pad}    {w}[1] = {kept}\n{pad}except Boom as error:"
                  f"\n{pad}    {target} = error.amount + {w}[{i}]\n{pad}    {w}[0] = {target} * 0.5")
