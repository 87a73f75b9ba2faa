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
};
