/** Differentiation problems. */
import type { Node, Shape } from "../../src/graph/op.ts";

/** Float inputs, and a value made of them. */
export interface Case {
  readonly about?: string;
  readonly inputs: Readonly<Record<string, Given>>;
  /** Gets the inputs in their order. */
  readonly build: (...inputs: Inputs) => Node;
  /** The value changes with the inputs, and the gradient is zero by definition. */
  readonly stopped?: true;
  /** How often it can be differentiated; as often as one likes if absent. */
  readonly derivatives?: 0 | 1;
}

/** As many as the case has; functions that ask for more do not fit their case. */
type Inputs = readonly [Node, Node, Node, Node];

export type Cases = readonly [Case, ...Case[]];

/** A shape for random elements (between `low` and `high`), or the elements. */
export interface Given {
  readonly shape: Shape;
  readonly low?: number;
  readonly high?: number;
  readonly data?: readonly number[];
}

export const some = (...shape: Shape): Given => ({ shape });
export const positive = (...shape: Shape): Given => ({ shape, low: 0.5, high: 2 });
export const exactly = (shape: Shape, ...data: readonly number[]): Given => ({ shape, data });
