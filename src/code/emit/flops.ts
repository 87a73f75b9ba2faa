/** How much arithmetic a statement does: what its time is divided by. */
import { elements } from "../../graph/shapes.ts";
import type { Nest, Product } from "../../loops/program.ts";

/** Additions and multiplications; every other operation on floats counts as one. */
export const flopsOf = (statement: Nest | Product): number => {
  const runs = elements(statement.axes);
  const terms = statement.kind === "product" ? statement.terms : [];
  const sums = terms.reduce((sum, { inner }) => sum + 2 * elements(inner), 0);
  const operations = statement.body.filter(({ op }) =>
    ["unary", "binary", "running", "reduce"].includes(op),
  );
  return runs * (sums + operations.length);
};
