/* Arrays: a pointer, the shape, and strides in bytes. What an operation makes is in the arena, contiguous, until the function
   that made it returns; what a variable of a frame gathers from functions inside is in the pool, until that frame is left. */

#define ARRAY(R) typedef struct { char *p; i64 n[R], s[R]; } array_##R;
ARRAY(1) ARRAY(2) ARRAY(3) ARRAY(4) ARRAY(5) ARRAY(6)

typedef struct { char *p; size_t bytes; } slab;

typedef struct { i64 refs; void *type; char *data; int nd; i64 *dims, *strides; void *base, *descr; int flags; } numpy_array;  /* as NumPy lays it out */

static inline i64 broadcast(runtime *R, i64 a, i64 b, int e) {
    if (a == b || b == 1) return a;
    if (UNLIKELY(a != 1)) fail(R, e);
    return b;
}

static inline i64 at_index(runtime *R, i64 i, i64 n, int e) {
    if (i < 0) i += n;
    if (UNLIKELY(i < 0 || i >= n)) fail(R, e);
    return i;
}

/* `slice.indices`: start and length of a slice of `n` elements */
static inline i64 clipped(i64 i, i64 n, i64 low, i64 high) {
    if (i < 0) { i += n; return i < low ? low : i; }
    return i > high ? high : i;
}

static inline i64 slice_length(i64 start, i64 stop, i64 step) {
    if (step > 0) return start < stop ? (stop - start - 1) / step + 1 : 0;
    return stop < start ? (start - stop - 1) / -step + 1 : 0;
}

/* -- what is not worth a loop of its own in every place ------------------------------------------------------------- */

/* the elements at `p`, `p + s`, ... one after another in `row` */
#define IN_A_ROW_OF(SIZE) OUTER const char *in_a_row_##SIZE(char *row, const char *p, i64 s, i64 n)
IN_A_ROW_OF(1); IN_A_ROW_OF(2); IN_A_ROW_OF(4); IN_A_ROW_OF(8);

#define IN_A_ROW(SIZE, T) \
IN_A_ROW_OF(SIZE) { \
    T *to = (T *)row; \
    if (s == 0) { \
        if (n > 0) { const T x = *(const T *)p; for (i64 i = 0; i < n; i++) to[i] = x; } \
    } else for (i64 i = 0; i < n; i++) to[i] = *(const T *)(p + i * s); \
    return row; \
}
#ifndef ELSEWHERE
IN_A_ROW(1, uint8_t) IN_A_ROW(2, uint16_t) IN_A_ROW(4, uint32_t) IN_A_ROW(8, uint64_t)
#endif

/* `out += g`, summed over the axes along which `out` has length 1 */
#define SUM_OF(NAME) \
OUTER void NAME(int rank, char *out, const i64 *n, const i64 *s, const char *g, const i64 *m, const i64 *t)
SUM_OF(sum_f64);
SUM_OF(sum_f32);

#if defined(WITH_f64) || defined(WITH_f32)
#define SUM(NAME, T) \
SUM_OF(NAME) { \
    if (rank == 0) { *(T *)out += *(const T *)g; return; } \
    if (rank == 1 && *n == *m && *s == (i64)sizeof(T) && *t == (i64)sizeof(T)) { \
        for (i64 i = 0; i < *m; i++) ((T *)out)[i] += ((const T *)g)[i]; \
        return; \
    } \
    if (rank == 1 && *n == 1 && *t == (i64)sizeof(T)) { \
        T sum[8] = {0}; \
        i64 i = 0; \
        for (; i + 8 <= *m; i += 8) for (int q = 0; q < 8; q++) sum[q] += ((const T *)g)[i + q]; \
        for (; i < *m; i++) { ONE_BY_ONE; sum[0] += ((const T *)g)[i]; } \
        *(T *)out += ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7])); \
        return; \
    } \
    for (i64 i = 0; i < *m; i++) NAME(rank - 1, out + (*n == 1 ? 0 : i * *s), n + 1, s + 1, g + i * *t, m + 1, t + 1); \
}
#endif
#ifdef WITH_f64
SUM(sum_f64, double)
#endif
#ifdef WITH_f32
SUM(sum_f32, float)
#endif

/* the places where a mask holds, as an index for each axis */
static i64 count_true(int rank, const char *p, const i64 *n, const i64 *s) {
    if (rank == 0) return *p != 0;
    i64 found = 0;
    for (i64 i = 0; i < n[0]; i++) found += count_true(rank - 1, p + i * s[0], n + 1, s + 1);
    return found;
}

static i64 places_from(int rank, int axis, const char *p, const i64 *n, const i64 *s, i64 **to, i64 *at, i64 found) {
    if (axis == rank) {
        if (*p) { for (int j = 0; j < rank; j++) to[j][found] = at[j]; found++; }
        return found;
    }
    for (i64 i = 0; i < n[axis]; i++) {
        at[axis] = i;
        found = places_from(rank, axis + 1, p + i * s[axis], n, s, to, at, found);
    }
    return found;
}

static __attribute__((noinline)) void places_of_mask(int rank, const char *p, const i64 *n, const i64 *s, i64 **to) {
    i64 at[6];
    places_from(rank, 0, p, n, s, to, at, 0);
}

/* whether an array can be seen in another shape without a copy, and its strides then; as many elements */
static __attribute__((noinline)) bool steps_reshaped(int rank, const i64 *n, const i64 *s, int rank2, const i64 *m, i64 *t, i64 size) {
    int k = 0;
    for (int j = 0; j < rank; j++) if (n[j] == 0) return false;
    i64 last = size;
    for (int j = 0; j < rank;) {  /* a group of axes here is a group of axes there, of as many elements */
        if (n[j] == 1) { j++; continue; }
        i64 count = n[j], other = 1, first = k;
        int end = j + 1;
        last = s[j];
        while (k < rank2 && m[k] == 1) t[k++] = 0;
        first = k;
        while (other != count) {
            if (other < count) other *= m[k++];
            else {
                while (n[end] == 1) end++;
                if (last != n[end] * s[end]) return false;
                last = s[end];
                count *= n[end++];
            }
        }
        for (int q = k - 1; q >= first; q--) { t[q] = q == k - 1 ? last : t[q + 1] * m[q + 1]; }
        j = end;
    }
    while (k < rank2) t[k++] = last;  /* of length 1 */
    return true;
}

/* -- arrays that are written in place ------------------------------------------------------------------------------ */

static void extent(int rank, const char *p, const i64 *n, const i64 *s, i64 size, const char **low, const char **high) {
    *low = p; *high = p + size;
    for (int j = 0; j < rank; j++) {
        if (n[j] == 0) { *high = *low; return; }
        if (s[j] > 0) *high += (n[j] - 1) * s[j];
        else *low += (n[j] - 1) * s[j];
    }
}

/* whether two arrays share memory, without being the same elements in the same order */
static bool entangled(int rank, const char *p, const i64 *n, const i64 *s, i64 size,
                      int rank2, const char *p2, const i64 *n2, const i64 *s2, i64 size2) {
    const char *low, *high, *low2, *high2;
    bool same = p == p2 && rank == rank2 && size == size2;
    for (int j = 0; same && j < rank; j++) same = n[j] == n2[j] && s[j] == s2[j];
    if (same) return false;
    extent(rank, p, n, s, size, &low, &high);
    extent(rank2, p2, n2, s2, size2, &low2, &high2);
    return low < high2 && low2 < high;
}

/* the elements one by one to memory in which they are contiguous */
static void in_order(int rank, char **to, const char *p, const i64 *n, const i64 *s, i64 size) {
    if (rank == 0) { memcpy(*to, p, (size_t)size); *to += size; return; }
    for (i64 i = 0; i < n[0]; i++) in_order(rank - 1, to, p + i * s[0], n + 1, s + 1, size);
}

static __attribute__((noinline)) char *taken_apart(runtime *R, int rank, const char *p, const i64 *n, i64 *s, i64 size) {
    i64 bytes = size;
    for (int j = 0; j < rank; j++) bytes *= n[j];
    char *made = allocate(R, (size_t)bytes), *to = made;
    in_order(rank, &to, p, n, s, size);
    for (int j = rank - 1; j >= 0; j--) s[j] = j == rank - 1 ? size : n[j + 1] * s[j + 1];
    return made;
}

/* a result, where it outlives the call: Python frees it */
static __attribute__((noinline)) char *result_of(runtime *R, int rank, const char *p, const i64 *n, const i64 *s, i64 size) {
    i64 bytes = size;
    for (int j = 0; j < rank; j++) bytes *= n[j];
    char *made = malloc((size_t)bytes + 1), *to = made;
    if (!made) fail(R, OUT_OF_MEMORY);
    in_order(rank, &to, p, n, s, size);
    return made;
}

#ifndef ELSEWHERE
void release(void *p) { free(p); }
#endif

/* -- the pool: blocks that are freed in any order; all of it is free again when the next call begins ---------------- */

#define CLASSES 48

static slab pool_take(runtime *R, size_t bytes) {
    unsigned class_ = 6;
    while (((size_t)1 << class_) < bytes) class_++;
    char *found = R->pool_free[class_];
    if (found) R->pool_free[class_] = *(char **)found;
    else {
        size_t size = (size_t)1 << class_;
        if (UNLIKELY(size > (size_t)(R->pool_end - R->pool_top))) {
            if ((size_t)(R->pool_top - R->pool) + size > R->size || free_memory() < size + ((size_t)256 << 20)) fail(R, OUT_OF_MEMORY);
            R->pool_end = R->pool_top + size + R->step;
        }
        found = R->pool_top;
        R->pool_top += size;
    }
    return (slab){found, (size_t)1 << class_};
}

static void pool_give(runtime *R, slab s) {
    if (!s.p) return;
    unsigned class_ = 6;
    while (((size_t)1 << class_) < s.bytes) class_++;
    *(char **)s.p = R->pool_free[class_];
    R->pool_free[class_] = s.p;
}

/* zeros of this shape, contiguous, in the memory of a variable of a frame */
static __attribute__((cold, noinline)) char *zeros_of(runtime *R, slab *own, int rank, const i64 *n, i64 *s, i64 size) {
    for (int j = rank - 1; j >= 0; j--) { s[j] = size; size *= n[j]; }
    if (own->bytes < (size_t)size) { pool_give(R, *own); *own = pool_take(R, (size_t)size); }
    return memset(own->p, 0, (size_t)size);
}

/* -- products: c = beta c + a b, of strided matrices; c is contiguous ------------------------------------------------ */

#define PRODUCT_OF(T, NAME) \
OUTER void NAME(runtime *R, i64 m, i64 n, i64 k, const char *a, i64 a0, i64 a1, const char *b, i64 b0, i64 b1, T *restrict c, int add)
PRODUCT_OF(double, product_f64);
PRODUCT_OF(float, product_f32);

#if defined(WITH_f64) || defined(WITH_f32)
/* A weight that is multiplied transposed in every turn of a loop is turned once, at the second meeting: that is as many rows
   of one product fewer to shuffle. Only matrices of Python's, to which nothing writes meanwhile. */
#define TURN(T, NAME) \
static __attribute__((noinline)) const char *NAME(runtime *R, const char *b, i64 k, i64 n, i64 b1) { \
    const i64 w = (i64)sizeof(T); \
    if (b >= R->stack && b < R->stack + 3 * R->size) return NULL; \
    for (int q = 0; q < R->turned_count; q++) { \
        turned *t = &R->turned[q]; \
        if (t->p != b || t->rows != k || t->columns != n || t->size != b1) continue; \
        if (!t->copy) { \
            t->copy = pool_take(R, (size_t)(k * n * w)).p; \
            for (i64 j = 0; j < n; j++) \
                for (i64 l = 0; l < k; l++) { ONE_BY_ONE; ((T *)t->copy)[l * n + j] = *(const T *)(b + l * w + j * b1); } \
        } \
        return t->copy; \
    } \
    if (R->turned_count < 8) R->turned[R->turned_count++] = (turned){b, k, n, b1, NULL}; \
    return NULL; \
}
#define PRODUCT(T, NAME, THIN_, SMALL_, BLAS, INDEX, TURNED) \
PRODUCT_OF(T, NAME) { \
    const i64 w = (i64)sizeof(T); \
    if (m == 1 || n == 1) { \
        if (!add) memset(c, 0, (size_t)(m * n) * sizeof(T)); \
        add = 1; \
        if (n == 1 && a1 == w && b0 == w) { THIN_##_rows(m, k, a, a0, (const T *)b, c); return; } \
        if (m == 1 && a1 == w && b0 == w) { THIN_##_rows(n, k, b, b1, (const T *)a, c); return; } \
        if (m == 1 && b1 == w) { THIN_##_sums(n, k, a, a1, b, b0, c); return; } \
        if (n == 1 && a0 == w) { THIN_##_sums(m, k, b, b0, a, a1, c); return; } \
    } \
    if (R->fixed && b0 == w && b1 > w && n > 1 && k > 1 && k * n <= 1 << 16) { \
        const char *other = TURNED(R, b, k, n, b1); \
        if (other) { b = other; b0 = n * w; b1 = w; } \
    } \
    SMALL_PRODUCT(T, SMALL_) \
    if (blas[INDEX] && m * n * k > 8192 && m > 1 && n > 1 && k > 0 && (a0 == w || a1 == w) && (b0 == w || b1 == w) && \
        a0 >= 0 && a1 >= 0 && b0 >= 0 && b1 >= 0 && m < INT32_MAX && n < INT32_MAX && k < INT32_MAX) { \
        /* BLAS has columns first: the transposed product is computed */ \
        int M = (int)n, N = (int)m, K = (int)k, ldc = (int)n; \
        int bt = b1 != w, at = a1 != w; \
        i64 lb = bt ? b1 / w : b0 / w, la = at ? a1 / w : a0 / w; \
        i64 lb_least = bt ? k : n, la_least = at ? m : k; \
        int fits = (lb >= lb_least || (!bt && k == 1)) && (la >= la_least || (at && k == 1)) && \
                   (bt ? b1 : b0) % w == 0 && (at ? a1 : a0) % w == 0; \
        if (lb < lb_least) lb = lb_least; \
        if (la < la_least) la = la_least; \
        if (fits && lb < INT32_MAX && la < INT32_MAX) { \
            int ldb = (int)lb, lda = (int)la; \
            T one = 1, beta = add ? (T)1 : (T)0; \
            ((BLAS)blas[INDEX])(bt ? "T" : "N", at ? "T" : "N", &M, &N, &K, &one, b, &ldb, a, &lda, &beta, c, &ldc); \
            return; \
        } \
    } \
    if (!add) memset(c, 0, (size_t)(m * n) * sizeof(T)); \
    if (b1 == w) { \
        for (i64 i = 0; i < m; i++) \
            for (i64 l = 0; l < k; l++) { \
                const T x = *(const T *)(a + i * a0 + l * a1); \
                const T *restrict y = (const T *)(b + l * b0); \
                T *restrict z = c + i * n; \
                for (i64 j = 0; j < n; j++) z[j] += x * y[j]; \
            } \
    } else if (a1 == w && b0 == w) { \
        for (i64 i = 0; i < m; i++) \
            for (i64 j = 0; j < n; j++) { \
                const T *restrict x = (const T *)(a + i * a0), *restrict y = (const T *)(b + j * b1); \
                T sum[8] = {0}; \
                i64 l = 0; \
                for (; l + 8 <= k; l += 8) for (int q = 0; q < 8; q++) sum[q] += x[l + q] * y[l + q]; \
                for (; l < k; l++) { ONE_BY_ONE; sum[0] += x[l] * y[l]; } \
                c[i * n + j] += ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7])); \
            } \
    } else { \
        for (i64 i = 0; i < m; i++) \
            for (i64 j = 0; j < n; j++) { \
                T sum = 0; \
                for (i64 l = 0; l < k; l++) { ONE_BY_ONE; sum += *(const T *)(a + i * a0 + l * a1) * *(const T *)(b + l * b0 + j * b1); } \
                c[i * n + j] += sum; \
            } \
    } \
}

typedef void (*dgemm_t)(const char *, const char *, int *, int *, int *, double *, const void *, int *, const void *, int *,
                        double *, void *, int *);
typedef void (*sgemm_t)(const char *, const char *, int *, int *, int *, float *, const void *, int *, const void *, int *,
                        float *, void *, int *);
#endif
#ifdef WITH_f64
TURN(double, turned_f64)
PRODUCT(double, product_f64, thin_f64, small_f64, dgemm_t, 0, turned_f64)
#endif
#ifdef WITH_f32
TURN(float, turned_f32)
PRODUCT(float, product_f32, thin_f32, small_f32, sgemm_t, 1, turned_f32)
#endif

/* -- products that are added up later (`deferred.py`): the factors, as rows of two buffers ---------------------------------- */

typedef struct { char *left, *right; slab own; i64 rows, most, m, n; } due;
enum { MOST_DUE = 1 << 18 /* bytes of the factors */, LONG_DUE = 96 /* rows that are multiplied at once */ };

#define SETTLE_DUE(SUFFIX) OUTER void settle_due_##SUFFIX(runtime *R, due *d, array_2 *sum, unsigned char *zero, slab *own)
#define ADD_DUE(SUFFIX) OUTER void add_due_##SUFFIX(runtime *R, due *d, i64 rows, const char *l, i64 l0, i64 l1, i64 m, \
    const char *r, i64 r0, i64 r1, i64 n, array_2 *sum, unsigned char *zero, slab *own)
SETTLE_DUE(f64);
SETTLE_DUE(f32);
ADD_DUE(f64);
ADD_DUE(f32);

#define DUE(T, SUFFIX, PRODUCT_) \
static __attribute__((noinline)) void own_due_##SUFFIX(runtime *R, i64 m, i64 n, array_2 *sum, unsigned char *zero, slab *own) { \
    const i64 w = (i64)sizeof(T), bytes = m * n * w; \
    if (!*zero) return; \
    if ((i64)own->bytes < bytes || !own->p) { pool_give(R, *own); *own = pool_take(R, (size_t)bytes); } \
    memset(own->p, 0, (size_t)bytes); \
    *sum = (array_2){own->p, {m, n}, {n * w, w}}; \
    *zero = 0; \
} \
SETTLE_DUE(SUFFIX) { \
    const i64 w = (i64)sizeof(T); \
    if (!d->rows) return; \
    own_due_##SUFFIX(R, d->m, d->n, sum, zero, own); \
    PRODUCT_(R, d->m, d->n, d->rows, d->left, w, d->m * w, d->right, d->n * w, w, (T *)sum->p, 1); \
    d->rows = 0; \
} \
static void rows_of_##SUFFIX(char *to, const char *from, i64 rows, i64 s0, i64 s1, i64 n) { \
    const i64 w = (i64)sizeof(T); \
    for (i64 i = 0; i < rows; i++, to += n * w, from += s0) \
        if (s1 == w) memcpy(to, from, (size_t)(n * w)); \
        else for (i64 j = 0; j < n; j++) { ONE_BY_ONE; ((T *)to)[j] = *(const T *)(from + j * s1); } \
} \
/* sum += l^T r, of matrices of `rows` rows */ \
ADD_DUE(SUFFIX) { \
    const i64 w = (i64)sizeof(T); \
    if (d->m != m || d->n != n) { settle_due_##SUFFIX(R, d, sum, zero, own); pool_give(R, d->own); *d = (due){.m = m, .n = n}; } \
    if (rows >= LONG_DUE) { \
        own_due_##SUFFIX(R, m, n, sum, zero, own); \
        PRODUCT_(R, m, n, rows, l, l1, l0, r, r0, r1, (T *)sum->p, 1); \
        return; \
    } \
    if (!d->own.p) { \
        i64 most = MOST_DUE / ((m + n + 1) * w); \
        d->most = most < LONG_DUE ? LONG_DUE : most > 512 ? 512 : most; \
        d->own = pool_take(R, (size_t)(d->most * (m + n) * w + 64)); \
        d->left = d->own.p; \
        d->right = d->own.p + d->most * m * w; \
    } \
    if (d->rows + rows > d->most) settle_due_##SUFFIX(R, d, sum, zero, own); \
    rows_of_##SUFFIX(d->left + d->rows * m * w, l, rows, l0, l1, m); \
    rows_of_##SUFFIX(d->right + d->rows * n * w, r, rows, r0, r1, n); \
    d->rows += rows; \
}
#ifdef WITH_f64
DUE(double, f64, product_f64)
#endif
#ifdef WITH_f32
DUE(float, f32, product_f32)
#endif
