
/* Memory that is written in place, in programs of gradients. Everything that may be written lies in the arena, Python's arrays as
   copies. At a fixed distance from the arena lies its shadow, which holds the adjoints of what was written (`cpsad/shadows.py`),
   and a mark for each line of 64 bytes. Pages of both are there only where they are used. A line belongs to one allocation. */

enum {
    WRITTEN = 1,  /* in place: pending adjoints of it go to the shadow */
    ACTIVE = 2,  /* a value that carries a derivative was written */
    DIRTY = 4,  /* the shadow may be other than zero */
    READ_ONLY = 8, SHARED = 16,  /* arrays of Python's that are not writeable, or whose memory others see */
    ONE_TURN = 1 << 8, TURNS = 255 << 8,  /* loops over its elements that are going on; 255: some */
    ONE_CONSTANT = 1 << 16, CONSTANTS = 0xffff << 16  /* how often it was taken for a constant; all: always */
};

typedef struct { int read_only, shared, constant, iterated, outside; } write_errors;

typedef struct given {  /* an array of Python's */
    const char *low, *high;
    char *p;  /* where its first element is in the arena; NULL: only read, where it is */
    const i64 *steps;  /* its strides there, and */
    i64 width;  /* the bytes of an element there, of which the first `size` are what Python has */
    const numpy_array *from;
    i64 size;
    struct given *before;
} given_array;

static void clear_marks(runtime *R, char *p, size_t bytes) {
    uint32_t *mark = R->marks + ((p - R->arena) >> 6);
    for (size_t i = 0; i < bytes >> 6; i++)
        if (mark[i]) {
            if (mark[i] & DIRTY) memset(R->shadow + (p - R->arena) + (i << 6), 0, 64);
            mark[i] = 0;
        }
}

static void hand_back(runtime *R);

/* Before the arguments are read. */
static void begin_writes(runtime *R) {
    if (!R->shadow) {
        R->shadow_size = R->size + (R->size >> 4);
        R->shadow = mmap(NULL, R->shadow_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (R->shadow == MAP_FAILED) { R->shadow = NULL; fail(R, OUT_OF_MEMORY); }
    }
    R->marks = (uint32_t *)(R->shadow + R->size);
    R->clear_marks = clear_marks;
    R->at_error = hand_back;
    R->given = NULL;
    R->fixed = false;
}

typedef struct { uint32_t *first, *last; } lines;

/* the marks of an array: none if it is empty or lies elsewhere */
static lines lines_of(runtime *R, int rank, const char *p, const i64 *n, const i64 *s, i64 size) {
    const char *low, *high;
    extent(rank, p, n, s, size, &low, &high);
    if (low >= high || low < R->arena || high > R->arena + R->size) return (lines){R->marks, R->marks - 1};
    return (lines){R->marks + ((low - R->arena) >> 6), R->marks + ((high - 1 - R->arena) >> 6)};
}

static inline bool is_ours(runtime *R, const char *p) { return p >= R->arena && p < R->arena + R->size; }
static inline char *shadow_of(runtime *R, const char *p) { return R->shadow + (p - R->arena); }

static __attribute__((noinline)) uint32_t marks_of(runtime *R, int rank, const char *p, const i64 *n, const i64 *s, i64 size) {
    lines l = lines_of(R, rank, p, n, s, size);
    uint32_t found = 0;
    for (; l.first <= l.last; l.first++) found |= *l.first;
    return found;
}

static __attribute__((noinline)) void set_marks(runtime *R, int rank, const char *p, const i64 *n, const i64 *s, i64 size, uint32_t with) {
    lines l = lines_of(R, rank, p, n, s, size);
    for (; l.first <= l.last; l.first++) *l.first |= with;
}

/* Native code cannot do this: the arguments stay as they were, and the call may be made in Python. */
static _Noreturn __attribute__((cold, noinline)) void refuse(runtime *R, int error) {
    R->at_error = NULL;
    fail(R, error);
}

/* An array is about to be written; `active`: with a value that carries a derivative. */
static __attribute__((noinline)) void note_write(runtime *R, int rank, const char *p, const i64 *n, const i64 *s, i64 size,
                                                bool active, const write_errors *e) {
    for (int j = 0; j < rank; j++) if (n[j] == 0) return;
    if (UNLIKELY(!is_ours(R, p))) refuse(R, e->outside);
    uint32_t found = marks_of(R, rank, p, n, s, size);
    if (UNLIKELY(found & READ_ONLY)) fail(R, e->read_only);
    if (UNLIKELY(found & SHARED)) refuse(R, e->shared);
    if (UNLIKELY(active && found & CONSTANTS)) fail(R, e->constant);
    if (UNLIKELY(found & TURNS)) fail(R, e->iterated);
    set_marks(R, rank, p, n, s, size, active ? WRITTEN | ACTIVE : WRITTEN);
}

static __attribute__((noinline)) void take_for_constant(runtime *R, int rank, const char *p, const i64 *n, const i64 *s, i64 size,
                                                       int error) {
    lines l = lines_of(R, rank, p, n, s, size);
    for (; l.first <= l.last; l.first++) {
        if (UNLIKELY(*l.first & ACTIVE)) fail(R, error);
        if ((*l.first & CONSTANTS) != CONSTANTS) *l.first += ONE_CONSTANT;
    }
}

static __attribute__((noinline)) void take_back_constant(runtime *R, int rank, const char *p, const i64 *n, const i64 *s, i64 size) {
    lines l = lines_of(R, rank, p, n, s, size);
    for (; l.first <= l.last; l.first++)
        if (*l.first & CONSTANTS && (*l.first & CONSTANTS) != CONSTANTS) *l.first -= ONE_CONSTANT;
}

static __attribute__((noinline)) void begin_turns(runtime *R, const char *p, i64 n, i64 s, i64 size) {
    lines l = lines_of(R, 1, p, &n, &s, size);
    for (; l.first <= l.last; l.first++) if ((*l.first & TURNS) != TURNS) *l.first += ONE_TURN;
}

static __attribute__((noinline)) void end_turns(runtime *R, const char *p, i64 n, i64 s, i64 size) {
    lines l = lines_of(R, 1, p, &n, &s, size);
    for (; l.first <= l.last; l.first++) if (*l.first & TURNS && (*l.first & TURNS) != TURNS) *l.first -= ONE_TURN;
}

/* zeros at these places */
static void erase(int rank, char *p, const i64 *n, const i64 *s, i64 size) {
    if (rank == 0) { memset(p, 0, (size_t)size); return; }
    if (rank == 1 && s[0] == size) { memset(p, 0, (size_t)(n[0] * size)); return; }
    for (i64 i = 0; i < n[0]; i++) erase(rank - 1, p + i * s[0], n + 1, s + 1, size);
}

/* the elements of `from`, to places that are apart from them */
static __attribute__((noinline)) void copy_elements(int rank, char *to, const i64 *t, const char *from, const i64 *n, const i64 *s, i64 size) {
    if (rank == 0) { memcpy(to, from, (size_t)size); return; }
    if (rank == 1 && s[0] == size && t[0] == size) { memcpy(to, from, (size_t)(n[0] * size)); return; }
    for (i64 i = 0; i < n[0]; i++) copy_elements(rank - 1, to + i * t[0], t + 1, from + i * s[0], n + 1, s + 1, size);
}

/* `to += from`, broadcast */
#define ADD_ELEMENTS(NAME, T) \
static __attribute__((noinline)) void NAME(runtime *R, int rank, char *to, const i64 *n, const i64 *t, int rank2, const char *from, const i64 *m, const i64 *s, int e) { \
    if (rank2 == rank && rank > 0) { \
        if (UNLIKELY(*m != *n && *m != 1)) fail(R, e); \
        const i64 step = *m == 1 ? 0 : *s; \
        if (rank == 1 && *t == (i64)sizeof(T) && step == (i64)sizeof(T)) { \
            for (i64 i = 0; i < *n; i++) ((T *)to)[i] += ((const T *)from)[i]; \
            return; \
        } \
        for (i64 i = 0; i < *n; i++) NAME(R, rank - 1, to + i * *t, n + 1, t + 1, rank - 1, from + i * step, m + 1, s + 1, e); \
    } else if (rank > 0) { \
        for (i64 i = 0; i < *n; i++) NAME(R, rank - 1, to + i * *t, n + 1, t + 1, rank2, from, m, s, e); \
    } else *(T *)to += *(const T *)from; \
}
ADD_ELEMENTS(add_elements_f64, double)
ADD_ELEMENTS(add_elements_f32, float)

/* -- arrays of Python's ---------------------------------------------------------------------------------------------- */

static void remember(runtime *R, const numpy_array *a, i64 size, char *p, const i64 *steps, i64 width) {
    given_array *g = allocate(R, sizeof *g);
    *g = (given_array){.from = a, .size = size, .p = p, .steps = steps, .width = width, .before = R->given};
    extent(a->nd, a->data, a->dims, a->strides, size, &g->low, &g->high);
    R->given = g;
}

static bool overlaps_itself(const numpy_array *a, i64 size) {  /* or may do so */
    bool done[64] = {false};
    i64 reach = size;
    for (int k = 0; k < a->nd; k++) {
        int least = -1;
        for (int j = 0; j < a->nd; j++)
            if (!done[j] && (least < 0 || llabs(a->strides[j]) < llabs(a->strides[least]))) least = j;
        done[least] = true;
        if (a->dims[least] <= 1) continue;
        if (llabs(a->strides[least]) < reach) return true;
        reach += llabs(a->strides[least]) * (a->dims[least] - 1);
    }
    return false;
}

static void mark_given(runtime *R, const numpy_array *a, i64 size, const char *p, const i64 *steps, i64 width) {
    if (!(a->flags & 0x400)) set_marks(R, a->nd, p, a->dims, steps, width, READ_ONLY);
    else if (overlaps_itself(a, size)) set_marks(R, a->nd, p, a->dims, steps, width, SHARED);
}

/* An argument: a copy of its memory in the arena, of the same layout; where its first element is there. */
static __attribute__((noinline)) char *copied_in(runtime *R, const numpy_array *a, i64 size) {
    const char *low, *high;
    extent(a->nd, a->data, a->dims, a->strides, size, &low, &high);
    char *copy = allocate(R, (size_t)(high - low) + 1);  /* never that of the next */
    memcpy(copy, low, (size_t)(high - low));
    char *p = copy + (a->data - low);
    remember(R, a, size, p, a->strides, size);
    mark_given(R, a, size, p, a->strides, size);
    return p;
}

/* When all are known: arguments whose memory another argument or a variable from outside has too must not be written. */
static __attribute__((noinline)) void find_shared(runtime *R) {
    for (given_array *g = R->given; g; g = g->before)
        for (given_array *h = R->given; h; h = h->before)
            if (g != h && g->p && g->low < h->high && h->low < g->high)
                set_marks(R, g->from->nd, g->p, g->from->dims, g->steps, g->width, SHARED);
}

/* Where the function has come to its end, or has raised: the arguments hold what it has left in them. */
static void hand_back(runtime *R) {
    R->at_error = NULL;
    for (given_array *g = R->given; g; g = g->before) {
        const numpy_array *a = g->from;
        if (g->p && marks_of(R, a->nd, g->p, a->dims, g->steps, g->width) & WRITTEN)
            copy_elements(a->nd, a->data, a->strides, g->p, a->dims, g->steps, g->size);
    }
}
