/* exp, tanh and log of arrays: no branches, so that the compiler computes several elements at once.

   exp(x) = 2^n exp(r) with |r| <= ln 2 / 2, and exp(r) - 1 by its series; tanh from exp(2x) - 1, which keeps small values;
   log(m 2^e) by the series of the area tangent in f / (2 + f), f = m - 1 (Tang, *Table-driven implementation of the logarithm*,
   1990, without the table). Within 1, 2.2 and 1 units in the last place; NaN, infinities and zeros as the C library has them. */

/* a b + c, in one step where the processor has it */
#ifdef __FMA__
#define MADD(a, b, c) _Generic((a) * (b), float: __builtin_fmaf, double: __builtin_fma)((a), (b), (c))
#else
#define MADD(a, b, c) ((a) * (b) + (c))
#endif

static inline double bits_f64(i64 b) { union { i64 i; double f; } u = { b }; return u.f; }
static inline i64 f64_bits(double x) { union { double f; i64 i; } u = { x }; return u.i; }
static inline float bits_f32(int32_t b) { union { int32_t i; float f; } u = { b }; return u.f; }
static inline int32_t f32_bits(float x) { union { float f; int32_t i; } u = { x }; return u.i; }

/* 2^k, of normal numbers */
static inline double power_f64(int32_t k) { return bits_f64((i64)(k + 1023) << 52); }
static inline float power_f32(int32_t k) { return bits_f32((k + 127) << 23); }

/* exp(r) - 1 for |r| <= 0.35 */
static inline double series_f64(double r) {
    double p = 1.0 / 6227020800.0;
    p = MADD(p, r, 1.0 / 479001600.0);
    p = MADD(p, r, 1.0 / 39916800.0);
    p = MADD(p, r, 1.0 / 3628800.0);
    p = MADD(p, r, 1.0 / 362880.0);
    p = MADD(p, r, 1.0 / 40320.0);
    p = MADD(p, r, 1.0 / 5040.0);
    p = MADD(p, r, 1.0 / 720.0);
    p = MADD(p, r, 1.0 / 120.0);
    p = MADD(p, r, 1.0 / 24.0);
    p = MADD(p, r, 1.0 / 6.0);
    p = MADD(p, r, 0.5);
    return MADD(p * r, r, r);
}

static inline float series_f32(float r) {
    float p = 1.0f / 5040.0f;
    p = MADD(p, r, 1.0f / 720.0f);
    p = MADD(p, r, 1.0f / 120.0f);
    p = MADD(p, r, 1.0f / 24.0f);
    p = MADD(p, r, 1.0f / 6.0f);
    p = MADD(p, r, 0.5f);
    return MADD(p * r, r, r);
}

static inline double v_exp(double x) {
    double y = x >= -746.0 ? (x > 710.0 ? 710.0 : x) : -746.0;
    double big = MADD(y, 1.4426950408889634, 6755399441055744.0), n = big - 6755399441055744.0;
    double r = MADD(n, -1.90821492927058770002e-10, MADD(n, -0.693147180369123816490, y));
    int32_t k = (int32_t)n, h = k >> 1;
    double e = (1.0 + series_f64(r)) * power_f64(h) * power_f64(k - h);
    return x != x ? x : e;
}

static inline float v_expf(float x) {
    float y = x >= -104.0f ? (x > 89.0f ? 89.0f : x) : -104.0f;
    float big = MADD(y, 1.44269504f, 12582912.0f), n = big - 12582912.0f;
    float r = MADD(n, -1.42860682030941723212e-6f, MADD(n, -0.693145751953125f, y));
    int32_t k = (int32_t)n, h = k >> 1;
    float e = (1.0f + series_f32(r)) * power_f32(h) * power_f32(k - h);
    return x != x ? x : e;
}

static inline double v_tanh(double x) {
    double a = fabs(x), y = a <= 20.0 ? a + a : 40.0;
    double big = MADD(y, 1.4426950408889634, 6755399441055744.0), n = big - 6755399441055744.0;
    double r = MADD(n, -1.90821492927058770002e-10, MADD(n, -0.693147180369123816490, y));
    double two = power_f64((int32_t)n);
    double m = MADD(two, series_f64(r), two - 1.0);
    return x != x ? x : copysign(m / (m + 2.0), x);
}

static inline float v_tanhf(float x) {
    float a = fabsf(x), y = a <= 10.0f ? a + a : 20.0f;
    float big = MADD(y, 1.44269504f, 12582912.0f), n = big - 12582912.0f;
    float r = MADD(n, -1.42860682030941723212e-6f, MADD(n, -0.693145751953125f, y));
    float two = power_f32((int32_t)n);
    float m = MADD(two, series_f32(r), two - 1.0f);
    return x != x ? x : copysignf(m / (m + 2.0f), x);
}

static inline double v_log(double x) {
    int tiny = x < 2.2250738585072014e-308;
    double y = tiny ? x * 18014398509481984.0 : x;
    y = y > 0 ? y : 1.0;
    i64 e = (f64_bits(y) - 0x3fe6a09e667f3bcd) >> 52;  /* the bits of the square root of 1/2 */
    double f = bits_f64(f64_bits(y) - e * ((i64)1 << 52)) - 1.0, k = (double)(int32_t)e - (tiny ? 54.0 : 0.0);
    double s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
    double p = 2.0 / 23.0;
    p = MADD(p, z, 2.0 / 21.0);
    p = MADD(p, z, 2.0 / 19.0);
    p = MADD(p, z, 2.0 / 17.0);
    p = MADD(p, z, 2.0 / 15.0);
    p = MADD(p, z, 2.0 / 13.0);
    p = MADD(p, z, 2.0 / 11.0);
    p = MADD(p, z, 2.0 / 9.0);
    p = MADD(p, z, 2.0 / 7.0);
    p = MADD(p, z, 2.0 / 5.0);
    p = MADD(p, z, 2.0 / 3.0);
    double r = k * 0.693147180369123816490 - ((half - (s * (half + p * z) + k * 1.90821492927058770002e-10)) - f);
    return x > 0 ? (x > 1.7976931348623157e308 ? x : r) : x == 0 ? -INFINITY : NAN;
}

static inline float v_logf(float x) { return (float)v_log((double)x); }
