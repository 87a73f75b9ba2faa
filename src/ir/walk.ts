import type { Value, ValueId } from "./value.ts";

/** How to go through values, where it is not from each to its operands. */
export interface Way {
  /** What a value needs, called once when it is met. */
  readonly needs: (value: Value) => readonly ValueId[];
  /** Values that were met; they are left out, and those that are met now are added. */
  readonly met: Set<ValueId>;
}

/**
 * The values that these roots need, those that a value needs before it, each as soon as all before it are; the order follows from
 * that of the roots alone. Iterative: a model's values are deeper than the call stack.
 */
export function* walk(
  values: readonly Value[],
  roots: Iterable<ValueId>,
  { needs, met }: Way,
): Generator<Value, void> {
  const path: { readonly value: Value; readonly needed: readonly ValueId[]; next: number }[] = [];
  const enter = (id: ValueId): void => {
    const value = values[id];
    if (value === undefined || met.has(id)) return;
    met.add(id);
    path.push({ value, needed: needs(value), next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const needed = top.needed[top.next++];
      if (needed !== undefined) enter(needed);
      else {
        path.pop();
        yield top.value;
      }
    }
  }
}

/** The values that these roots need, operands before users; the order follows from the roots' order alone. */
export const postorder = (values: readonly Value[], roots: Iterable<ValueId>): readonly Value[] => [
  ...walk(values, roots, { needs: ({ operands }) => operands, met: new Set() }),
];
