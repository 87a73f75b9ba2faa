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
};
