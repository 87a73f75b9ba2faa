import type { Value, ValueId } from "./value.ts";

/**
 * The values that these roots need, operands before users; the order follows from the roots' order alone. Iterative: a
 * model's values are deeper than the call stack.
 */
export const postorder = (values: readonly Value[], roots: Iterable<ValueId>): readonly Value[] => {
  const done = new Set<ValueId>();
  const order: Value[] = [];
  const path: { readonly value: Value; next: number }[] = [];
  const enter = (id: ValueId): void => {
    const value = values[id];
    if (value === undefined || done.has(id)) return;
    done.add(id);
    path.push({ value, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const operand = top.value.operands[top.next++];
      if (operand !== undefined) enter(operand);
      else {
        path.pop();
        order.push(top.value);
      }
    }
  }
  return order;
};
