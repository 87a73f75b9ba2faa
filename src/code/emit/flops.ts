/** How much arithmetic a statement does: what its time is divided by. */
import type { Nest, Product } from "../../loops/program.ts";

/** Additions and multiplications; every other operation on floats counts as one. */
export const flopsOf = (statement: Nest | Product): number => {
  const elements = productOf(statement.axes);
  const terms = statement.kind === "product" ? statement.terms : [];
  const sums = terms.reduce((sum, { inner }) => sum + 2 * productOf(inner), 0);
  const operations = statement.body.filter(({ op }) =>
    ["unary", "binary", "running", "reduce"].includes(op),
  );
  return elements * (sums + operations.length);
};

const productOf = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
