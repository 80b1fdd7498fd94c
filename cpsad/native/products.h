/* Products of matrices of which one is small, as convolutions and batches have them. BLAS packs what it multiplies, which takes
   as long as the product where one side has ten or twenty rows; here matrices are read as they lie, and what is added up stays in
   registers: ROWS rows of two vectors, or four rows times five (Goto and van de Geijn, *Anatomy of high-performance matrix
   multiplication*, 2008, without the packing). Rows that a block has too many are the last one again, and are not stored. */

#if defined(__AVX2__) && (defined(WITH_f64) || defined(WITH_f32))
#define SMALL_PRODUCTS
#ifdef __AVX512F__
#define VECTOR_BYTES 64
#define ROWS 10
#define EACH_ROW(F) F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9)
#define ACROSS 5
#define EACH_ACROSS(F, i) F(i, 0) F(i, 1) F(i, 2) F(i, 3) F(i, 4)
#define DOWN 4
#define EACH_DOWN(F) F(0) F(1) F(2) F(3)
#else
#define VECTOR_BYTES 32
#define ROWS 6
#define EACH_ROW(F) F(0) F(1) F(2) F(3) F(4) F(5)
#define ACROSS 4
#define EACH_ACROSS(F, i) F(i, 0) F(i, 1) F(i, 2) F(i, 3)
#define DOWN 3
#define EACH_DOWN(F) F(0) F(1) F(2)
#endif
#define LAST(i, count) ((i) < (count) ? (i) : (count) - 1)

#define ROW_POINTER(i) const char *p##i = a + LAST(i, m) * a0;
#define ROW_BEGIN(i) V x##i = {0}, y##i = {0};
#define ROW_MORE(i) { const T f = *(const T *)p##i; x##i += f * bx; y##i += f * by; p##i += a1; }
#define ROW_STORE(i) if (i < m) { V *to = (V *)(c + i * n); to[0] = x##i; to[1] = y##i; }
#define ROW_ADD(i) if (i < m) { V *to = (V *)(c + i * n); to[0] += x##i; to[1] += y##i; }
#define ROW_ASIDE(i) tile[2 * i] = x##i; tile[2 * i + 1] = y##i;
#define DOWN_POINTER(i) const char *p##i = a + LAST(i, m) * a0; EACH_ACROSS(PAIR_BEGIN, i)
#define PAIR_BEGIN(i, j) V s##i##j = {0}; T t##i##j = 0;
#define PAIR_MORE(i, j) s##i##j += f * g##j;
#define DOWN_MORE(i) { const V f = *(const V *)(p##i + l); EACH_ACROSS(PAIR_MORE, i) }
#define PAIR_REST(i, j) t##i##j += f * *(const T *)(q##j + l);
#define DOWN_REST(i) { const T f = *(const T *)(p##i + l); EACH_ACROSS(PAIR_REST, i) }
#define ACROSS_POINTER(i, j) const char *q##j = b + LAST(j, n) * b1;
#define ACROSS_LOAD(i, j) const V g##j = *(const V *)(q##j + l);
#define PAIR_STORE(i, j) if (i < m && j < n) c[i * step + j] += SUM_OF_LANES(s##i##j) + t##i##j;
#define DOWN_STORE(i) EACH_ACROSS(PAIR_STORE, i)

#define SMALL(TYPE, NAME) \
typedef TYPE NAME##_vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(TYPE)), may_alias)); \
static inline TYPE NAME##_lanes(NAME##_vector v) { \
    typedef TYPE T; \
    T sum[VECTOR_BYTES / sizeof(T)]; \
    memcpy(sum, &v, sizeof v); \
    for (int half = VECTOR_BYTES / sizeof(T) / 2; half; half /= 2) for (int q = 0; q < half; q++) sum[q] += sum[q + half]; \
    return sum[0]; \
} \
/* up to ROWS rows of `a` times two vectors of columns of `b`; the first `skip` columns are there already */ \
static __attribute__((noinline)) void NAME##_block(i64 m, i64 k, const char *a, i64 a0, i64 a1, const char *b, i64 b0, \
                                                   TYPE *restrict c, i64 n, i64 skip, int add) { \
    typedef TYPE T; \
    typedef NAME##_vector V; \
    EACH_ROW(ROW_POINTER) \
    EACH_ROW(ROW_BEGIN) \
    for (i64 l = 0; l < k; l++, b += b0) { \
        const V bx = *(const V *)b, by = *(const V *)(b + VECTOR_BYTES); \
        EACH_ROW(ROW_MORE) \
    } \
    if (!add) { EACH_ROW(ROW_STORE) return; }  /* what is there already is the same sums */ \
    if (!skip) { EACH_ROW(ROW_ADD) return; } \
    V tile[2 * ROWS]; \
    EACH_ROW(ROW_ASIDE) \
    const i64 two = 2 * VECTOR_BYTES / (i64)sizeof(T); \
    for (i64 i = 0; i < m; i++) { \
        const T *row = (const T *)tile + i * two; \
        T *to = c + i * n; \
        for (i64 j = skip; j < two; j++) { ONE_BY_ONE; to[j] += row[j]; } \
    } \
} \
/* c (+)= a b, where rows of `b` are contiguous and at least two vectors long */ \
static __attribute__((noinline)) void NAME##_wide(i64 m, i64 n, i64 k, const char *a, i64 a0, i64 a1, const char *b, i64 b0, \
                                                  TYPE *restrict c, int add) { \
    const i64 two = 2 * VECTOR_BYTES / (i64)sizeof(TYPE); \
    for (i64 l = 0; l < k; l += 256, add = 1) \
        for (i64 j = 0; j < n;) { \
            const i64 at = j + two <= n ? j : n - two; \
            for (i64 i = 0; i < m; i += ROWS) \
                NAME##_block(m - i < ROWS ? m - i : ROWS, k - l < 256 ? k - l : 256, a + i * a0 + l * a1, a0, a1, \
                             b + l * b0 + at * (i64)sizeof(TYPE), b0, c + i * n + at, n, j - at, add); \
            j = at + two; \
        } \
} \
/* up to DOWN rows of `a` times up to ACROSS columns of `b`, both contiguous */ \
static __attribute__((noinline)) void NAME##_pairs(i64 m, i64 n, i64 bytes, const char *a, i64 a0, const char *b, i64 b1, \
                                                   TYPE *restrict c, i64 step) { \
    typedef TYPE T; \
    typedef NAME##_vector V; \
    EACH_ACROSS(ACROSS_POINTER, 0) \
    EACH_DOWN(DOWN_POINTER) \
    i64 l = 0; \
    for (; l + VECTOR_BYTES <= bytes; l += VECTOR_BYTES) { \
        EACH_ACROSS(ACROSS_LOAD, 0) \
        EACH_DOWN(DOWN_MORE) \
    } \
    for (; l < bytes; l += (i64)sizeof(T)) { ONE_BY_ONE; EACH_DOWN(DOWN_REST) } \
    EACH_DOWN(DOWN_STORE) \
} \
/* c += a b, where rows of `a` and columns of `b` are contiguous */ \
static __attribute__((noinline)) void NAME##_long(i64 m, i64 n, i64 k, const char *a, i64 a0, const char *b, i64 b1, \
                                                  TYPE *restrict c) { \
    const i64 all = k * (i64)sizeof(TYPE), part = 16384; \
    for (i64 l = 0; l < all; l += part) \
        for (i64 j = 0; j < n; j += ACROSS) \
            for (i64 i = 0; i < m; i += DOWN) \
                NAME##_pairs(m - i < DOWN ? m - i : DOWN, n - j < ACROSS ? n - j : ACROSS, all - l < part ? all - l : part, \
                             a + i * a0 + l, a0, b + j * b1 + l, b1, c + i * n + j, n); \
}
/* whether `n`, in parts of `part`, is rounded up to at most `more` eighths of it */
#define FILLS(n, part, more) (((n) + (part) - 1) / (part) * (part) * 8 <= (n) * (more))
#define SMALL_PRODUCT(TYPE, NAME) \
    if (k > 0 && m > 1 && n >= 2 * VECTOR_BYTES / w && b1 == w && m * (k < 256 ? k : 256) <= 1 << 17 && FILLS(m, ROWS, 11) && \
        FILLS(n, 2 * VECTOR_BYTES / w, 9)) { \
        NAME##_wide(m, n, k, a, a0, a1, b, b0, c, add); \
        return; \
    } \
    if (w == 4 && k >= 1024 && n > 1 && m > 1 && m * n <= 1 << 14 && a1 == w && b0 == w && FILLS(m, DOWN, 11) && \
        FILLS(n, ACROSS, 11)) { \
        if (!add) memset(c, 0, (size_t)(m * n) * sizeof(TYPE)); \
        NAME##_long(m, n, k, a, a0, b, b1, c); \
        return; \
    }
#else
#define SMALL_PRODUCT(TYPE, NAME)
#endif

#if defined(SMALL_PRODUCTS) && defined(WITH_f64)
#define SUM_OF_LANES small_f64_lanes
SMALL(double, small_f64)
#undef SUM_OF_LANES
#endif
#if defined(SMALL_PRODUCTS) && defined(WITH_f32)
#define SUM_OF_LANES small_f32_lanes
SMALL(float, small_f32)
#endif
