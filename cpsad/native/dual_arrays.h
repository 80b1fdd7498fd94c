/* Arrays of numbers with their tangents, which are pairs (`duals.h`). */

IN_A_ROW_OF(16);

#define SUM_OF_DUALS(NAME) SUM_OF(NAME)
SUM_OF_DUALS(sum_dual);
SUM_OF_DUALS(sum_dualf);

#define PRODUCT_OF_DUALS(T, D, NAME) \
OUTER void NAME(runtime *R, i64 m, i64 n, i64 k, const char *a, i64 a0, i64 a1, bool da, const char *b, i64 b0, i64 b1, bool db, D *restrict c, int add)
PRODUCT_OF_DUALS(double, dual, product_dual);
PRODUCT_OF_DUALS(float, dualf, product_dualf);

SETTLE_DUE(dual);
SETTLE_DUE(dualf);
ADD_DUE(dual);
ADD_DUE(dualf);

/* an array and its tangents, or NULL, as pairs one after another */
#define PAIRS_OF(T, NAME) \
OUTER void NAME(int rank, T **to, const char *p, const i64 *n, const i64 *s, const char *q, const i64 *t)
PAIRS_OF(double, pairs_f64);
PAIRS_OF(float, pairs_f32);

/* the tangents of pairs that lie one after another */
#define TANGENTS_OF(T, NAME) OUTER void NAME(i64 n, const T *restrict pairs, T *restrict out)
TANGENTS_OF(double, tangents_f64);
TANGENTS_OF(float, tangents_f32);

#if !defined(ELSEWHERE) && !defined(ONCE)
#define WITH_duals_f64
#define WITH_duals_f32
#endif

#if defined(WITH_duals_f64) || defined(WITH_duals_f32)

#define SUM_DUALS(NAME, D) \
SUM_OF_DUALS(NAME) { \
    if (rank == 0) { *(D *)out = D##_add(*(D *)out, *(const D *)g); return; } \
    for (i64 i = 0; i < *m; i++) NAME(rank - 1, out + (*n == 1 ? 0 : i * *s), n + 1, s + 1, g + i * *t, m + 1, t + 1); \
}

#define PAIRS(T, NAME) \
PAIRS_OF(T, NAME) { \
    if (rank == 0) { (*to)[0] = *(const T *)p; (*to)[1] = q ? *(const T *)q : 0; *to += 2; return; } \
    if (rank == 1) { \
        T *restrict out = *to; \
        const T *restrict v = (const T *)p, *restrict d = (const T *)q; \
        if (q && *s == (i64)sizeof(T) && *t == (i64)sizeof(T)) for (i64 i = 0; i < *n; i++) { out[2 * i] = v[i]; out[2 * i + 1] = d[i]; } \
        else if (q) for (i64 i = 0; i < *n; i++) { out[2 * i] = *(const T *)(p + i * *s); out[2 * i + 1] = *(const T *)(q + i * *t); } \
        else for (i64 i = 0; i < *n; i++) { out[2 * i] = *(const T *)(p + i * *s); out[2 * i + 1] = 0; } \
        *to += 2 * *n; \
        return; \
    } \
    for (i64 i = 0; i < *n; i++) NAME(rank - 1, to, p + i * *s, n + 1, s + 1, q ? q + i * *t : NULL, q ? t + 1 : NULL); \
}

#define TANGENTS(T, NAME) \
TANGENTS_OF(T, NAME) { for (i64 i = 0; i < n; i++) out[i] = pairs[2 * i + 1]; }

/* Products. Of two matrices of pairs a row of the result, as numbers, is a sum of rows of `b`, times values of `a`, and of the values
   of those rows in the places of tangents, times tangents of `a`. With a vector on the right a row of `a` is read once: times each
   value of the vector for value and tangent, and times each tangent. */
#define REST_OF(row) (lanes)((bits)*(const lanes *)((row) + last) & rest)
#define PRODUCT_DUALS(T, D, NAME, V, LANES, PLAIN, PAIRS_) \
typedef T V __attribute__((vector_size(64), aligned(sizeof(T)), may_alias)); \
typedef T NAME##_few __attribute__((vector_size(16), may_alias)); \
typedef i64 NAME##_bits __attribute__((vector_size(64))); \
/* (c + 2 i) += row i of `a`, of pairs, times `x` */ \
static inline void NAME##_ends(V s, V t, T *c) { \
    NAME##_few q[4], r[4]; \
    T u[16 / sizeof(T)], w[16 / sizeof(T)]; \
    memcpy(q, &s, sizeof s); \
    memcpy(r, &t, sizeof t); \
    q[0] = (q[0] + q[1]) + (q[2] + q[3]); \
    r[0] = (r[0] + r[1]) + (r[2] + r[3]); \
    memcpy(u, q, 16); \
    memcpy(w, r, 16); \
    for (int j = 2; j < 16 / (int)sizeof(T); j += 2) { u[0] += u[j]; u[1] += u[j + 1]; w[0] += w[j]; } \
    c[0] += u[0]; c[1] += u[1] + w[0]; \
} \
static __attribute__((noinline)) void NAME##_rows(i64 m, i64 k, const char *a, i64 step, const T *restrict xv, const T *restrict xd, T *restrict c) { \
    const i64 whole = 2 * k / LANES * LANES, last = 2 * k - LANES, more = 2 * k - whole; \
    if (last < 0) { \
        for (i64 i = 0; i < m; i++) { \
            const T *p = (const T *)(a + i * step); \
            for (i64 l = 0; l < 2 * k; l += 2) { c[2 * i] += p[l] * xv[l]; c[2 * i + 1] += p[l + 1] * xv[l] + p[l] * xd[l]; } \
        } \
        return; \
    } \
    typedef V lanes; \
    typedef NAME##_bits bits; \
    T lv[LANES], ld[LANES]; \
    bits rest; \
    memset(lv, 0, sizeof lv); \
    memset(ld, 0, sizeof ld); \
    memset(&rest, 0, sizeof rest); \
    memcpy(lv + LANES - more, xv + whole, (size_t)more * sizeof(T)); \
    memcpy(ld + LANES - more, xd + whole, (size_t)more * sizeof(T)); \
    memset((T *)&rest + LANES - more, 0xff, (size_t)more * sizeof(T)); \
    const V zv = *(const V *)lv, zd = *(const V *)ld; \
    i64 i = 0; \
    for (; i + 4 <= m; i += 4) { \
        const T *p = (const T *)(a + i * step), *q = (const T *)(a + (i + 1) * step); \
        const T *r = (const T *)(a + (i + 2) * step), *s = (const T *)(a + (i + 3) * step); \
        V vp = zv * REST_OF(p), vq = zv * REST_OF(q), vr = zv * REST_OF(r), vs = zv * REST_OF(s); \
        V dp = zd * REST_OF(p), dq = zd * REST_OF(q), dr = zd * REST_OF(r), ds = zd * REST_OF(s); \
        for (i64 l = 0; l < whole; l += LANES) { \
            const V v = *(const V *)(xv + l), d = *(const V *)(xd + l); \
            const V rp = *(const V *)(p + l), rq = *(const V *)(q + l), rr = *(const V *)(r + l), rs = *(const V *)(s + l); \
            vp += rp * v; dp += rp * d; vq += rq * v; dq += rq * d; \
            vr += rr * v; dr += rr * d; vs += rs * v; ds += rs * d; \
        } \
        NAME##_ends(vp, dp, c + 2 * i); NAME##_ends(vq, dq, c + 2 * i + 2); \
        NAME##_ends(vr, dr, c + 2 * i + 4); NAME##_ends(vs, ds, c + 2 * i + 6); \
    } \
    for (; i < m; i++) { \
        const T *p = (const T *)(a + i * step); \
        V v = zv * REST_OF(p), d = zd * REST_OF(p); \
        for (i64 l = 0; l < whole; l += LANES) { const V rp = *(const V *)(p + l); v += rp * *(const V *)(xv + l); d += rp * *(const V *)(xd + l); } \
        NAME##_ends(v, d, c + 2 * i); \
    } \
} \
/* c += x[l].v times row l of `b`, and c.d += x[l].d times the values of that row, for all l; `e`: room for a row */ \
static __attribute__((noinline)) void NAME##_sums(i64 n, i64 k, const char *x, i64 x_step, bool dx, const char *b, i64 step, T *restrict c, T *restrict e) { \
    memset(e, 0, (size_t)(2 * n) * sizeof(T)); \
    i64 l = 0; \
    for (; l + 4 <= k; l += 4) { \
        const T *restrict p = (const T *)(b + l * step), *restrict q = (const T *)(b + (l + 1) * step); \
        const T *restrict r = (const T *)(b + (l + 2) * step), *restrict s = (const T *)(b + (l + 3) * step); \
        T v[4], d[4]; \
        for (int y = 0; y < 4; y++) { \
            const T *at = (const T *)(x + (l + y) * x_step); \
            v[y] = at[0]; \
            d[y] = dx ? at[1] : 0; \
        } \
        for (i64 j = 0; j < 2 * n; j++) { \
            c[j] += (v[0] * p[j] + v[1] * q[j]) + (v[2] * r[j] + v[3] * s[j]); \
            e[j] += (d[0] * p[j] + d[1] * q[j]) + (d[2] * r[j] + d[3] * s[j]); \
        } \
    } \
    for (; l < k; l++) { \
        const T *restrict p = (const T *)(b + l * step); \
        const T *at = (const T *)(x + l * x_step); \
        const T v = at[0], d = dx ? at[1] : 0; \
        for (i64 j = 0; j < 2 * n; j++) { c[j] += v * p[j]; e[j] += d * p[j]; } \
    } \
    for (i64 j = 0; j < n; j++) c[2 * j + 1] += e[2 * j]; \
} \
/* values or tangents alone, contiguous */ \
static char *NAME##_part(runtime *R, const char *p, i64 rows, i64 columns, i64 s0, i64 s1) { \
    T *made = allocate(R, (size_t)(rows * columns) * sizeof(T)); \
    for (i64 i = 0; i < rows; i++) for (i64 j = 0; j < columns; j++) made[i * columns + j] = *(const T *)(p + i * s0 + j * s1); \
    return (char *)made; \
} \
PRODUCT_OF_DUALS(T, D, NAME) { \
    const i64 w = (i64)sizeof(T); \
    char *mark = R->top; \
    if (!add) memset(c, 0, (size_t)(m * n) * sizeof(D)); \
    T *to = (T *)c; \
    if (n == 1 && m > 1) { \
        if (da && a1 == 2 * w) { \
            T *xv = allocate(R, (size_t)(2 * k * w)), *xd = allocate(R, (size_t)(2 * k * w)); \
            for (i64 l = 0; l < k; l++) { \
                const T *x = (const T *)(b + l * b0); \
                xv[2 * l] = xv[2 * l + 1] = x[0]; \
                xd[2 * l] = xd[2 * l + 1] = db ? x[1] : 0; \
            } \
            NAME##_rows(m, k, a, a0, xv, xd, to); \
            R->top = mark; \
            return; \
        } \
        if (da && a0 == 2 * w) { \
            NAME##_sums(m, k, b, b0, db, a, a1, to, allocate(R, (size_t)(2 * m * w))); \
            R->top = mark; \
            return; \
        } \
        if (!da) { \
            T *part = allocate(R, (size_t)(m * w)); \
            for (int q = 0; q < 1 + db; q++) { \
                char *x = NAME##_part(R, b + q * w, k, 1, b0, b0); \
                PLAIN(R, m, 1, k, a, a0, a1, x, w, w, part, 0); \
                for (i64 i = 0; i < m; i++) to[2 * i + q] += part[i]; \
            } \
            R->top = mark; \
            return; \
        } \
    } \
    if (m == 1 && db && b1 == 2 * w) { \
        NAME##_sums(n, k, a, a1, da, b, b0, to, allocate(R, (size_t)(2 * n * w))); \
        R->top = mark; \
        return; \
    } \
    if (!db || b1 != 2 * w) {  /* as pairs, row by row */ \
        T *pairs = allocate(R, (size_t)(2 * k * n * w)), *at = pairs; \
        const i64 shape[2] = {k, n}, steps[2] = {b0, b1}; \
        PAIRS_(2, &at, b, shape, steps, db ? b + w : NULL, steps); \
        b = (const char *)pairs; b0 = 2 * n * w; b1 = 2 * w; \
    } \
    if (m * n * k > 8192 && m > 1 && n > 1) { \
        char *values = NAME##_part(R, a, m, k, a0, a1); \
        PLAIN(R, m, 2 * n, k, values, k * w, w, b, b0, w, to, 1); \
        if (da) { \
            char *tangents = NAME##_part(R, a + w, m, k, a0, a1), *others = NAME##_part(R, b, k, n, b0, b1); \
            T *part = allocate(R, (size_t)(m * n * w)); \
            PLAIN(R, m, n, k, tangents, k * w, w, others, n * w, w, part, 0); \
            for (i64 i = 0; i < m * n; i++) to[2 * i + 1] += part[i]; \
        } \
        R->top = mark; \
        return; \
    } \
    if (da) { \
        T *others = allocate(R, (size_t)(2 * n * w)); \
        for (i64 l = 0; l < k; l++) { \
            const T *restrict row = (const T *)(b + l * b0); \
            for (i64 j = 0; j < n; j++) { others[2 * j] = 0; others[2 * j + 1] = row[2 * j]; } \
            for (i64 i = 0; i < m; i++) { \
                const T *x = (const T *)(a + i * a0 + l * a1); \
                const T v = x[0], d = x[1]; \
                T *restrict z = to + 2 * i * n; \
                for (i64 j = 0; j < 2 * n; j++) z[j] += v * row[j] + d * others[j]; \
            } \
        } \
    } else { \
        for (i64 i = 0; i < m; i++) \
            for (i64 l = 0; l < k; l++) { \
                const T v = *(const T *)(a + i * a0 + l * a1); \
                const T *restrict row = (const T *)(b + l * b0); \
                T *restrict z = to + 2 * i * n; \
                for (i64 j = 0; j < 2 * n; j++) z[j] += v * row[j]; \
            } \
    } \
    R->top = mark; \
} \
static void NAME##_of_due(runtime *R, i64 m, i64 n, i64 k, const char *a, i64 a0, i64 a1, const char *b, i64 b0, i64 b1, D *c, int add) { \
    NAME(R, m, n, k, a, a0, a1, true, b, b0, b1, true, c, add); \
}

#ifdef WITH_duals_f64
IN_A_ROW(16, dual)
SUM_DUALS(sum_dual, dual)
PAIRS(double, pairs_f64)
TANGENTS(double, tangents_f64)
PRODUCT_DUALS(double, dual, product_dual, double_lanes, 8, product_f64, pairs_f64)
DUE(dual, dual, product_dual_of_due)
#endif
#ifdef WITH_duals_f32
SUM_DUALS(sum_dualf, dualf)
PAIRS(float, pairs_f32)
TANGENTS(float, tangents_f32)
PRODUCT_DUALS(float, dualf, product_dualf, float_lanes, 16, product_f32, pairs_f32)
DUE(dualf, dualf, product_dualf_of_due)
#endif
#endif

#define DUALIZED(RANK, SUFFIX, T, WITH) \
static inline __attribute__((noinline)) array_##RANK WITH##_##RANK(runtime *R, array_##RANK a) { \
    i64 total = 1; \
    for (int j = 0; j < RANK; j++) total *= a.n[j]; \
    T *to = allocate(R, (size_t)(2 * total) * sizeof(T)); \
    array_##RANK made = a; \
    made.p = (char *)to; \
    for (int j = RANK - 1; j >= 0; j--) made.s[j] = j == RANK - 1 ? 2 * (i64)sizeof(T) : made.n[j + 1] * made.s[j + 1]; \
    pairs_##SUFFIX(RANK, &to, a.p, a.n, a.s, NULL, NULL); \
    return made; \
}
#define DUALIZED_BOTH(RANK) DUALIZED(RANK, f64, double, dualized) DUALIZED(RANK, f32, float, dualized32)
DUALIZED_BOTH(1) DUALIZED_BOTH(2) DUALIZED_BOTH(3) DUALIZED_BOTH(4) DUALIZED_BOTH(5) DUALIZED_BOTH(6)

/* An array of Python's as pairs, in a program that writes, and its strides: an argument with its direction, or NULL; or an array from
   outside of the function, which must not be written. `alone`: without the marks of a gradient's program. */
#define PAIRS_IN(T, SUFFIX) \
static inline __attribute__((noinline)) char *pairs_in_##SUFFIX(runtime *R, const numpy_array *a, const numpy_array *direction, \
                                                               bool outside, bool alone, i64 *steps) { \
    const i64 size = (i64)sizeof(T); \
    i64 total = 1, *own = allocate(R, (size_t)(a->nd + 1) * sizeof(i64)); \
    for (int j = a->nd - 1; j >= 0; j--) { own[j] = steps[j] = 2 * size * total; total *= a->dims[j]; } \
    T *made = allocate(R, (size_t)(2 * total * size) + 1), *to = made;  /* never that of the next */ \
    pairs_##SUFFIX(a->nd, &to, a->data, a->dims, a->strides, direction ? direction->data : NULL, direction ? direction->strides : NULL); \
    if (outside) set_marks(R, a->nd, (char *)made, a->dims, own, 2 * size, SHARED); \
    else { \
        remember(R, a, size, (char *)made, own, 2 * size); \
        if (!alone) mark_given(R, a, size, (char *)made, own, 2 * size); \
    } \
    return (char *)made; \
}
PAIRS_IN(double, f64)
PAIRS_IN(float, f32)

/* Where a function without its gradient has come to its end, or has raised: what it has changed in its arguments. */
static inline void changed_back(int rank, char *to, const i64 *t, const char *from, const i64 *n, const i64 *s, i64 size) {
    if (rank == 0) { if (memcmp(to, from, (size_t)size)) memcpy(to, from, (size_t)size); return; }
    for (i64 i = 0; i < n[0]; i++) changed_back(rank - 1, to + i * t[0], t + 1, from + i * s[0], n + 1, s + 1, size);
}
static inline void hand_back_changed(runtime *R) {
    R->at_error = NULL;
    for (given_array *g = R->given; g; g = g->before)
        changed_back(g->from->nd, g->from->data, g->from->strides, g->p, g->from->dims, g->steps, g->size);
}
