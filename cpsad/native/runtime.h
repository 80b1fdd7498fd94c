/* What staged programs call. One copy is put in front of each of them, so that the compiler sees it whole.

   A program runs on a stack of its own, of which memory is used only as far as the computation goes (MAP_NORESERVE).
   `rt.limit` is checked where functions may call themselves; behind it the stack grows in steps, as long as the machine
   has memory, and then the call ends with an error. Errors leave by longjmp; nothing has to be freed one by one. */
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

typedef int64_t i64;

/* AddressSanitizer is told which stack the program runs on, else it takes what lies there for errors */
#if defined(__SANITIZE_ADDRESS__)
void __sanitizer_start_switch_fiber(void **kept, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *kept, const void **bottom, size_t *size);
#define LEAVE_STACK(kept, bottom, size) __sanitizer_start_switch_fiber(kept, bottom, size)
#define ENTER_STACK(kept, bottom, size) __sanitizer_finish_switch_fiber(kept, bottom, size)
#else
#define LEAVE_STACK(kept, bottom, size) ((void)(kept))
#define ENTER_STACK(kept, bottom, size) ((void)(kept))
#endif

/* What is behind `#ifndef ELSEWHERE` is compiled once for all programs where a program is of several parts (`compiler.py`), and
   apart from it what is behind `#ifdef WITH_f64`, the products of that type, for the programs that have such */
#if defined(ELSEWHERE) || defined(ONCE)
#define OUTER __attribute__((noinline, visibility("hidden")))
#else
#define OUTER static __attribute__((noinline))
#define WITH_f64
#define WITH_f32
#endif

enum { OUT_OF_STACK = -1, OUT_OF_MEMORY = -2, INTERRUPTED = -3 };  /* other errors are numbered by the program */

typedef union slot { double f; float f4; i64 i; void *p; } slot;

typedef struct decision { double value; const struct decision *before; } decision;  /* in the frame that has made it */

typedef struct { const char *p; i64 rows, columns, size; char *copy; } turned;

typedef struct runtime {
    turned turned[8];  /* transposed matrices of Python's that products have met, and their copies */
    int turned_count;
    bool fixed;  /* whether nothing writes to Python's arrays while the program runs */
    char *volatile limit;  /* of the stack, which grows down to it; EVERYWHERE if a signal is to be looked for */
    char *volatile low;  /* of the records of `machine.py`, which grow down from the end of the arena's addresses; likewise */
    char *true_limit, *true_low, *sp;
    char *top, *end;  /* of the arena: where it is free, and as far as it may be used now */
    char *pool_top, *pool_end, *pool_free[48];  /* the pool of `arrays.h` */
    char *stack, *arena, *pool;
    size_t size, step, most;
    int error;
    union slot *in, *out;
    void (*entry)(struct runtime *);
    const decision *decisions;
    char *shadow;  /* of the arena, where a program has written (`shadows.h`) */
    size_t shadow_size;
    uint32_t *marks;
    void (*clear_marks)(struct runtime *, char *, size_t);
    void (*at_error)(struct runtime *);
    void (*at_raise)(struct runtime *);  /* puts what an exception holds into `raised` */
    void *payload;  /* of the error: the object that is raised (`raised.py`) */
    struct given *given;
    jmp_buf leave, *leave_to;  /* the way out, and that of the innermost attempt */
    ucontext_t caller, program;
    const void *outer_bottom;  /* of the stack from which the program was called */
    size_t outer_size;
} runtime;

typedef struct { int e; void *of; } failure;  /* an exception that was caught: its number, and the object if it is one */
typedef struct { unsigned char z; } maybe;
typedef struct { i64 code; void *frame; } choice;  /* which function: its number, and its frame or object */
typedef struct { i64 next, step, left; } range;
typedef struct { void *const *table; void *frame; } continuation;  /* of which the function is not known: one for each type */

#define EVERYWHERE ((char *)UINTPTR_MAX)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define ONE_BY_ONE __asm__ volatile("")  /* a loop that is not worth the compiler's time */
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define STACK_MARGIN (1 << 18)

static _Noreturn __attribute__((cold, noinline)) void fail(runtime *R, int error) {
    R->error = error;
    longjmp(*R->leave_to, 1);
}

static inline _Noreturn void fail_again(runtime *R, failure f) {
    R->payload = f.of;
    fail(R, f.e);
}

/* -- memory ------------------------------------------------------------------------------------------------- */

static size_t free_memory(void) {
    long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (size_t)pages * (size_t)size : (size_t)1 << 30;
}

#ifndef ELSEWHERE
void *blas[2];  /* dgemm, sgemm, where SciPy is there */
size_t most_stack = 0;  /* bytes; if 0, a share of what is free */
__thread slot raised[64];  /* what the exception that has left the program is made of */
void *raised_values(void) { return raised; }
#else
extern __thread slot raised[64];
extern void *blas[2];
extern size_t most_stack;
#endif

OUTER int interrupted(void);

static __attribute__((cold, noinline)) void deeper(runtime *R) {
    char *here = (char *)__builtin_frame_address(0);
    if (R->limit == EVERYWHERE) {
        R->limit = R->true_limit;
        if (interrupted()) fail(R, INTERRUPTED);
        if (here >= R->true_limit) return;
    }
    size_t used = (size_t)(R->stack + R->size - here);
    if (!R->most) R->most = most_stack ? most_stack : free_memory() / 4;
    if (used + R->step + STACK_MARGIN > R->size || used > R->most || free_memory() < 2 * R->step + ((size_t)256 << 20))
        fail(R, OUT_OF_STACK);
    R->limit = R->true_limit = here - R->step;
}

static __attribute__((cold, noinline)) void lower(runtime *R, char *sp) {
    if (R->low == EVERYWHERE) {
        R->low = R->true_low;
        if (interrupted()) fail(R, INTERRUPTED);
        if (sp >= R->true_low) return;
    }
    size_t used = (size_t)(R->pool - sp);
    if (!R->most) R->most = most_stack ? most_stack : free_memory() / 4;
    if (used + R->step + STACK_MARGIN > R->size || used > R->most || free_memory() < 2 * R->step + ((size_t)256 << 20))
        fail(R, OUT_OF_STACK);
    R->low = R->true_low = sp - R->step;
}

#define TOO_DEEP(R) ((char *)__builtin_frame_address(0) < (R)->limit)
#define CHECK_DEPTH(R) \
    if (UNLIKELY(TOO_DEEP(R))) deeper(R)
#define CHECK_SIGNALS(R) \
    if (UNLIKELY((R)->limit == EVERYWHERE)) deeper(R)

static __attribute__((cold, noinline)) void wider(runtime *R, size_t bytes) {
    size_t used = (size_t)(R->top - R->arena);
    if (used + bytes + R->step > R->size || free_memory() < bytes + 2 * R->step + ((size_t)256 << 20))
        fail(R, OUT_OF_MEMORY);
    R->end = R->top + bytes + R->step;
}

static __attribute__((noinline)) void *allocate(runtime *R, size_t bytes) {
    bytes = (bytes + 63) & ~(size_t)63;
    if (UNLIKELY(bytes > (size_t)(R->end - R->top))) wider(R, bytes);
    char *made = R->top;
    R->top += bytes;
    if (UNLIKELY(R->clear_marks != NULL)) R->clear_marks(R, made, bytes);
    return made;
}

static bool is_decided(const runtime *R, double result) {
    for (const decision *d = R->decisions; d; d = d->before)
        if (d->value == result || (d->value != d->value && result != result)) return true;
    return false;
}

/* -- a call from outside ------------------------------------------------------------------------------------ */

OUTER int run(void (*entry)(runtime *), slot *in, slot *out);

#ifndef ELSEWHERE
static void watch(char *volatile *limit);
static void unwatch(char *volatile *limit);
static __thread runtime *threads_own;

static pthread_key_t at_exit_of_thread;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void give_back(void *own) {
    runtime *R = own;
    munmap(R->stack, 3 * R->size);
    if (R->shadow) munmap(R->shadow, R->shadow_size);
    free(R);
}

static void prepare_threads(void) { pthread_key_create(&at_exit_of_thread, give_back); }

static void start(unsigned low, unsigned high) {
    runtime *R = (runtime *)((uintptr_t)low | ((uintptr_t)high << 32));
    ENTER_STACK(NULL, &R->outer_bottom, &R->outer_size);
    R->leave_to = &R->leave;
    if (!_setjmp(R->leave)) R->entry(R);
    LEAVE_STACK(NULL, R->outer_bottom, R->outer_size);
    setcontext(&R->caller);
}

OUTER int run(void (*entry)(runtime *), slot *in, slot *out) {
    runtime *R = threads_own;
    threads_own = NULL;  /* a call within a call would have a stack of its own */
    if (!R) {
        R = calloc(1, sizeof *R);
        if (!R) return OUT_OF_MEMORY;
        R->step = (size_t)64 << 20;
        for (R->size = (size_t)64 << 30; R->size >= (size_t)64 << 20; R->size >>= 1) {
            R->stack = mmap(NULL, 3 * R->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (R->stack != MAP_FAILED) break;
        }
        if (R->stack == MAP_FAILED) { free(R); return OUT_OF_MEMORY; }
        pthread_once(&once, prepare_threads);
        pthread_setspecific(at_exit_of_thread, R);
        if (R->step > R->size / 4) R->step = R->size / 4;
#ifdef MADV_HUGEPAGE
        madvise(R->stack, 3 * R->size, MADV_HUGEPAGE);  /* deep frames are many pages, each touched twice */
#endif
        R->arena = R->stack + R->size;
        R->pool = R->arena + R->size;
        mprotect(R->stack, (size_t)sysconf(_SC_PAGESIZE), PROT_NONE);
        mprotect(R->stack + 3 * R->size - sysconf(_SC_PAGESIZE), (size_t)sysconf(_SC_PAGESIZE), PROT_NONE);
    }
    char *first_pool_end = R->pool + R->step;
    char *first_limit = R->stack + R->size - R->step, *first_end = R->arena + R->step;
    R->limit = R->true_limit = first_limit;
    R->sp = R->pool;
    R->low = R->true_low = R->pool - R->step;
    R->top = R->arena;
    R->end = first_end;
    R->pool_top = R->pool;
    R->pool_end = R->pool + R->step;
    memset(R->pool_free, 0, sizeof R->pool_free);
    R->error = 0;
    R->turned_count = 0;
    R->decisions = NULL;
    R->clear_marks = NULL;
    R->at_error = R->at_raise = NULL;
    R->most = 0;
    R->in = in;
    R->out = out;
    R->entry = entry;
    getcontext(&R->program);
    R->program.uc_stack.ss_sp = R->stack;
    R->program.uc_stack.ss_size = R->size;
    R->program.uc_link = NULL;
    makecontext(&R->program, (void (*)(void))start, 2, (unsigned)(uintptr_t)R, (unsigned)((uintptr_t)R >> 32));
    bool main_thread = gettid() == getpid();  /* signals are Python's main thread's */
    if (main_thread) watch(&R->limit);
    void *kept = NULL;
    LEAVE_STACK(&kept, R->stack, R->size);
    swapcontext(&R->caller, &R->program);
    ENTER_STACK(kept, NULL, NULL);
    if (main_thread) unwatch(&R->limit);
    if (R->error && R->at_error) R->at_error(R);
    if (R->error > 0 && R->at_raise) R->at_raise(R);
    if (R->shadow && R->end != first_end) madvise(R->shadow, R->shadow_size, MADV_DONTNEED);
    if (R->true_limit != first_limit) madvise(R->stack, R->size - R->step, MADV_DONTNEED);
    if (R->true_low != R->pool - R->step) madvise(R->arena + R->step, R->size - 2 * R->step, MADV_DONTNEED);
    if (R->end != first_end) madvise(R->arena + R->step, R->size - R->step, MADV_DONTNEED);
    if (R->pool_end != first_pool_end)
        madvise(R->pool + R->step, R->size - R->step - (size_t)sysconf(_SC_PAGESIZE), MADV_DONTNEED);
    int error = R->error;
    threads_own = R;
    return error;
}
#endif

/* -- integers of Python: what does not fit in 64 bits is an error, not another number ------------------------- */

static inline i64 int_add(runtime *R, i64 a, i64 b, int e) { i64 r; if (UNLIKELY(__builtin_add_overflow(a, b, &r))) fail(R, e); return r; }
static inline i64 int_sub(runtime *R, i64 a, i64 b, int e) { i64 r; if (UNLIKELY(__builtin_sub_overflow(a, b, &r))) fail(R, e); return r; }
static inline i64 int_mul(runtime *R, i64 a, i64 b, int e) { i64 r; if (UNLIKELY(__builtin_mul_overflow(a, b, &r))) fail(R, e); return r; }
static inline i64 int_neg(runtime *R, i64 a, int e) { return int_sub(R, 0, a, e); }

static inline i64 int_floordiv(runtime *R, i64 a, i64 b, int zero, int e) {
    if (UNLIKELY(b == 0)) fail(R, zero);
    if (UNLIKELY(b == -1)) return int_neg(R, a, e);
    i64 q = a / b;
    return a % b != 0 && (a % b < 0) != (b < 0) ? q - 1 : q;
}

static inline i64 int_mod(runtime *R, i64 a, i64 b, int zero) {
    if (UNLIKELY(b == 0)) fail(R, zero);
    if (UNLIKELY(b == -1)) return 0;
    i64 r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

static inline i64 int_pow(runtime *R, i64 a, i64 n, int e) {  /* n >= 0 */
    i64 r = 1;
    for (; n > 0; n >>= 1) {
        if (n & 1) r = int_mul(R, r, a, e);
        if (n > 1) a = int_mul(R, a, a, e);
    }
    return r;
}

static inline i64 int_lshift(runtime *R, i64 a, i64 n, int negative, int e) {
    if (UNLIKELY(n < 0)) fail(R, negative);
    if (a == 0) return 0;
    if (UNLIKELY(n > 62 || a > (INT64_MAX >> n) || a < (INT64_MIN >> n))) fail(R, e);
    return (i64)((uint64_t)a << n);
}

static inline i64 int_rshift(runtime *R, i64 a, i64 n, int negative) {
    if (UNLIKELY(n < 0)) fail(R, negative);
    return n > 63 ? (a < 0 ? -1 : 0) : a >> n;
}

#define EXACT ((i64)1 << 53)  /* up to here every integer is a double */

static inline double int_to_float(runtime *R, i64 a, int e) { if (UNLIKELY(a > EXACT || a < -EXACT)) fail(R, e); return (double)a; }

static inline i64 float_to_int(runtime *R, double x, int nan, int infinite, int e) {
    if (UNLIKELY(isnan(x))) fail(R, nan);
    if (UNLIKELY(isinf(x))) fail(R, infinite);
    if (UNLIKELY(fabs(x) >= 9.2e18)) fail(R, e);
    return (i64)x;
}

/* -- floats of Python ----------------------------------------------------------------------------------------- */

/* far from where a product or a reciprocal would lose digits */
static inline bool is_tame(double x) { x = fabs(x); return x > 0x1p-500 && x < 0x1p500; }

static inline double float_div(runtime *R, double a, double b, int zero) { if (UNLIKELY(b == 0)) fail(R, zero); return a / b; }

static inline double floored_mod(double a, double b) {  /* the sign of b */
    double r = fmod(a, b);
    if (r != 0) return (b < 0) != (r < 0) ? r + b : r;
    return copysign(0.0, b);
}

static inline double floored_div(double a, double b) {
    double r = fmod(a, b), q = (a - r) / b;
    if (r != 0 && (b < 0) != (r < 0)) q -= 1.0;
    if (q == 0) return copysign(0.0, a / b);
    double f = floor(q);
    return q - f > 0.5 ? f + 1.0 : f;
}

static inline double float_mod(runtime *R, double a, double b, int zero) { if (UNLIKELY(b == 0)) fail(R, zero); return floored_mod(a, b); }
static inline double float_floordiv(runtime *R, double a, double b, int zero) { if (UNLIKELY(b == 0)) fail(R, zero); return floored_div(a, b); }
static inline double np_mod(double a, double b) { return b == 0 ? NAN : floored_mod(a, b); }
static inline double np_floordiv(double a, double b) { return b == 0 ? a / b : floored_div(a, b); }

static inline double np_pow(double x, double y) {
    return y == 2.0 ? x * x : y == 1.0 ? x : y == 3.0 ? x * x * x : pow(x, y);
}

static inline double float_pow(runtime *R, double x, double y, int zero, int range_, int complex_) {
    if (y == 2.0) {
        double s = x * x;
        if (UNLIKELY(isinf(s) && isfinite(x))) fail(R, range_);
        return s;
    }
    if (UNLIKELY(x == 0 && y < 0)) fail(R, zero);
    if (UNLIKELY(x < 0 && isfinite(x) && isfinite(y) && y != floor(y))) fail(R, complex_);
    double r = pow(x, y);
    if (UNLIKELY(isinf(r) && isfinite(x) && isfinite(y))) fail(R, range_);
    return r;
}

/* the results of functions of `math`, as Python judges them */
static inline double judged(runtime *R, double r, double x, int domain, int range_) {
    if (UNLIKELY(!isfinite(r))) {
        if (isnan(r) && !isnan(x)) fail(R, domain);
        if (isinf(r) && isfinite(x)) fail(R, range_);
    }
    return r;
}

static inline double judged_log(runtime *R, double r, double x, int domain) {
    if (UNLIKELY(x <= 0)) fail(R, domain);
    return r;
}

static inline double np_sign(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x == 0 ? 0.0 : x; }

/* -- ranges ----------------------------------------------------------------------------------------------------- */

static inline range make_range(runtime *R, i64 start, i64 stop, i64 step, int zero) {
    if (UNLIKELY(step == 0)) fail(R, zero);
    range made = { start, step, 0 };
    if (step > 0 ? start < stop : start > stop)
        made.left = step > 0 ? (i64)(((uint64_t)stop - (uint64_t)start - 1) / (uint64_t)step) + 1
                             : (i64)(((uint64_t)start - (uint64_t)stop - 1) / (0 - (uint64_t)step)) + 1;
    return made;
}
