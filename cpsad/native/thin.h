/* Products with a vector. A matrix is read once, which is what takes the time: four rows at once share what is read of the vector,
   and have sums of their own, none of which waits for another. */

#if defined(WITH_f64) || defined(WITH_f32)
#define THIN(T, V, LANES, NAME) \
typedef T V __attribute__((vector_size(64), aligned(sizeof(T)), may_alias)); \
static inline T NAME##_sum(V v) { \
    T sum[LANES]; \
    memcpy(sum, &v, sizeof v); \
    for (int half = LANES / 2; half; half /= 2) for (int q = 0; q < half; q++) sum[q] += sum[q + half]; \
    return sum[0]; \
} \
/* c[i] += the product of row i of `a` and `x` */ \
static __attribute__((noinline)) void NAME##_rows(i64 m, i64 k, const char *a, i64 step, const T *restrict x, T *restrict c) { \
    i64 i = 0; \
    for (; i + 4 <= m; i += 4) { \
        const T *p = (const T *)(a + i * step), *q = (const T *)(a + (i + 1) * step); \
        const T *r = (const T *)(a + (i + 2) * step), *s = (const T *)(a + (i + 3) * step); \
        V vp = {0}, vq = {0}, vr = {0}, vs = {0}; \
        T tp = 0, tq = 0, tr = 0, ts = 0; \
        i64 l = 0; \
        for (; l + LANES <= k; l += LANES) { \
            const V y = *(const V *)(x + l); \
            vp += *(const V *)(p + l) * y; vq += *(const V *)(q + l) * y; \
            vr += *(const V *)(r + l) * y; vs += *(const V *)(s + l) * y; \
        } \
        for (; l < k; l++) { tp += p[l] * x[l]; tq += q[l] * x[l]; tr += r[l] * x[l]; ts += s[l] * x[l]; } \
        c[i] += NAME##_sum(vp) + tp; c[i + 1] += NAME##_sum(vq) + tq; \
        c[i + 2] += NAME##_sum(vr) + tr; c[i + 3] += NAME##_sum(vs) + ts; \
    } \
    for (; i < m; i++) { \
        const T *p = (const T *)(a + i * step); \
        V v = {0}; \
        T t = 0; \
        i64 l = 0; \
        for (; l + LANES <= k; l += LANES) v += *(const V *)(p + l) * *(const V *)(x + l); \
        for (; l < k; l++) t += p[l] * x[l]; \
        c[i] += NAME##_sum(v) + t; \
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
