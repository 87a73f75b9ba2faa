/** Mutants that compute the same, and why; by their files and what they change. */
export const equivalent: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "src/distributions/log-normal.ts": {
    "LOWEST_LOG = -1000 to LOWEST_LOG = -2000":
      "any number below every logarithm of a float64 does, and the lowest is -745",
  },
};
