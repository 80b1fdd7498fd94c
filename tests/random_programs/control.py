"""Statements of random programs that leave a block in the middle: jumps through `finally`, chains of exceptions,
generators and classes of the program's own, contexts in one another.
"""

__all__ = ["Control"]


class Control:
    """Mixed into `generate.Writer`."""

    def pad(self, depth=0):
        return "\n" + "    " * (self.indent + depth)

    def more_leaving(self):
        """A loop that is left, or turned, or a function returned from, through `try` and `finally`."""
        if self.indent > 2 or self.loops > 1:
            return self.assign()
        self.loops += 1
        self.in_loop += 1
        i = self.new("i")
        self.frozen.append(self.frozen[-1] | {i})
        self.line(f"for {i} in range({self.rng.randint(1, 4)}):")
        self.indent += 1
        self.line("try:")
        self.indent += 1
        self.statement()
        self.line(f"if {self.test()}:")
        ways = ["break", "continue", f"raise Boom({self.number(1)})"] * 2
        if self.has("early"):
            ways.append(f"return {self.returned()}")
        self.line("    " + self.pick(ways))
        self.statement()
        self.indent -= 1
        if self.chance(0.8):
            self.line(self.pick(["except Boom as error:", "except (Fizz, ValueError, Boom) as error:"]))
            self.line(f"    {self.target_known()} = error.amount * {self.number(0)}")
            if self.chance(0.4):
                self.line(f"    {self.pick(['continue', 'break'])}")
            if self.chance(0.4):
                self.line("else:")
                self.block(1)
            last = self.chance(0.7)
        else:
            self.line("except Boom:")
            self.line("    pass")
            last = True
        if last:
            self.line("finally:")
            self.no_jump(lambda: self.block(1))
            if self.chance(0.15):
                self.line(f"    if {self.test()}:")
                self.line(f"        {self.pick(['break', 'continue'])}")
        self.indent -= 1
        self.frozen.pop()
        self.in_loop -= 1
        self.loops -= 1
        if self.chance(0.3):
            self.line("else:")
            self.block(1)

    def more_raising(self):
        """Exceptions that are raised again, changed on the way, and hold values."""
        if self.indent > 3:
            return self.assign()
        value, other, test = self.number(1), self.number(1), self.test()
        target = self.target()
        error = f"error{self.count}"
        way = self.rng.randint(0, 5)
        p, p2 = self.pad(), self.pad(1)
        if way == 0:
            self.line(f"try:{p2}{target} = settled({value})\n{'    ' * self.indent}except Fizz as {error}:"
                      f"{p2}{target} = {error}.amount + {error}.__cause__.amount * 0.3")
        elif way == 1:
            self.line(f"try:{p2}try:{self.pad(2)}{target} = risky({value}, [])"
                      f"{p2}except Boom:{self.pad(2)}LOG.append(5){self.pad(2)}raise"
                      f"{p}except Boom as {error}:{p2}{target} = {error}.amount * {other}")
        elif way == 2:
            self.line(f"try:{p2}try:{self.pad(2)}raise Boom({value}){p2}except Boom as {error}:"
                      f"{self.pad(2)}raise Fizz({error}.amount * 0.5 + {other}) from {error}{p}except Fizz as {error}:"
                      f"{p2}{target} = {error}.amount + {error}.__cause__.amount")
        elif way == 3:
            self.line(f"{error} = Boom({value})")
            self.line(f"{error}.amount = {error}.amount * 0.5 + {other}")
            self.line(f"try:{p2}if {test}:{self.pad(2)}raise {error}{p2}{target} = {value} * 0.4"
                      f"{p}except Boom as caught:{p2}{target} = caught.amount{p2}caught.amount = 0.3")
        elif way == 4:
            self.line(f"try:{p2}{target} = [settled(q) for q in [{value}, {other}]][-1]{p}except Boom as {error}:"
                      f"{p2}{target} = {error}.args[0] * 0.9{p}else:{p2}{target} = {target} * {other}")
        else:
            self.line(f"{target} = {other}")
            self.line(f"try:{p2}{target} = {value}{p2}assert {test}, {target} * 2{p}except AssertionError as {error}:"
                      f"{p2}{target} = {error}.args[0] * 0.3")

    def more_producing(self):
        """Generators that the program defines, iterates over, leaves early, and sends to."""
        if self.indent > 3 or self.function_depth:
            return self.assign()
        self.count += 1
        name, q = f"gen{self.count}", f"q{self.count}"
        value, start = self.number(1), self.number(1)
        kept = self.names("f", writable=True)
        p, p2 = self.pad(), self.pad(1)
        n = self.rng.randint(1, 4)
        self.no_walrus += 1
        self.scopes.append({"z": "f"})
        step, end = self.bounded(1), self.bounded(1)
        self.scopes.pop()
        self.no_walrus -= 1
        body = self.pick([f"for i in range({n}):{self.pad(2)}z = {step}{self.pad(2)}yield z",
                          f"while z < 0.9 and len(LOG) >= 0:{self.pad(2)}yield z{self.pad(2)}z = z * 0.5 + 0.47",
                          f"yield z{p2}yield from ({step}, 0.3){p2}yield {end}",
                          f"yield from steps(z, 2){p2}if z > 0.1:{self.pad(2)}return{p2}yield {end}",
                          f"for i in range({n}):{self.pad(2)}got = yield z{self.pad(2)}z = {step} if got is None else got * z",
                          f"try:{self.pad(2)}yield z{self.pad(2)}yield {step}{p2}finally:{self.pad(2)}LOG.append(7)",
                          f"with Guard(z) as gd:{self.pad(2)}yield gd.w{self.pad(2)}yield {step}{p2}yield {end}",
                          f"try:{self.pad(2)}yield z{self.pad(2)}yield {step}{p2}except Boom as error:{self.pad(2)}yield error.amount * z"
                          f"{p2}yield {end}"])
        self.line(f"def {name}(z):{p2}{body}")
        t = self.target()
        value = value if t not in value else "0.3"
        ways = [f"{t} = sum({name}({value}))", f"{t} = 0.2{p}for {q} in {name}({value}):{p2}{t} += {q} * 0.5"
                f"{p2}if {t} > 0.4:{self.pad(2)}break",
                f"it = {name}({value}){p}{t} = next(it){p}{t} = {t} * next(it, 0.4){p}it.close()",
                f"{t} = 0.1{p}for {q}, r in zip({name}({value}), both({value}, {start})):{p2}{t} = math.sin({t} + {q} * r)",
                f"{t} = max({name}({value}), key=lambda v: -v)", f"{t}, *_ = {name}({value})",
                f"its = [{name}({value}), {name}({start})]{p}{t} = next(its[0]) * next(its[1]) + next(its[0], 0.3)",
                f"{t} = [v * w for v in {name}({value}) for w in both(v, 0.2)][0]",
                f"{t} = sum(v * w for w in {name}({value}) for v in [w, 0.5])",
                f"it = {name}({value}){p}{t} = next(it){p}try:{p2}{t} = it.send({start}) + {t}{p}except StopIteration as stop:"
                f"{p2}{t} = {t} * 0.5",
                f"{t} = dict(enumerate({name}({value})))[0]",
                f"it = {name}({value}){p}{t} = next(it){p}try:{p2}{t} = it.throw(Boom({start})) + {t}"
                f"{p}except (Boom, StopIteration):{p2}{t} = {t} * 0.5",
                f"it = {name}({value}){p}{t} = next(it){p}it.close(){p}{t} = {t} + sum(it)",
                f"with scaled({value}) as u:{p2}{t} = u * {start}",
                f"{t} = 0.1{p}with scaled({value}) as u, scaled(u):{p2}{t} = u{p2}if u > 0.1:{self.pad(2)}raise Boom({start})",
                f"for {q} in both({value}, {start}):{p2}if {q} < 0.1:{self.pad(2)}continue{p2}{t} = {q}{p}else:{p2}{t} = 0.25"]
        if kept:
            k = self.pick(kept)
            ways += [f"{t} = 0.1{p}for {q} in {name}({value}):{p2}{k} = {q} * 0.5 + {k} * 0.3"]
        self.line(self.pick(ways))

    def more_accs(self):
        """Objects whose class says what operators, tests, loops, items and contexts do with them."""
        names = self.names("A")
        value = self.bounded(1)
        if not names or self.chance(0.2):
            self.line(f"{self.new('A', 'acc')} = Acc({value})")
            return
        c, other = self.pick(names), self.pick(names)
        key = self.key()
        p, p2 = self.pad(), self.pad(1)
        way = self.rng.randint(0, 13)
        if way == 0:
            self.line(f"{c}[{key}] = {value}")
        elif way == 1:
            self.line(f"{c}[{key}] += {value}")
        elif way == 2:
            self.give(f"{c}({value})")
        elif way == 3:
            self.give(f"sum({c}) * 0.4")
        elif way == 4:
            t = self.target_known()
            self.line(f"if {key} in {c}:{p2}{t} = {c}[{key}]")
        elif way == 5:
            self.give(f"({c} and {other}).w")
        elif way == 6:
            t = self.target()
            value = value if t not in value else "0.4"
            self.line(f"{t} = {value}{p}for v in {c}:{p2}{t} = {t} * 0.5 + v")
        elif way == 7:
            self.give(f"sum([v * {value} for v in {c}])")
        elif way == 8:
            t = self.target()
            self.line(f"{t} = 0.2{p}with {c} as u, Guard({value}) as guard:{p2}{t} = u * 0.5{p2}if {self.test()}:"
                      f"{self.pad(2)}raise {self.pick(['Boom', 'Fizz'])}({value}){p2}{t} = {t} * u")
        elif way == 9:
            self.give(f"[{c}.w, {other}.w][{c} == {other}]")
        elif way == 10:
            self.give(f"sum(Chain({value}, {self.rng.randint(0, 3)}))")
        elif way == 11:
            t = self.target()
            value = value if t not in value else "0.4"
            self.line(f"{t} = 0.3{p}for v, w in zip(Chain({value}, 3), {c}):{p2}{t} += v * w")
        elif way == 12:
            self.give(f"next(iter({c})) * {value}")
        else:
            first, *_ = self.targets()
            self.line(f"{first}, *others = {c}{p}{first} = {first} + len(others)")

    def more_guards(self):
        """`match` with guards, alternatives and nested patterns."""
        if self.indent > 3:
            return self.assign()
        value, other, test = self.number(1), self.number(1), self.test()
        t = self.target()
        p, p1, p2 = self.pad(), self.pad(1), self.pad(2)
        subject = self.pick([f"({value}, [{other}, 0.3])", f"{{'a': {value}, 'b': ({other}, 1)}}", f"[{value}, {other}, 2.0]",
                             f"Duo({value}, Point({other}))", f"Point({value}, v={other})", value])
        self.line(f"{t} = 0.1{p}match {subject}:"
                  f"{p1}case (u, [v, _]) if u > v:{p2}{t} = u * v"
                  f"{p1}case (u, [v, 0.3 | 0.4 as w]):{p2}{t} = u - v * w"
                  f"{p1}case {{'a': u, 'b': (v, int())}} if {test}:{p2}{t} = math.sin(u + v)"
                  f"{p1}case {{'a': u, **rest}}:{p2}{t} = u * len(rest)"
                  f"{p1}case [u, *v] if len(v) == 2:{p2}{t} = u + v[0] * v[1]"
                  f"{p1}case Duo(first=u, second=Point(u=v)):{p2}{t} = u * v"
                  f"{p1}case Point(u, v) if u < v:{p2}{t} = u / (1.0 + v * v)"
                  f"{p1}case Point() as r:{p2}{t} = r.moved(r.v).u"
                  f"{p1}case float(u):{p2}{t} = u * 0.5"
                  f"{p1}case _:{p2}LOG.append(6)")

    def more_local_classes(self):
        """A class statement in the function, whose methods close over the function's variables."""
        if self.indent > 2 or self.function_depth or self.loops > 1:
            return self.assign()
        self.count += 1
        name = f"C{self.count}"
        floats = self.names("f")
        around = self.pick(floats) if floats else "0.4"
        value = self.number(1)
        p, p1, p2 = self.pad(), self.pad(1), self.pad(2)
        self.line(f"class {name}{self.pick(['', '(Node)', '(Acc)'])}:{p1}scale = 0.6{p1}def __init__(self, u):"
                  f"{p2}self.u = u * {around}{p2}self.w, self.kept, self.v = u, {{}}, 0.2"
                  f"{p1}def __mul__(self, other):{p2}return math.tanh(self.u * self.scale + other * {around})"
                  f"{p1}@property{p1}def half(self):{p2}return self.u * 0.5 + {around}"
                  f"{p1}@staticmethod{p1}def shift(u):{p2}return u + {around} * 0.3")
        self.give(self.pick([f"{name}({value}) * 0.7", f"{name}({value}).half", f"{name}.shift({value})",
                             f"{name}({name}({value}).half) * {name}({value}).u", f"sum([{name}(v).half for v in [{value}, 0.3]])"]))
