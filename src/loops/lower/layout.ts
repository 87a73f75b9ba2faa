/** Layout primitives: views where strides can say it, else copies. */
import type { NodeOf } from "../../graph/op.ts";
import { densely, emitCopy, emitNest, ownAxes } from "./nests.ts";
import { allocateView, valueOf, type LoopScope } from "./scope.ts";
import { numberView, reshaped, sliced, windowed, type View } from "./view.ts";

export const reshape = (node: NodeOf<"reshape">, scope: LoopScope): View => {
  const x = valueOf(scope, node.operands[0]);
  const { shape } = node;
  if (x.source.kind === "number") return numberView(x.source.value, shape, x.dtype);
  const view = reshaped(x, shape) ?? reshaped(densely(scope, node, x), shape);
  return view ?? x;
};

/** The part of `view` along one axis. */
const part = (view: View, axis: number, from: number, size: number): View =>
  sliced(
    view,
    view.shape.map((_, i) => (i === axis ? from : 0)),
    view.shape.map((n, i) => (i === axis ? size : n)),
  );

export const concat = (node: NodeOf<"concat">, scope: LoopScope): View => {
  const { axis } = node.attrs;
  const result = allocateView(scope, node.op, node.shape, node.dtype);
  let from = 0;
  for (const operand of node.operands) {
    const size = operand.shape[axis] ?? 1;
    emitCopy(scope, node, valueOf(scope, operand), part(result, axis, from, size));
    from += size;
  }
  return result;
};

/** Zeros are stored around the operand only: whole slabs before and after it along one axis after the other. */
export const pad = (node: NodeOf<"pad">, scope: LoopScope): View => {
  const { before, after } = node.attrs;
  const result = allocateView(scope, node.op, node.shape, node.dtype);
  let inside = result;
  node.shape.forEach((_, axis) => {
    const size = inside.shape[axis] ?? 1;
    const [low, high] = [before[axis] ?? 0, after[axis] ?? 0];
    for (const [from, count] of [
      [0, low],
      [size - high, high],
    ] as const) {
      const slab = part(inside, axis, from, count);
      emitCopy(scope, node, numberView(0, slab.shape, slab.dtype), slab);
    }
    inside = part(inside, axis, low, size - low - high);
  });
  emitCopy(scope, node, valueOf(scope, node.operands[0]), inside);
  return result;
};

export const overlapAdd = (node: NodeOf<"overlapAdd">, scope: LoopScope): View => {
  const { shape, dtype, attrs } = node;
  const [x] = node.operands;
  const result = allocateView(scope, node.op, shape, dtype);
  emitCopy(scope, node, numberView(0, shape, dtype), result);
  const target = windowed(result, attrs.axis, attrs.stride, x.shape);
  const along = ownAxes(x.shape);
  emitNest(
    scope,
    x.shape,
    node,
    (body) => {
      body.store(target, along, body.load(valueOf(scope, x), along), { accumulate: true });
    },
    { order: "ordered" },
  );
  return result;
};
