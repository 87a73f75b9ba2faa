/** Mutants that compute the same, and why; by their files and what they change. */
export const equivalent: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "src/distributions/log-normal.ts": {
    "LOWEST_LOG = -1000 to LOWEST_LOG = -2000":
      "any number below every logarithm of a float64 does, and the lowest is -745",
  },
  "src/distributions/bernoulli.ts": {
    "select(rest, logits, 0) to select(rest, logits, 1)":
      "it is multiplied by the rest, which is 0 there",
  },
  "src/distributions/kl.ts": {
    'div(get(q, "scale"), get(p, "scale")) to neg(div(get(q, "scale"), get(p, "scale")))':
      "the ratio is squared",
    'div(sub(get(q, "loc"), get(p, "loc")), get(p, "scale")) to neg(div(sub(get(q, "loc"), get(p, "loc")), get(p, "scale")))':
      "the shift is squared",
  },
  "src/inference/estimator.ts": {
    "equal(iota([1, particles, particles], 1), iota([1, particles, particles], 2)) to neg(equal(iota([1, particles, particles], 1), iota([1, particles, particles], 2)))":
      "only select reads it, which asks whether it is 0",
    "equal(iota([1, particles, particles], 1), iota([1, particles, particles], 2)) to mul(2, equal(iota([1, particles, particles], 1), iota([1, particles, particles], 2)))":
      "only select reads it, which asks whether it is 0",
  },
  "src/inference/terms.ts": {
    "reshape(special.mask(range), [range.end - range.begin, 1, batch]) to neg(reshape(special.mask(range), [range.end - range.begin, 1, batch]))":
      "only select reads it, which asks whether it is 0",
    "reshape(special.mask(range), [range.end - range.begin, 1, batch]) to mul(2, reshape(special.mask(range), [range.end - range.begin, 1, batch]))":
      "only select reads it, which asks whether it is 0",
    "range.end - range.begin to range.end + range.begin":
      "a range of terms is the whole sequence, which begins at 0",
  },
  "src/graph/vjp.ts": {
    "reverse ? greater(k, i) : greater(i, k) to neg(reverse ? greater(k, i) : greater(i, k))":
      "only select reads it, which asks whether it is 0",
    "reverse ? greater(k, i) : greater(i, k) to mul(2, reverse ? greater(k, i) : greater(i, k))":
      "only select reads it, which asks whether it is 0",
    "exclusive ? beyond : sub(1, reverse ? greater(i, k) : greater(k, i)) to neg(exclusive ? beyond : sub(1, reverse ? greater(i, k) : greater(k, i)))":
      "only select reads it, which asks whether it is 0",
    "exclusive ? beyond : sub(1, reverse ? greater(i, k) : greater(k, i)) to mul(2, exclusive ? beyond : sub(1, reverse ? greater(i, k) : greater(k, i)))":
      "only select reads it, which asks whether it is 0",
    "greater(a, 0) to neg(greater(a, 0))": "only select reads it, which asks whether it is 0",
    "greater(a, 0) to mul(2, greater(a, 0))": "only select reads it, which asks whether it is 0",
    "merge(x) to mul(2, merge(x)) (3)":
      "only argmax reads it, whose place does not depend on a scale",
    "build.onehot(build.argmax(values), values.shape[last(values)] ?? 1) to neg(build.onehot(build.argmax(values), values.shape[last(values)] ?? 1))":
      "only select reads it, which asks whether it is 0",
    "build.onehot(build.argmax(values), values.shape[last(values)] ?? 1) to mul(2, build.onehot(build.argmax(values), values.shape[last(values)] ?? 1))":
      "only select reads it, which asks whether it is 0",
  },
};
