/** Primitives with indices that are values. */
import type { NodeOf } from "../../graph/op.ts";
import { elements } from "../../graph/shapes.ts";
import { emitCopy, emitMap, emitNest, ownAxes } from "./nests.ts";
import { allocateView, valueOf, type LoopScope } from "./scope.ts";
import { densely } from "./nests.ts";
import { numberView, type View } from "./view.ts";

export const onehot = (node: NodeOf<"onehot">, scope: LoopScope): View => {
  const indices = valueOf(scope, node.operands[0]);
  const last = node.shape.length - 1;
  const column = { ...indices, shape: [...indices.shape, 1], strides: [...indices.strides, 0] };
  return emitMap(scope, node, node, [column], (body, [index = 0]) =>
    body.binary("equal", index, body.index(last)),
  );
};

export const gather = (node: NodeOf<"gather">, scope: LoopScope): View => {
  const { shape, dtype, attrs } = node;
  if (elements(shape) === 0) return numberView(0, shape, dtype);
  const [x, indices] = node.operands;
  const rows = densely(scope, node, valueOf(scope, x));
  const indexRank = indices.shape.length;
  const size = x.shape[attrs.batch] ?? 1;
  const result = allocateView(scope, node.op, shape, dtype);
  emitNest(scope, shape, node, (body) => {
    const ofIndices = shape.map((_, axis) => (axis < indexRank ? axis : undefined));
    const index = body.clamp(body.load(valueOf(scope, indices), ofIndices), size);
    const along = shape.map((_, axis) => {
      if (axis < attrs.batch) return axis;
      return axis < indexRank ? undefined : axis - indexRank + attrs.batch + 1;
    });
    const stride = rows.strides[attrs.batch] ?? 0;
    body.store(result, ownAxes(shape), body.load(rows, along, { value: index, stride }));
  });
  return result;
};

export const scatterAdd = (node: NodeOf<"scatterAdd">, scope: LoopScope): View => {
  const { shape, dtype, attrs } = node;
  const [updates, indices] = node.operands;
  const indexRank = indices.shape.length;
  const result = allocateView(scope, node.op, shape, dtype);
  emitCopy(scope, node, numberView(0, shape, dtype), result);
  emitNest(
    scope,
    updates.shape,
    node,
    (body) => {
      const ofIndices = updates.shape.map((_, axis) => (axis < indexRank ? axis : undefined));
      const index = body.clamp(body.load(valueOf(scope, indices), ofIndices), attrs.size);
      const update = body.load(valueOf(scope, updates), ownAxes(updates.shape));
      const along = updates.shape.map((_, axis) => {
        if (axis < attrs.batch) return axis;
        return axis < indexRank ? undefined : axis - indexRank + attrs.batch + 1;
      });
      body.store(result, along, update, {
        dynamic: { value: index, stride: result.strides[attrs.batch] ?? 0 },
        accumulate: true,
      });
    },
    { order: "ordered" },
  );
  return result;
};
