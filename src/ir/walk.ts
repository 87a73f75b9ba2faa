import type { Value, ValueId } from "./value.ts";

/** The values that these roots need, operands before users; the order follows from the roots' order alone. */
export const postorder = (values: readonly Value[], roots: Iterable<ValueId>): readonly Value[] => {
  const done = new Set<ValueId>();
  const order: Value[] = [];
  const visit = (id: ValueId): void => {
    const value = values[id];
    if (value === undefined || done.has(id)) return;
    done.add(id);
    value.operands.forEach(visit);
    order.push(value);
  };
  for (const root of roots) visit(root);
  return order;
};
