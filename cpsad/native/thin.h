/* Products with a vector. A matrix is read once, which is what takes the time: four rows at once share what is read of the vector,
   and have sums of their own, none of which waits for another. */

#if defined(WITH_f64) || defined(WITH_f32)
#define LEFT(row) (lanes)((bits)*(const lanes *)((row) + last) & rest)
#define THIN(T, V, LANES, NAME) \
typedef T V __attribute__((vector_size(64), aligned(sizeof(T)), may_alias)); \
typedef T NAME##_part __attribute__((vector_size(16), may_alias)); \
typedef i64 NAME##_bits __attribute__((vector_size(64))); \
static inline T NAME##_sum(V v) { \
    NAME##_part q[4]; \
    memcpy(q, &v, sizeof v); \
    q[0] = (q[0] + q[1]) + (q[2] + q[3]); \
    T sum[16 / sizeof(T)], all = 0; \
    memcpy(sum, q, 16); \
    for (int i = 0; i < 16 / (int)sizeof(T); i++) all += sum[i]; \
    return all; \
} \
/* c[i] += the product of row i of `a` and `x`; what a row has left is in the last of its last lanes, where `rest` has ones */ \
static __attribute__((noinline)) void NAME##_rows(i64 m, i64 k, const char *a, i64 step, const T *restrict x, T *restrict c) { \
    if (k < LANES) { \
        for (i64 i = 0; i < m; i++) { \
            T t = 0; \
            for (i64 l = 0; l < k; l++) { ONE_BY_ONE; t += ((const T *)(a + i * step))[l] * x[l]; } \
            c[i] += t; \
        } \
        return; \
    } \
    typedef V lanes; \
    typedef NAME##_bits bits; \
    const i64 whole = k / LANES * LANES, last = k - LANES; \
    T left[LANES]; \
    bits rest; \
    memset(left, 0, sizeof left); \
    memset(&rest, 0, sizeof rest); \
    memcpy(left + LANES - (k - whole), x + whole, (size_t)(k - whole) * sizeof(T)); \
    memset((T *)&rest + LANES - (k - whole), 0xff, (size_t)(k - whole) * sizeof(T)); \
    const V z = *(const V *)left; \
    i64 i = 0; \
    for (; i + 4 <= m; i += 4) { \
        const T *p = (const T *)(a + i * step), *q = (const T *)(a + (i + 1) * step); \
        const T *r = (const T *)(a + (i + 2) * step), *s = (const T *)(a + (i + 3) * step); \
        V vp = z * LEFT(p), vq = z * LEFT(q), vr = z * LEFT(r), vs = z * LEFT(s); \
        for (i64 l = 0; l < whole; l += LANES) { \
            const V y = *(const V *)(x + l); \
            vp += *(const V *)(p + l) * y; vq += *(const V *)(q + l) * y; \
            vr += *(const V *)(r + l) * y; vs += *(const V *)(s + l) * y; \
        } \
        c[i] += NAME##_sum(vp); c[i + 1] += NAME##_sum(vq); c[i + 2] += NAME##_sum(vr); c[i + 3] += NAME##_sum(vs); \
    } \
    for (; i < m; i++) { \
        const T *p = (const T *)(a + i * step); \
        V v = z * LEFT(p); \
        for (i64 l = 0; l < whole; l += LANES) v += *(const V *)(p + l) * *(const V *)(x + l); \
        c[i] += NAME##_sum(v); \
    } \
} \
/* c += x[l] times row l of `b`, for all l */ \
static __attribute__((noinline)) void NAME##_sums(i64 n, i64 k, const char *x, i64 x_step, const char *b, i64 step, T *restrict c) { \
    i64 l = 0; \
    for (; l + 4 <= k; l += 4) { \
        const T *restrict p = (const T *)(b + l * step), *restrict q = (const T *)(b + (l + 1) * step); \
        const T *restrict r = (const T *)(b + (l + 2) * step), *restrict s = (const T *)(b + (l + 3) * step); \
        const T xp = *(const T *)(x + l * x_step), xq = *(const T *)(x + (l + 1) * x_step); \
        const T xr = *(const T *)(x + (l + 2) * x_step), xs = *(const T *)(x + (l + 3) * x_step); \
        for (i64 j = 0; j < n; j++) c[j] += (xp * p[j] + xq * q[j]) + (xr * r[j] + xs * s[j]); \
    } \
    for (; l < k; l++) { \
        const T *restrict p = (const T *)(b + l * step); \
        const T xp = *(const T *)(x + l * x_step); \
        for (i64 j = 0; j < n; j++) c[j] += xp * p[j]; \
    } \
}
#endif
#ifdef WITH_f64
THIN(double, lanes_f64, 8, thin_f64)
#endif
#ifdef WITH_f32
THIN(float, lanes_f32, 16, thin_f32)
#endif
