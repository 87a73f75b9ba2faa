/**
 * Names of inputs that a model's graphs take beside its own. They begin with a slash, which no name of a model has, so that
 * what users call `mask`, `noise` or `klWeight` is never taken for them.
 */
export const added = {
  /** [B, T]: 1 for steps that exist. */
  mask: "/mask",
  /** Standard noise of a site's draw. What a guide takes may differ from what a prior takes, in kind and in number. */
  noise: (site: string, proposal: "guide" | "prior" | "early"): string =>
    proposal === "guide" ? `/noise.${site}` : `/noise.${site}.${proposal}`,
  /** The scalar that multiplies divergences. */
  klWeight: "/klWeight",
} as const;
