/** The nests that most primitives become. */
import { elements } from "../../graph/shapes.ts";
import type { Shape } from "../../graph/op.ts";
import type { Nest, ReduceOp, InstructionId } from "../program.ts";
import { createBody, type Along, type BodyBuilder } from "./body.ts";
import { allocateView, type LoopScope } from "./scope.ts";
import { isDense, numberView, broadcastTo, type View } from "./view.ts";

/** What a result is called, and where it comes from. */
export interface ResultName {
  readonly op: string;
  readonly origin?: string;
}

/** 0, 1, … as many as the shape has axes. */
export const ownAxes = (shape: Shape): readonly number[] => shape.map((_, axis) => axis);

/** Appends a nest, unless it runs over nothing. */
export const emitNest = (
  scope: LoopScope,
  axes: Shape,
  label: ResultName,
  write: (body: BodyBuilder) => void,
  how: Pick<Nest, "order"> & { readonly reduced?: number } = {},
): void => {
  if (elements(axes) === 0) return;
  const body = createBody();
  write(body);
  const { reduced = 0, ...order } = how;
  scope.statements.push({
    kind: "nest",
    axes,
    reduced,
    ...order,
    body: body.instructions,
    ...(label.origin === undefined ? {} : { origin: label.origin }),
  });
};

/** A new value, each element made of the operands' elements at its place; operands have its rank. */
export const emitMap = (
  scope: LoopScope,
  label: ResultName,
  result: Pick<View, "shape" | "dtype">,
  operands: readonly View[],
  compute: (body: BodyBuilder, values: readonly InstructionId[]) => InstructionId,
): View => {
  const { shape, dtype } = result;
  if (elements(shape) === 0) return numberView(0, shape, dtype);
  const to = allocateView(scope, label.op, shape, dtype);
  const along = ownAxes(shape);
  emitNest(scope, shape, label, (body) => {
    const values = operands.map((operand) => body.load(broadcastTo(operand, shape), along));
    body.store(to, along, compute(body, values));
  });
  return to;
};

/** Copies into a view of the same shape. */
export const emitCopy = (scope: LoopScope, label: ResultName, from: View, to: View): void => {
  const along = ownAxes(to.shape);
  emitNest(scope, to.shape, label, (body) => {
    body.store(to, along, body.load(from, along));
  });
};

/** A dense copy, or the view itself where it is one. */
export const densely = (scope: LoopScope, label: ResultName, view: View): View => {
  if (view.source.kind === "buffer" && isDense(view)) return view;
  return emitMap(scope, label, view, [view], (_, [x = 0]) => x);
};

/** Reduces `axes`, which keep size 1, of what `compute` makes of the operands, all of shape `shape`. */
export const emitReduction = (
  scope: LoopScope,
  label: ResultName,
  name: ReduceOp,
  operands: readonly View[],
  shape: Shape,
  axes: readonly number[],
  compute: (body: BodyBuilder, values: readonly InstructionId[]) => InstructionId,
): View => {
  const kept = ownAxes(shape).filter((axis) => !axes.includes(axis));
  const along: Along = [...kept, ...axes];
  const resultShape = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const to = allocateView(scope, label.op, resultShape, operands[0]?.dtype ?? "float");
  if (elements(shape) === 0) {
    const identities: Readonly<Record<ReduceOp, number>> = {
      add: 0,
      mul: 1,
      max: Number.NEGATIVE_INFINITY,
      min: Number.POSITIVE_INFINITY,
    };
    const empty = numberView(identities[name], resultShape, to.dtype);
    emitCopy(scope, label, empty, to);
    return to;
  }
  emitNest(
    scope,
    along.map((axis) => shape[axis ?? 0] ?? 1),
    label,
    (body) => {
      const values = operands.map((operand) => body.load(broadcastTo(operand, shape), along));
      const value = compute(body, values);
      body.reduce(to, along, name, value);
    },
    { reduced: axes.length },
  );
  return to;
};
