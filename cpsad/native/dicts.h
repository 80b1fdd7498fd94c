/* Dicts: their entries in the order in which they came, as keys of some words and items, and a table of places in which a key is
   looked for (open addressing). What lies in them is in the arena, as with lists (`lists.h`). */

typedef struct { i64 *keys; char *items; bool *there; i64 n, left, most, *table, places; } dict;
typedef struct { dict *of; i64 next, left; } dict_turns;

static dict *dict_new(runtime *R) {
    dict *made = allocate(R, sizeof *made);
    memset(made, 0, sizeof *made);
    return made;
}

static uint64_t dict_hash(const i64 *key, i64 words) {
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (i64 j = 0; j < words; j++) {
        h = (h ^ (uint64_t)key[j]) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    return h;
}

/* the entry of a key; -1: there is none */
static i64 dict_find(const dict *d, const i64 *key, i64 words) {
    if (!d->places) return -1;
    for (uint64_t h = dict_hash(key, words);; h++) {
        i64 entry = d->table[h & (uint64_t)(d->places - 1)] - 1;
        if (entry < 0) return -1;
        if (d->there[entry] && !memcmp(d->keys + entry * words, key, (size_t)words * sizeof(i64))) return entry;
    }
}

static void dict_enter(dict *d, i64 entry, i64 words) {
    uint64_t h = dict_hash(d->keys + entry * words, words);
    while (d->table[h & (uint64_t)(d->places - 1)]) h++;
    d->table[h & (uint64_t)(d->places - 1)] = entry + 1;
}

static void dict_wider(runtime *R, dict *d, i64 words, i64 size) {
    i64 most = 2 * d->left + 8, n = 0;
    i64 *keys = allocate(R, (size_t)(most * words) * sizeof(i64));
    char *items = allocate(R, (size_t)(most * size));
    bool *there = allocate(R, (size_t)most);
    for (i64 i = 0; i < d->n; i++)
        if (d->there[i]) {
            memcpy(keys + n * words, d->keys + i * words, (size_t)words * sizeof(i64));
            memcpy(items + n * size, d->items + i * size, (size_t)size);
            there[n++] = true;
        }
    i64 places = 16;
    while (places < 2 * most) places *= 2;
    *d = (dict){keys, items, there, n, n, most, allocate(R, (size_t)places * sizeof(i64)), places};
    memset(d->table, 0, (size_t)places * sizeof(i64));
    for (i64 i = 0; i < n; i++) dict_enter(d, i, words);
}

/* the place of the item of a key, which comes in if it is not there */
static char *dict_place(runtime *R, dict *d, const i64 *key, i64 words, i64 size) {
    i64 entry = dict_find(d, key, words);
    if (entry >= 0) return d->items + entry * size;
    if (d->n == d->most) dict_wider(R, d, words, size);
    entry = d->n++;
    memcpy(d->keys + entry * words, key, (size_t)words * sizeof(i64));
    d->there[entry] = true;
    d->left++;
    dict_enter(d, entry, words);
    return d->items + entry * size;
}

static void dict_drop(dict *d, i64 entry) {
    d->there[entry] = false;
    d->left--;
}

static void dict_clear(dict *d) {
    memset(d, 0, sizeof *d);
}

/* the next entry of an iterator; -1: there is none */
static i64 dict_next(runtime *R, dict_turns *t, int changed) {
    if (t->left < 0) return -1;
    if (UNLIKELY(t->of->left != t->left)) { t->left = -1; fail(R, changed); }
    while (t->next < t->of->n && !t->of->there[t->next]) t->next++;
    if (t->next < t->of->n) return t->next++;
    t->left = -1;
    return -1;
}
