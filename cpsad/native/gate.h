/* The way in from Python, without a line of Python: arguments are looked at as they lie in memory, with their types and what the
   program takes for granted compared with what it was staged for, and results are made here. What does not fit gets
   `NotImplemented`, and the slower way in decides (`entry.py`). Layouts: CPython's `float`, `tuple` and cell, NumPy's array and scalars.

   While a program runs, Python waits. A thread ticks then, so that the program looks after signals (Ctrl-C) as Python would. */

#ifndef ELSEWHERE
typedef struct object { i64 references; struct object *class; } object;
typedef struct { object head; i64 size; object *items[1]; } tuple_object;
typedef struct { object head; char *data; int nd; i64 *dims, *strides; object *base, *descr; int flags; } array_object;

/* the functions of Python and NumPy, in this order (see `gate.py`) */
struct {
    void *(*save)(void);
    void (*restore)(void *);
    int (*ensure)(void);
    void (*release)(int);
    int (*signals)(void);
    object *(*dict_get)(object *, object *);
    object *(*attribute)(object *, object *);
    void (*decrease)(object *);
    void (*increase)(object *);
    object *(*of_double)(double);
    object *(*of_int)(long long);
    long long (*to_int)(object *, int *);
    object *(*new_tuple)(i64);
    object *(*occurred)(void);
    void (*clear)(void);
    object *(*new_array)(object *, object *, int, i64 *, i64 *, void *, int, object *);
    object *(*scalar)(void *, object *, object *);
    object *none, *not_implemented, *array_class, *true_;
} python;

/* -- signals ----------------------------------------------------------------------------------------------------- */

enum { WATCHED = 16, TICK = 20000 /* microseconds */, IDLE = 50 /* ticks */ };
static char *volatile *watched[WATCHED];
static pthread_mutex_t watching = PTHREAD_MUTEX_INITIALIZER;
static int ticking;

static void *tick(void *unused) {
    for (int idle = 0;;) {
        usleep(TICK);
        pthread_mutex_lock(&watching);
        idle++;
        for (int i = 0; i < WATCHED; i++) if (watched[i]) { watched[i][0] = watched[i][1] = EVERYWHERE; idle = 0; }
        if (idle > IDLE) { ticking = 0; pthread_mutex_unlock(&watching); return unused; }
        pthread_mutex_unlock(&watching);
    }
}

static void after_fork(void) { ticking = 0; pthread_mutex_init(&watching, NULL); memset((void *)watched, 0, sizeof watched); }

static void watch(char *volatile *limit) {
    if (!python.signals) return;
    pthread_mutex_lock(&watching);
    for (int i = 0; i < WATCHED; i++) if (!watched[i]) { watched[i] = limit; break; }
    if (!ticking) {
        static int prepared;
        if (!prepared) { prepared = 1; pthread_atfork(NULL, NULL, after_fork); }
        pthread_t thread;
        sigset_t all, before;  /* signals are for Python's threads */
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        if (!pthread_create(&thread, NULL, tick, NULL)) { ticking = 1; pthread_detach(thread); }
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_mutex_unlock(&watching);
}

static void unwatch(char *volatile *limit) {
    if (!python.signals) return;
    pthread_mutex_lock(&watching);
    for (int i = 0; i < WATCHED; i++) if (watched[i] == limit) watched[i] = NULL;
    pthread_mutex_unlock(&watching);
}

/* whether a handler of a signal has raised; the exception stays with Python's thread */
OUTER int interrupted(void) {
    int state = python.ensure(), raised = python.signals();
    python.release(state);
    return raised != 0;
}

/* -- the call ---------------------------------------------------------------------------------------------------- */

enum { FROM_ARGUMENTS, FROM_DICT, FROM_CELL };
enum { A_FLOAT, AN_INT, A_BOOL, A_FLOAT64, A_FLOAT32, AN_INT64, AN_ARRAY, THE_OBJECT };
enum { IN_DICT, NOT_IN_DICT, IN_CELL, AS_ATTRIBUTE };
typedef struct { i64 from, kind, position; object *owner, *name, *value; i64 rank, packed; } wanted;
typedef struct { i64 kind; object *owner, *name, *value; } assumption;
typedef struct { i64 kind; object *descr; i64 argument, may_be_zero; } given;
typedef struct plan {
    int (*call)(slot *, slot *);
    i64 arguments, inputs, assumptions, results, gradients, single, writes, slots, is_gradient;
    wanted *in;
    assumption *taken;
    given *result, *gradient;
    struct plan *next;  /* for arguments of other types */
    object *staged;
} plan;

static object *made_number(given *g, slot *s) {
    switch (g->kind) {
    case A_FLOAT: return python.of_double(s->f);
    case AN_INT: return python.of_int(s->i);
    case THE_OBJECT: python.increase(g->descr); return g->descr;
    default: return python.scalar(s, g->descr, NULL);
    }
}

static object *no(void) { python.increase(python.not_implemented); return python.not_implemented; }

static object *pass_one(object *arguments, plan *P) {
    tuple_object *given_ = (tuple_object *)arguments;
    if (given_->size != P->arguments) return no();
    for (i64 i = 0; i < P->assumptions; i++) {
        assumption *a = &P->taken[i];
        object *found;
        if (a->kind == IN_CELL) found = ((tuple_object *)a->owner)->size ? (object *)((tuple_object *)a->owner)->size : NULL;
        else if (a->kind == AS_ATTRIBUTE) {
            found = python.attribute(a->owner, a->name);
            if (found) python.decrease(found);
        } else found = python.dict_get(a->owner, a->name);
        if (a->kind == NOT_IN_DICT ? found != NULL : found != a->value) { python.clear(); return no(); }
    }
    slot in[P->inputs + 1], out[P->slots + 1];
    object *kept[P->inputs + 1];
    memset(out, 0, sizeof out);
    i64 filled = 0;
    for (i64 i = 0; i < P->inputs; i++) {
        wanted *w = &P->in[i];
        object *x = w->from == FROM_ARGUMENTS ? given_->items[w->position]
                  : w->from == FROM_CELL ? (object *)((tuple_object *)w->owner)->size : python.dict_get(w->owner, w->name);
        if (!x) { python.clear(); return no(); }
        kept[i] = x;
        if (w->kind == THE_OBJECT) { if (x != w->value) return no(); continue; }
        if (x->class != w->value) return no();
        slot *s = &in[filled++];
        s->i = 0;
        char *number = (char *)x + sizeof(object);
        int overflow = 0;
        switch (w->kind) {
        case A_FLOAT: case A_FLOAT64: s->f = *(double *)number; break;
        case A_FLOAT32: s->f4 = *(float *)number; break;
        case AN_INT64: s->i = *(i64 *)number; break;
        case A_BOOL: s->i = x == python.true_; break;
        case AN_INT: s->i = python.to_int(x, &overflow); if (overflow) return no(); break;
        case AN_ARRAY: {
            array_object *a = (array_object *)x;
            if (a->descr != w->name || a->nd != w->rank || (a->flags & 1) != w->packed || !(a->flags & 0x100) ||
                (P->writes && !(a->flags & 0x400))) return no();
            s->p = x;
        } }
    }
    object *gradients[P->gradients + 1];
    for (i64 i = 0; i < P->gradients; i++) {
        given *g = &P->gradient[i];
        gradients[i] = NULL;
        if (g->kind != AN_ARRAY) continue;
        array_object *x = (array_object *)given_->items[g->argument];
        python.increase(x->descr);
        gradients[i] = python.new_array(python.array_class, x->descr, x->nd, x->dims, NULL, NULL, 0, NULL);
        if (!gradients[i]) { while (i--) if (gradients[i]) python.decrease(gradients[i]); return NULL; }
        out[2 * i + 2].p = gradients[i];
    }
    for (i64 i = 0; i < P->inputs; i++) if (P->in[i].from != FROM_ARGUMENTS) python.increase(kept[i]);
    void *thread = python.save();
    int error = P->call(in, out);
    python.restore(thread);
    for (i64 i = 0; i < P->inputs; i++) if (P->in[i].from != FROM_ARGUMENTS) python.decrease(kept[i]);
    if (error) {
        for (i64 i = 0; i < P->gradients; i++) if (gradients[i]) python.decrease(gradients[i]);
        if (python.occurred()) return NULL;
        tuple_object *failed = (tuple_object *)python.new_tuple(2);
        python.increase(P->staged);
        failed->items[0] = P->staged;
        failed->items[1] = python.of_int(error);
        return (object *)failed;
    }
    if (!P->is_gradient) return made_number(&P->result[out[0].i], &out[1]);
    for (i64 i = 0; i < P->gradients; i++) {
        given *g = &P->gradient[i];
        if (g->kind == AN_ARRAY) continue;
        if (g->may_be_zero && out[2 * i + 3].i) out[2 * i + 2].i = 0;
        gradients[i] = made_number(g, &out[2 * i + 2]);
    }
    tuple_object *whole = (tuple_object *)python.new_tuple(3);
    whole->items[0] = made_number(&P->result[out[1].i], &out[0]);
    if (P->single) whole->items[1] = gradients[0];
    else {
        tuple_object *all = (tuple_object *)python.new_tuple(P->gradients);
        for (i64 i = 0; i < P->gradients; i++) all->items[i] = gradients[i];
        whole->items[1] = (object *)all;
    }
    python.increase(python.none);
    whole->items[2] = python.none;
    return (object *)whole;
}

/* (value, gradients, None), or the value where there is no gradient; (program, an error's number); or NotImplemented */
object *pass(object *arguments, plan *P) {
    object *found = pass_one(arguments, P);
    while (found == python.not_implemented && P->next) {
        python.decrease(found);
        P = P->next;
        found = pass_one(arguments, P);
    }
    return found;
}

/* the slower way's call */
int through(int (*call)(slot *, slot *), slot *in, slot *out) {
    void *thread = python.save();
    int error = call(in, out);
    python.restore(thread);
    return error;
}
#endif
