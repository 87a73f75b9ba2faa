/** Elementwise primitives: one map each. */
import type { Node, NodeOf } from "../../graph/op.ts";
import type { BinaryOp, UnaryOp } from "../program.ts";
import { emitMap } from "./nests.ts";
import { valueOf, type LoopScope } from "./scope.ts";
import type { View } from "./view.ts";

type Typed<Operands extends readonly Node[]> = Pick<Node, "shape" | "dtype" | "origin"> & {
  readonly op: string;
  readonly operands: Operands;
};

export const unary =
  (name: UnaryOp) =>
  (node: Typed<readonly [Node]>, scope: LoopScope): View =>
    emitMap(scope, node, node, [valueOf(scope, node.operands[0])], (body, [x = 0]) =>
      body.unary(name, x),
    );

export const binary =
  (name: BinaryOp) =>
  (node: Typed<readonly [Node, Node]>, scope: LoopScope): View =>
    emitMap(
      scope,
      node,
      node,
      node.operands.map((operand) => valueOf(scope, operand)),
      (body, [a = 0, b = 0]) => body.binary(name, a, b),
    );

export const select = (node: NodeOf<"select">, scope: LoopScope): View =>
  emitMap(
    scope,
    node,
    node,
    node.operands.map((operand) => valueOf(scope, operand)),
    (body, [condition = 0, a = 0, b = 0]) => body.select(condition, a, b),
  );

export const cast = (node: NodeOf<"cast">, scope: LoopScope): View =>
  emitMap(scope, node, node, [valueOf(scope, node.operands[0])], (body, [x = 0]) =>
    body.cast(x, node.dtype),
  );
