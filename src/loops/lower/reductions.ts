/** Primitives along axes. */
import type { CumulationName, ReductionName } from "../../graph/kinds.ts";
import type { NodeOf } from "../../graph/op.ts";
import type { ReduceOp, InstructionId } from "../program.ts";
import type { BodyBuilder } from "./body.ts";
import { emitMap, emitNest, emitReduction, ownAxes } from "./nests.ts";
import { allocateView, valueOf, type LoopScope } from "./scope.ts";
import { numberView, reversed, type View } from "./view.ts";
import { elements } from "../../graph/shapes.ts";

export const reduction =
  (name: ReduceOp) =>
  (node: NodeOf<ReductionName>, scope: LoopScope): View => {
    const [x] = node.operands;
    return emitReduction(
      scope,
      node,
      name,
      [valueOf(scope, x)],
      x.shape,
      node.attrs.axes,
      (_, [value = 0]) => value,
    );
  };

const maximum = (
  scope: LoopScope,
  node: NodeOf<"softmax" | "logSoftmax" | "logsumexp" | "argmax">,
): View => {
  const [x] = node.operands;
  const last = [x.shape.length - 1];
  return emitReduction(scope, node, "max", [valueOf(scope, x)], x.shape, last, (_, [v = 0]) => v);
};

/** How far `x` is above the highest of its row, which is at 0 also where it is infinite. */
const belowHighest = (body: BodyBuilder, x: InstructionId, highest: InstructionId): InstructionId =>
  body.select(body.binary("equal", x, highest), body.number(0), body.binary("sub", x, highest));

/** Σ exp of the distances to the highest: at least 1. */
const sumOfExp = (
  scope: LoopScope,
  node: NodeOf<"logSoftmax" | "logsumexp">,
  highest: View,
): View => {
  const [{ shape }] = node.operands;
  return emitReduction(
    scope,
    node,
    "add",
    [valueOf(scope, node.operands[0]), highest],
    shape,
    [shape.length - 1],
    (body, [x = 0, m = 0]) => body.unary("exp", belowHighest(body, x, m)),
  );
};

export const softmax = (node: NodeOf<"softmax">, scope: LoopScope): View => {
  const { shape } = node;
  const x = valueOf(scope, node.operands[0]);
  const powers = emitMap(scope, node, node, [x, maximum(scope, node)], (body, [v = 0, m = 0]) =>
    body.unary("exp", belowHighest(body, v, m)),
  );
  const last = [shape.length - 1];
  const total = emitReduction(scope, node, "add", [powers], shape, last, (_, [v = 0]) => v);
  return emitMap(scope, node, node, [powers, total], (body, [p = 0, t = 0]) =>
    body.binary("div", p, t),
  );
};

export const logSoftmax = (node: NodeOf<"logSoftmax">, scope: LoopScope): View => {
  const highest = maximum(scope, node);
  const total = emitMap(scope, node, highest, [sumOfExp(scope, node, highest)], (body, [t = 0]) =>
    body.unary("log", t),
  );
  const operands = [valueOf(scope, node.operands[0]), highest, total];
  return emitMap(scope, node, node, operands, (body, [x = 0, m = 0, t = 0]) =>
    body.select(
      body.binary("greater", x, body.number(Number.NEGATIVE_INFINITY)),
      body.binary("sub", belowHighest(body, x, m), t),
      x,
    ),
  );
};

export const logsumexp = (node: NodeOf<"logsumexp">, scope: LoopScope): View => {
  const highest = maximum(scope, node);
  const operands = [sumOfExp(scope, node, highest), highest];
  return emitMap(scope, node, node, operands, (body, [t = 0, m = 0]) =>
    body.binary("add", body.unary("log", t), m),
  );
};

export const cumulation =
  (name: "add" | "mul") =>
  (node: NodeOf<CumulationName>, scope: LoopScope): View => {
    const { shape, dtype, attrs } = node;
    if (elements(shape) === 0) return numberView(0, shape, dtype);
    const result = allocateView(scope, node.op, shape, dtype);
    const turned = (view: View): View => (attrs.reverse ? reversed(view, attrs.axis) : view);
    // The axis that accumulates comes last.
    const along = [...ownAxes(shape).filter((axis) => axis !== attrs.axis), attrs.axis];
    emitNest(
      scope,
      along.map((axis) => shape[axis] ?? 1),
      node,
      (body) => {
        const x = body.load(turned(valueOf(scope, node.operands[0])), along);
        body.store(turned(result), along, body.running(name, x, attrs.exclusive));
      },
      { order: "sequential" },
    );
    return result;
  };

/**
 * Each element's rank is how many elements come before it: quadratic in the row's length, but without branches. NaN
 * sorts as infinity, so that ranks are a permutation whatever the elements are.
 */
export const argsort = (node: NodeOf<"argsort">, scope: LoopScope): View => {
  const { shape } = node;
  if (elements(shape) === 0) return numberView(0, shape, "int");
  const [operand] = node.operands;
  const size = shape.at(-1) ?? 1;
  const rows = ownAxes(shape).slice(0, -1);
  const last = shape.length - 1;
  const keys =
    operand.dtype === "int"
      ? valueOf(scope, operand)
      : emitMap(scope, node, operand, [valueOf(scope, operand)], (body, [x = 0]) =>
          body.select(body.binary("equal", x, x), x, body.number(Number.POSITIVE_INFINITY)),
        );
  const rank = allocateView(scope, node.op, shape, "float");
  emitNest(
    scope,
    [...shape, size],
    node,
    (body) => {
      const own = body.load(keys, [...rows, last, undefined]);
      const other = body.load(keys, [...rows, undefined, last]);
      const below = body.binary("greater", own, other);
      const tie = body.binary("equal", own, other);
      const earlier = body.binary("greater", body.index(last), body.index(last + 1));
      const before = body.binary("add", below, body.binary("mul", tie, earlier));
      body.reduce(rank, [...rows, last, undefined], "add", before);
    },
    { reduced: 1 },
  );
  const result = allocateView(scope, node.op, shape, "int");
  emitNest(scope, shape, node, (body) => {
    const place = body.clamp(body.cast(body.load(rank, ownAxes(shape)), "int"), size);
    const index = body.index(last);
    body.store(result, [...rows, undefined], index, { dynamic: { value: place, stride: 1 } });
  });
  return result;
};

export const argmax = (node: NodeOf<"argmax">, scope: LoopScope): View => {
  const [operand] = node.operands;
  const last = operand.shape.length - 1;
  const size = operand.shape[last] ?? 1;
  const highest = maximum(scope, node);
  const first = emitReduction(
    scope,
    node,
    "min",
    [valueOf(scope, operand), highest],
    operand.shape,
    [last],
    (body, [x = 0, m = 0]) =>
      body.select(
        body.binary("equal", x, m),
        body.cast(body.index(last), operand.dtype),
        body.cast(body.number(size - 1, "int"), operand.dtype),
      ),
  );
  const indices = { ...first, shape: node.shape, strides: first.strides.slice(0, -1) };
  return emitMap(scope, node, node, [indices], (body, [x = 0]) => body.cast(x, "int"));
};
