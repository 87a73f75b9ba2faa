/** Idioms made of several primitives. */
import { logsumexp, mul, sub, sum } from "./build.ts";
import type { Node } from "./op.ts";
import { elements } from "./shapes.ts";

/** Mean over some axes, which keep size 1. */
export const mean = (x: Node, axes: readonly number[]): Node =>
  mul(sum(x, axes), 1 / elements(axes.map((axis) => x.shape[axis] ?? 1)));

/** log of the mean of exp over the last axis, which keeps size 1. */
export const logMeanExp = (x: Node): Node => sub(logsumexp(x), Math.log(x.shape.at(-1) ?? 1));

/** log of softmax over the last axis. */
export const logSoftmax = (x: Node): Node => sub(x, logsumexp(x));
