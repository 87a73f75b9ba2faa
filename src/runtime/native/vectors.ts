/**
 * What C lacks for vectors: types of 4, 8 and 16 lanes with the operations of code (`src/code/code.ts`), named by
 * operation and type, such as `fma_f32x16`. One lane has the same names, so that printing knows no exceptions.
 */
import type { Lanes } from "../../code/code.ts";

/** The types and operations of all lane counts. */
export const vectorPrelude = (): string =>
  [
    `#include <stddef.h>
#if defined(__x86_64__) && defined(__SSE4_1__)
#include <immintrin.h>
#endif
#define FN static inline __attribute__((always_inline, unused))
#if defined(__clang__) || __GNUC__ >= 12
#define HALF(result, a, first, ...) return __builtin_shufflevector(a, a, __VA_ARGS__)
#else
#define HALF(result, a, first, ...) result r; __builtin_memcpy(&r, (const char *)&a + 4 * (first), sizeof r); return r
#endif`,
    oneLane,
    ...([4, 8, 16] as const).map(lanesOf),
  ].join("\n");

const oneLane = `
typedef float f32x1;
typedef int i32x1;
typedef int maskx1;
FN float splat_f32x1(float a) { return a; }
FN int splat_i32x1(int a) { return a; }
FN int splat_maskx1(int a) { return a; }
FN int ramp_i32x1(void) { return 0; }
FN float load_f32x1(const float *p) { return *p; }
FN int load_i32x1(const int *p) { return *p; }
FN void store_f32x1(float *p, float a) { *p = a; }
FN void store_i32x1(int *p, int a) { *p = a; }
FN float gather_f32x1(const float *p, long step) { (void)step; return *p; }
FN int gather_i32x1(const int *p, long step) { (void)step; return *p; }
FN void scatter_f32x1(float *p, long step, float a) { (void)step; *p = a; }
FN void scatter_i32x1(int *p, long step, int a) { (void)step; *p = a; }
FN int add_i32x1(int a, int b) { return (int)((unsigned)a + (unsigned)b); }
FN int sub_i32x1(int a, int b) { return (int)((unsigned)a - (unsigned)b); }
FN int mul_i32x1(int a, int b) { return (int)((unsigned)a * (unsigned)b); }
FN int shiftLeft_i32x1(int a, int b) { return (int)((unsigned)a << b); }
FN float neg_f32x1(float a) { return -a; }
FN float abs_f32x1(float a) { return __builtin_fabsf(a); }
FN float sqrt_f32x1(float a) { return __builtin_sqrtf(a); }
FN float round_f32x1(float a) { return __builtin_rintf(a); }
FN float floor_f32x1(float a) { return __builtin_floorf(a); }
FN int toInt_f32x1(float a) { return (int)a; }
FN float toFloat_i32x1(int a) { return (float)a; }
FN int asInt_f32x1(float a) { int b; __builtin_memcpy(&b, &a, 4); return b; }
FN float asFloat_i32x1(int a) { float b; __builtin_memcpy(&b, &a, 4); return b; }
FN float min_f32x1(float a, float b) { return b < a ? b : a; }
FN float max_f32x1(float a, float b) { return a < b ? b : a; }
FN int min_i32x1(int a, int b) { return b < a ? b : a; }
FN int max_i32x1(int a, int b) { return a < b ? b : a; }
FN int lt_f32x1(float a, float b) { return a < b; }
FN int le_f32x1(float a, float b) { return a <= b; }
FN int eq_f32x1(float a, float b) { return a == b; }
FN int lt_i32x1(int a, int b) { return a < b; }
FN int le_i32x1(int a, int b) { return a <= b; }
FN int eq_i32x1(int a, int b) { return a == b; }
FN int not_maskx1(int a) { return !a; }
FN float select_f32x1(int m, float a, float b) { return m ? a : b; }
FN int select_i32x1(int m, int a, int b) { return m ? a : b; }
FN int select_maskx1(int m, int a, int b) { return m ? a : b; }
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
FN float fma_f32x1(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
FN float fma_f32x1(float a, float b, float c) { return a * b + c; }
#endif
`;

type Wide = Exclude<Lanes, 1>;

const lanesOf = (lanes: Wide): string => {
  const [f, i, u, m] = [`f32x${lanes}`, `i32x${lanes}`, `u32x${lanes}`, `maskx${lanes}`];
  const { condition, operations } = x86[lanes];
  return `
typedef float ${f} __attribute__((vector_size(${lanes * 4})));
typedef int ${i} __attribute__((vector_size(${lanes * 4})));
typedef unsigned ${u} __attribute__((vector_size(${lanes * 4})));
${(["f32", "i32"] as const).map((scalar) => memory(scalar, lanes)).join("\n")}
FN ${i} ramp_i32x${lanes}(void) { return (${i}){${numbers(lanes)}}; }
FN ${i} add_${i}(${i} a, ${i} b) { return (${i})((${u})a + (${u})b); }
FN ${i} sub_${i}(${i} a, ${i} b) { return (${i})((${u})a - (${u})b); }
FN ${i} mul_${i}(${i} a, ${i} b) { return (${i})((${u})a * (${u})b); }
FN ${i} shiftLeft_${i}(${i} a, ${i} b) { return (${i})((${u})a << (${u})b); }
FN ${f} neg_${f}(${f} a) { return -a; }
FN ${f} abs_${f}(${f} a) { return (${f})((${i})a & 0x7fffffff); }
FN ${i} toInt_${f}(${f} a) { return __builtin_convertvector(a, ${i}); }
FN ${f} toFloat_${i}(${i} a) { return __builtin_convertvector(a, ${f}); }
FN ${i} asInt_${f}(${f} a) { return (${i})a; }
FN ${f} asFloat_${i}(${i} a) { return (${f})a; }
#if ${condition}
${operations.trim()}
#else
${plain(lanes)}
#endif
FN ${m} select_${m}(${m} m, ${m} a, ${m} b) { return (${m})((m & a) | (~m & b)); }
${(["f32", "i32"] as const).map((scalar) => across(scalar, lanes)).join("\n")}
`;
};

/** Vectors in memory: aligned like their elements. */
const memory = (scalar: "f32" | "i32", lanes: Wide): string => {
  const [type, c] = [`${scalar}x${lanes}`, scalar === "f32" ? "float" : "int"];
  const each = (of: (lane: number) => string): string =>
    Array.from({ length: lanes }, (_, lane) => of(lane)).join(" ");
  return `typedef ${c} ${type}_any __attribute__((vector_size(${lanes * 4}), aligned(4), may_alias));
FN ${type} splat_${type}(${c} a) { return (${type}){${each(() => "a,")}}; }
FN ${type} load_${type}(const ${c} *p) { return *(const ${type}_any *)p; }
FN void store_${type}(${c} *p, ${type} a) { *(${type}_any *)p = a; }
FN ${type} gather_${type}(const ${c} *p, long step) { return (${type}){${each((lane) => `p[${lane} * step],`)}}; }
FN void scatter_${type}(${c} *p, long step, ${type} a) { ${each((lane) => `p[${lane} * step] = a[${lane}];`)} }`;
};

const numbers = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => i + from).join(", ");

/** Halves combined until one lane is left. */
const across = (scalar: "f32" | "i32", lanes: Wide): string => {
  const type = `${scalar}x${lanes}`;
  const one = `${scalar}x1`;
  const half = `${scalar}x${lanes / 2}`;
  const combine = (op: AcrossOp, of: string, a: string, b: string): string =>
    scalar === "f32" && op in infix ? `(${a} ${infix[op]} ${b})` : `${op}_${of}(${a}, ${b})`;
  const infix: Partial<Record<AcrossOp, string>> = { add: "+", mul: "*" };
  const functions = acrossOps.map((op) => {
    const body =
      lanes === 4
        ? combine(op, one, combine(op, one, "a[0]", "a[2]"), combine(op, one, "a[1]", "a[3]"))
        : `across_${op}_${half}(${combine(op, half, `low_${type}(a)`, `high_${type}(a)`)})`;
    return `FN ${one} across_${op}_${type}(${type} a) { return ${body}; }`;
  });
  return [...(lanes === 4 ? [] : [halves(type, half, lanes)]), ...functions].join("\n");
};

type AcrossOp = "add" | "mul" | "min" | "max";
const acrossOps = ["add", "mul", "min", "max"] as const;

const halves = (type: string, half: string, lanes: Wide): string =>
  (["low", "high"] as const)
    .map((name, i) => {
      const first = (i * lanes) / 2;
      return `FN ${half} ${name}_${type}(${type} a) { HALF(${half}, a, ${first}, ${numbers(lanes / 2, first)}); }`;
    })
    .join("\n");

/** Lane by lane: for processors that have no section of their own here. Compilers make vectors of it. */
const plain = (lanes: Wide): string => {
  const [f, i] = [`f32x${lanes}`, `i32x${lanes}`];
  const each = (type: string, of: string): string =>
    `${type} r; for (int l = 0; l < ${lanes}; l++) r[l] = ${of}; return r;`;
  const unary = ["sqrt", "round", "floor"].map(
    (op) => `FN ${f} ${op}_${f}(${f} a) { ${each(f, `${op}_f32x1(a[l])`)} }`,
  );
  const extrema = [f, i].flatMap((type) =>
    ["min", "max"].map(
      (op) =>
        `FN ${type} ${op}_${type}(${type} a, ${type} b) { ${each(type, `${op}_${type === f ? "f32x1" : "i32x1"}(a[l], b[l])`)} }`,
    ),
  );
  const selects = [f, i].map(
    (type) =>
      `FN ${type} select_${type}(maskx${lanes} m, ${type} a, ${type} b) { ${each(type, "m[l] ? a[l] : b[l]")} }`,
  );
  return [
    `typedef ${i} maskx${lanes};`,
    ...unary,
    ...extrema,
    ...selects,
    ...comparisons(lanes),
    maskOperations(lanes),
    `FN ${f} fma_${f}(${f} a, ${f} b, ${f} c) { ${each(f, "fma_f32x1(a[l], b[l], c[l])")} }`,
  ].join("\n");
};

const comparisons = (lanes: Wide, scalars: readonly string[] = ["f32", "i32"]): string[] =>
  scalars.flatMap((scalar) =>
    Object.entries({ lt: "<", le: "<=", eq: "==" }).map(
      ([name, op]) =>
        `FN i32x${lanes} ${name}_${scalar}x${lanes}(${scalar}x${lanes} a, ${scalar}x${lanes} b) { return a ${op} b; }`,
    ),
  );

const maskOperations = (lanes: Wide): string =>
  `FN maskx${lanes} not_maskx${lanes}(maskx${lanes} a) { return ~a; }
FN maskx${lanes} splat_maskx${lanes}(int a) { return splat_i32x${lanes}(-a); }`;

/**
 * What compilers do not find by themselves. `min` and `max` of the processor give their second operand where one is
 * NaN, hence the order.
 */
const x86: Readonly<Record<Wide, { readonly condition: string; readonly operations: string }>> = {
  4: {
    condition: "defined(__x86_64__) && defined(__SSE4_1__)",
    operations: sse(4, "_mm", "__m128", "__m128i", [
      "_mm_cmplt_ps(a, b)",
      "_mm_cmple_ps(a, b)",
      "_mm_cmpeq_ps(a, b)",
    ]),
  },
  8: {
    condition: "defined(__x86_64__) && defined(__AVX2__)",
    operations: sse(8, "_mm256", "__m256", "__m256i", [
      "_mm256_cmp_ps(a, b, _CMP_LT_OQ)",
      "_mm256_cmp_ps(a, b, _CMP_LE_OQ)",
      "_mm256_cmp_ps(a, b, _CMP_EQ_OQ)",
    ]),
  },
  16: {
    condition: "defined(__x86_64__) && defined(__AVX512F__)",
    operations: `
typedef __mmask16 maskx16;
FN f32x16 sqrt_f32x16(f32x16 a) { return _mm512_sqrt_ps(a); }
FN f32x16 round_f32x16(f32x16 a) { return _mm512_roundscale_ps(a, 0x08); }
FN f32x16 floor_f32x16(f32x16 a) { return _mm512_roundscale_ps(a, 0x09); }
FN f32x16 fma_f32x16(f32x16 a, f32x16 b, f32x16 c) { return _mm512_fmadd_ps(a, b, c); }
FN f32x16 min_f32x16(f32x16 a, f32x16 b) { return _mm512_min_ps(b, a); }
FN f32x16 max_f32x16(f32x16 a, f32x16 b) { return _mm512_max_ps(b, a); }
FN i32x16 min_i32x16(i32x16 a, i32x16 b) { return (i32x16)_mm512_min_epi32((__m512i)a, (__m512i)b); }
FN i32x16 max_i32x16(i32x16 a, i32x16 b) { return (i32x16)_mm512_max_epi32((__m512i)a, (__m512i)b); }
FN maskx16 lt_f32x16(f32x16 a, f32x16 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
FN maskx16 le_f32x16(f32x16 a, f32x16 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
FN maskx16 eq_f32x16(f32x16 a, f32x16 b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
FN maskx16 lt_i32x16(i32x16 a, i32x16 b) { return _mm512_cmplt_epi32_mask((__m512i)a, (__m512i)b); }
FN maskx16 le_i32x16(i32x16 a, i32x16 b) { return _mm512_cmple_epi32_mask((__m512i)a, (__m512i)b); }
FN maskx16 eq_i32x16(i32x16 a, i32x16 b) { return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b); }
FN f32x16 select_f32x16(maskx16 m, f32x16 a, f32x16 b) { return _mm512_mask_blend_ps(m, b, a); }
FN i32x16 select_i32x16(maskx16 m, i32x16 a, i32x16 b) { return (i32x16)_mm512_mask_blend_epi32(m, (__m512i)b, (__m512i)a); }
FN maskx16 not_maskx16(maskx16 a) { return (maskx16)~a; }
FN maskx16 splat_maskx16(int a) { return (maskx16)-a; }
`,
  },
};

/** Masks as vectors of integers, 0 or -1. */
function sse(
  lanes: 4 | 8,
  prefix: string,
  float: string,
  int: string,
  [lt, le, eq]: readonly [string, string, string],
): string {
  const [f, i] = [`f32x${lanes}`, `i32x${lanes}`];
  return `
typedef ${i} maskx${lanes};
FN ${f} sqrt_${f}(${f} a) { return ${prefix}_sqrt_ps(a); }
FN ${f} round_${f}(${f} a) { return ${prefix}_round_ps(a, 0x08); }
FN ${f} floor_${f}(${f} a) { return ${prefix}_round_ps(a, 0x09); }
#ifdef __FMA__
FN ${f} fma_${f}(${f} a, ${f} b, ${f} c) { return ${prefix}_fmadd_ps(a, b, c); }
#else
FN ${f} fma_${f}(${f} a, ${f} b, ${f} c) { return a * b + c; }
#endif
FN ${f} min_${f}(${f} a, ${f} b) { return ${prefix}_min_ps(b, a); }
FN ${f} max_${f}(${f} a, ${f} b) { return ${prefix}_max_ps(b, a); }
FN ${i} min_${i}(${i} a, ${i} b) { return (${i})${prefix}_min_epi32((${int})a, (${int})b); }
FN ${i} max_${i}(${i} a, ${i} b) { return (${i})${prefix}_max_epi32((${int})a, (${int})b); }
FN maskx${lanes} lt_${f}(${f} a, ${f} b) { return (${i})${lt}; }
FN maskx${lanes} le_${f}(${f} a, ${f} b) { return (${i})${le}; }
FN maskx${lanes} eq_${f}(${f} a, ${f} b) { return (${i})${eq}; }
${comparisons(lanes, ["i32"]).join("\n")}
FN ${f} select_${f}(maskx${lanes} m, ${f} a, ${f} b) { return ${prefix}_blendv_ps(b, a, (${float})m); }
FN ${i} select_${i}(maskx${lanes} m, ${i} a, ${i} b) { return (${i})${prefix}_blendv_ps((${float})b, (${float})a, (${float})m); }
${maskOperations(lanes)}`;
}
