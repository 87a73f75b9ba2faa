/** Where statements are appended while a graph, or the body of one of its loops, is lowered. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Dtype, Node, Shape } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import type { BufferDeclaration, BufferName, Statement } from "../program.ts";
import { bufferView, type View } from "./view.ts";

/** What all scopes of a program share. */
export interface Pool {
  readonly buffers: BufferDeclaration[];
  readonly names: Map<string, number>;
}

/** One level of time loops. */
export interface LoopScope {
  readonly pool: Pool;
  readonly parent: LoopScope | undefined;
  /** How many time loops are around. */
  readonly depth: number;
  readonly statements: Statement[];
  readonly values: Map<Node, View>;
  /** Components of scans. */
  readonly tuples: Map<Node, readonly View[]>;
  /** Copies in other layouts, by what they are of. */
  readonly copies: Map<string, View>;
  /** The scope in which each buffer is complete. */
  readonly homes: Map<BufferName, LoopScope>;
  /** Carries in a buffer of their own, which each step of this loop overwrites: complete for one step only. */
  readonly overwritten: Set<BufferName>;
}

export const rootScope = (): LoopScope => ({
  pool: { buffers: [], names: new Map() },
  parent: undefined,
  depth: 0,
  statements: [],
  values: new Map(),
  tuples: new Map(),
  copies: new Map(),
  homes: new Map(),
  overwritten: new Set(),
});

/** The inside of a time loop. */
export const innerScope = (parent: LoopScope): LoopScope => ({
  ...parent,
  parent,
  depth: parent.depth + 1,
  statements: [],
  values: new Map(),
  tuples: new Map(),
  copies: new Map(),
  overwritten: new Set(),
});

/** A new temporary; the wish is the start of its name, and `#`, which no input has, a part of it. */
export const allocate = (
  { pool }: LoopScope,
  wish: string,
  dtype: Dtype,
  size: number,
): BufferName => {
  const count = pool.names.get(wish) ?? 0;
  pool.names.set(wish, count + 1);
  const name = `${wish}#${count}`;
  pool.buffers.push({ name, dtype, size, role: "temporary" });
  return name;
};

/** A new dense temporary that is stored to in this scope. */
export const allocateView = (scope: LoopScope, wish: string, shape: Shape, dtype: Dtype): View => {
  const name = allocate(scope, wish, dtype, Math.max(1, elements(shape)));
  scope.homes.set(name, scope);
  return bufferView(name, shape, dtype, noSteps(scope));
};

/** Steps of something that does not move with any loop around. */
export const noSteps = ({ depth }: LoopScope): readonly number[] =>
  Array.from({ length: depth }, () => 0);

/** A view as it is seen from inside of more loops. */
export const seenFrom = (scope: LoopScope, view: View): View => {
  const { source } = view;
  if (source.kind !== "buffer" || source.steps.length === scope.depth) return view;
  const more = scope.depth - source.steps.length;
  invariant(more > 0, `${source.name} is seen from outside of its loop`);
  return {
    ...view,
    source: { ...source, steps: [...source.steps, ...Array.from({ length: more }, () => 0)] },
  };
};

/** The value of a node that has been lowered. */
export const valueOf = (scope: LoopScope, node: Node): View => {
  const value = scope.values.get(node);
  invariant(value !== undefined, `${node.op} has not been lowered`);
  return value;
};
