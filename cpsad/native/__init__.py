"""The same program, staged to C: `backend="native"`.

The program that the passes give (stage `optimized`) is specialised to the types of its arguments by abstract
interpretation and written as C, in which a continuation is a C function and its environment a struct on the C stack
(Wang et al., *Backpropagation with Callbacks*, NeurIPS 2018, section 4: multi-stage programming).

    types.py        what is known of a value before the program runs; how types join
    program.py      the trees that are staged, and what the names in them stand for
    stage.py        specialisations of functions, and the fixed point of their types
    walk.py         one function's statements, and
    expressions.py  its expressions: from the tree, with types, to C
    scalars.py      arithmetic of numbers, as Python and NumPy define it
    primitives.py   functions of Python, `math`, NumPy and the run-time support
    ufuncs.py       NumPy's functions of numbers
    arrays.py       elementwise operations and reductions of arrays, and where results are kept
    kernels.py      their loops as functions
    indexing.py     items, rows and attributes of arrays
    matrices.py     products
    duals.py        numbers with their tangents: programs along a direction; duals.h, dual_arrays.h; along.py: `hvp`
    elements.py     elements added to adjoints in place
    functions.py    NumPy's functions of arrays; joined.py: those that put arrays together
    numpy_forms.py  NumPy's functions that are written in terms of others
    records.py      structured arguments, and results beside the value
    sequences.py    loops over tuples and lists, and computed items
    iterators.py    loops over several things side by side, or backwards; unpacking
    spread.py       stars that are written out, slices and sums of tuples
    lists.py        lists that the program makes; lists.h: how they lie in memory
    dicts.py        dicts that the program lets grow; dicts.h: how they lie in memory
    heap_calls.py   the heap's methods
    nested_calls.py calls of nested functions
    objects.py      objects of users' classes that are arguments, which are read
    attempts.py     exceptions that are caught
    raised.py       exceptions that hold values
    contexts.py     `with`
    texts.py        texts that are made when the program runs
    choices.py      texts and functions of which one is chosen when the program runs
    made.py         objects that the program makes
    methods.py      calls of methods, classes, operators and primitives as values
    seeds.py        cotangents that are given, of results of any structure; pullback.py: `vjp` and its kin
    stored.py       tuples and rows: stored values and their adjoints
    machine.py      programs without calls: continuations as labels; flow.py: what their lines read and assign
    shared.py       what programs of arrays have in common, compiled once
    compiler.py     the C compiler, and the cache of what it made
    writes.py       arrays written in place
    shadows.py      the same under a gradient: shadows, and what comes back; shadows.h: the memory
    entry.py        a call from Python: arguments in, gradients out
    results.py      results out of slots
    primal.py       a function compiled without its gradient
    command.py      `cpsad cache`
    runtime.h       what the C code calls: the stack, errors, arithmetic; arrays.h, thin.h, vectors.h: of arrays

What the stager does not know is refused with file, line and reason. It never calls back into Python.
"""
