/* Lists: items one after another in the arena, moved to twice the space when they have outgrown theirs. What made a list, or has
   let it grow, is under those that use it on the stack, so that its memory outlives their use. */

typedef struct { char *p; i64 n, most; } list;
typedef struct { list *of; i64 next; } list_turns;

static list *list_new(runtime *R, i64 most, i64 size) {
    list *made = allocate(R, sizeof *made);
    *made = (list){allocate(R, (size_t)(most * size)), 0, most};
    return made;
}

/* the place of `count` more items */
static char *list_more(runtime *R, list *l, i64 count, i64 size) {
    if (l->n + count > l->most) {
        i64 most = 2 * l->most > l->n + count ? 2 * l->most : l->n + count + 4;
        char *p = allocate(R, (size_t)(most * size));
        memcpy(p, l->p, (size_t)(l->n * size));
        l->p = p;
        l->most = most;
    }
    char *place = l->p + l->n * size;
    l->n += count;
    return place;
}

static char *list_at(runtime *R, list *l, i64 i, i64 size, int error) {
    if (i < 0) i += l->n;
    if (UNLIKELY(i < 0 || i >= l->n)) fail(R, error);
    return l->p + i * size;
}

/* Takes out item `i`, which is copied to `to`. */
static void list_take(runtime *R, list *l, i64 i, i64 size, void *to, int empty, int error) {
    if (UNLIKELY(l->n == 0)) fail(R, empty);
    char *place = list_at(R, l, i, size, error);
    if (to) memcpy(to, place, (size_t)size);
    memmove(place, place + size, (size_t)(l->p + l->n * size - place - size));
    l->n--;
}

/* The place for a new item before item `i`. */
static char *list_gap(runtime *R, list *l, i64 i, i64 size) {
    i64 n = l->n;
    if (i < 0) i = i + n < 0 ? 0 : i + n;
    if (i > n) i = n;
    list_more(R, l, 1, size);
    char *place = l->p + i * size;
    memmove(place + size, place, (size_t)((n - i) * size));
    return place;
}

static void list_extend(runtime *R, list *l, list *other, i64 size) {
    i64 n = other->n;
    char *place = list_more(R, l, n, size);  /* `other` may be the same */
    memcpy(place, other->p, (size_t)(n * size));
}

static list *list_times(runtime *R, list *l, i64 times, i64 size) {
    if (UNLIKELY(l->n > 0 && times > ((i64)1 << 48) / (l->n * size))) fail(R, OUT_OF_MEMORY);
    list *made = list_new(R, times > 0 ? l->n * times : 0, size);
    for (i64 i = 0; i < times; i++) list_extend(R, made, l, size);
    return made;
}

static i64 list_bound(i64 i, i64 n, i64 step) {
    if (i < 0) { i += n; return i < 0 ? (step < 0 ? -1 : 0) : i; }
    return i < n ? i : step < 0 ? n - 1 : n;
}

static list *list_part(runtime *R, list *l, bool from, i64 start, bool to, i64 stop, i64 step, i64 size, int zero) {
    if (UNLIKELY(step == 0)) fail(R, zero);
    start = from ? list_bound(start, l->n, step) : step < 0 ? l->n - 1 : 0;
    stop = to ? list_bound(stop, l->n, step) : step < 0 ? -1 : l->n;
    i64 count = 0;
    if (step > 0 && start < stop) count = (stop - start - 1) / step + 1;
    if (step < 0 && stop < start) count = (start - stop - 1) / -step + 1;
    list *made = list_new(R, count, size);
    for (i64 j = 0; j < count; j++) memcpy(list_more(R, made, 1, size), l->p + (start + j * step) * size, (size_t)size);
    return made;
}

static void list_reverse(list *l, i64 size) {
    for (i64 i = 0, j = l->n - 1; i < j; i++, j--)
        for (i64 b = 0; b < size; b++) {
            char kept = l->p[i * size + b];
            l->p[i * size + b] = l->p[j * size + b];
            l->p[j * size + b] = kept;
        }
}
