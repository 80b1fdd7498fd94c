/* Numbers with their tangents (`duals.py`): the derivative along one direction, computed beside the value (Clifford's dual numbers;
   Wengert, 1964). Arrays of them are arrays of pairs. */

#define DUAL_OF(T, D) \
typedef struct { T v, d; } D; \
static inline D D##_of(T v) { return (D){v, 0}; } \
static inline D D##_add(D x, D y) { return (D){x.v + y.v, x.d + y.d}; } \
static inline D D##_sub(D x, D y) { return (D){x.v - y.v, x.d - y.d}; } \
static inline D D##_mul(D x, D y) { return (D){x.v * y.v, x.d * y.v + y.d * x.v}; } \
static inline D D##_neg(D x) { return (D){-x.v, -x.d}; } \
/* with a number that has none */ \
static inline D D##_plus(D x, T y) { return (D){x.v + y, x.d}; } \
static inline D D##_minus(D x, T y) { return (D){x.v - y, x.d}; } \
static inline D D##_less(T x, D y) { return (D){x - y.v, -y.d}; } \
static inline D D##_times(D x, T y) { return (D){x.v * y, x.d * y}; } \
/* quotients: 0 where a tangent is 0, even if the slope is infinite or not a number */ \
static inline T D##_quiet(T d, T slope) { return slope != slope && d == 0 ? d : slope; } \
static inline D D##_by(D x, T y) { return (D){x.v / y, D##_quiet(x.d, x.d / y)}; } \
static inline D D##_under(T x, D y) { const T q = x / y.v; return (D){q, D##_quiet(y.d, -y.d * q / y.v)}; } \
static inline D D##_div(D x, D y) { \
    const T q = x.v / y.v; \
    return (D){q, D##_quiet(x.d, x.d / y.v) + D##_quiet(y.d, -y.d * q / y.v)}; \
} \
/* `r`, which is `g` times a slope, but 0 where `g` is (`helpers.masked`) */ \
static inline D D##_masked(D g, D r) { \
    return (D){r.v != r.v && g.v == 0 ? g.v : r.v, r.d != r.d && g.v == 0 && g.d == 0 ? g.d : r.d}; \
}
DUAL_OF(double, dual)
DUAL_OF(float, dualf)
static inline dual dual_of_dualf(dualf x) { return (dual){x.v, x.d}; }
static inline dualf dualf_of_dual(dual x) { return (dualf){(float)x.v, (float)x.d}; }
