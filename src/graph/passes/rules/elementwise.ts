/**
 * Algebra of the elementwise primitives.
 *
 * A factor known to be 0 is a symbolic zero, as an absent cotangent is: `x * 0` becomes 0 even where x is not
 * finite. Everything else holds for every number up to rounding. Constants stand on the right (intern.ts).
 * No rule moves work from one operand to the product of two: what is constant in a loop stays so.
 */
import * as build from "../../build.ts";
import type { Node, OpName } from "../../op.ts";
import { rebuild } from "../../walk.ts";
import { broadcastTo, unbroadcast, valueOf } from "../../analysis/axes.ts";
import { binaryNames, comparisonNames, unaryNames } from "../../kinds.ts";
import { evaluateScalar, type ElementwiseName } from "../../scalar.ts";
import { tabulate } from "../../table.ts";
import type { Rule, Rules } from "./rule.ts";

const { add, constant, mul, neg, sub } = build;

/** f(2, 3) is 5. */
const evaluateConstants = (node: Node): Node | undefined => {
  const values: number[] = [];
  for (const operand of node.operands) {
    const value = valueOf(operand);
    if (value === undefined) return undefined;
    values.push(value);
  }
  const result = evaluateScalar(node, values);
  return result === undefined ? undefined : constant(result, node.shape, node.dtype);
};

/**
 * f(broadcast x) is broadcast (f x), and nothing at all where another operand has the whole shape: elementwise
 * primitives broadcast by themselves, so copies are made as late as possible or never.
 */
const broadcastLater = (node: Node): Node | undefined => {
  if (!node.operands.some(isBroadcast)) return undefined;
  const thin = node.operands.map((x) => (isBroadcast(x) ? unbroadcast(x) : x));
  return broadcastTo(rebuild(node, thin), node.shape);
};

const isBroadcast = (x: Node): boolean =>
  x.op === "broadcast" || (x.op === "constant" && x.shape.some((n) => n !== 1));

const general: readonly Rule<OpName>[] = [evaluateConstants, broadcastLater];

const unary = <K extends OpName>(...rules: readonly Rule<K>[]): readonly Rule<K>[] => [
  ...general,
  ...rules,
];

/** The operand of an operand: `inner("neg", x)` is y for x = −y. */
const inner = (op: OpName, x: Node): Node | undefined => (x.op === op ? x.operands[0] : undefined);

/** x ∘ c = x for the constant c, on either side where they commute. */
const neutral =
  (value: number) =>
  ({
    operands: [x, c],
    shape,
  }: {
    readonly operands: readonly [Node, Node];
    readonly shape: readonly number[];
  }): Node | undefined =>
    valueOf(c) === value ? broadcastTo(x, shape) : undefined;

/** (x ∘ c) ∘ d = x ∘ (c ∘ d). */
const gatherConstants =
  (op: "add" | "mul" | "max" | "min") =>
  ({ operands: [x, d] }: { readonly operands: readonly [Node, Node] }): Node | undefined => {
    if (x.op !== op || valueOf(d) === undefined) return undefined;
    const [y, c] = x.operands;
    return valueOf(c) === undefined ? undefined : build[op](y, build[op](c, d));
  };

const addRules: readonly Rule<"add">[] = [
  neutral(0),
  gatherConstants("add"),
  ({ operands: [a, b] }) => {
    const y = inner("neg", b);
    if (y !== undefined) return sub(a, y);
    const x = inner("neg", a);
    return x === undefined ? undefined : sub(b, x);
  },
];

const subRules: readonly Rule<"sub">[] = [
  neutral(0),
  ({ operands: [a, b], shape }) => (valueOf(a) === 0 ? broadcastTo(neg(b), shape) : undefined),
  ({ operands: [a, b] }) => {
    const value = valueOf(b);
    return value === undefined ? undefined : add(a, constant(-value, b.shape, b.dtype));
  },
  ({ operands: [a, b] }) => {
    const y = inner("neg", b);
    return y === undefined ? undefined : add(a, y);
  },
];

const mulRules: readonly Rule<"mul">[] = [
  neutral(1),
  ({ operands: [, c], shape, dtype }) => (valueOf(c) === 0 ? constant(0, shape, dtype) : undefined),
  ({ operands: [x, c], shape }) => (valueOf(c) === -1 ? broadcastTo(neg(x), shape) : undefined),
  gatherConstants("mul"),
  ({ operands: [a, b] }) => {
    const x = inner("neg", a);
    if (x === undefined) return undefined;
    const value = valueOf(b);
    if (value !== undefined) return mul(x, constant(-value, b.shape, b.dtype));
    const y = inner("neg", b);
    return y === undefined ? undefined : mul(x, y);
  },
];

/** Neither 0 nor infinite nor without its full precision in float32. */
const isNormal = (value: number): boolean => Math.abs(value) > 1.2e-38 && Math.abs(value) < 3.4e38;

const divRules: readonly Rule<"div">[] = [
  neutral(1),
  ({ operands: [a, b] }) => {
    const value = valueOf(b);
    if (value === undefined || !isNormal(value) || !isNormal(1 / value)) return undefined;
    return mul(a, constant(1 / value, b.shape, b.dtype));
  },
  ({ operands: [a, b], shape }) =>
    valueOf(a) === 1 ? broadcastTo(build.reciprocal(b), shape) : undefined,
];

const powRules: readonly Rule<"pow">[] = [
  neutral(1),
  ({ operands: [x, c], shape }) =>
    valueOf(c) === 2 ? broadcastTo(build.square(x), shape) : undefined,
  ({ operands: [x, c], shape }) =>
    valueOf(c) === 0.5 ? broadcastTo(build.sqrt(x), shape) : undefined,
  ({ operands: [, c], shape }) => (valueOf(c) === 0 ? constant(1, shape) : undefined),
];

/** Of equal operands: the operand. */
const idempotent = ({
  operands: [a, b],
}: {
  readonly operands: readonly [Node, Node];
}): Node | undefined => (a === b ? a : undefined);

const even: Rule<"square" | "abs"> = (node) => {
  const x = inner("neg", node.operands[0]);
  return x === undefined ? undefined : rebuild(node, [x]);
};

/** A primitive without an entry of its own has the general rules only. */
export const elementwiseRules: Pick<Rules, ElementwiseName> = {
  ...tabulate([...unaryNames, ...binaryNames, ...comparisonNames], () => general),
  neg: unary<"neg">(
    ({ operands: [x] }) => inner("neg", x),
    ({ operands: [x] }) => (x.op === "sub" ? sub(x.operands[1], x.operands[0]) : undefined),
    ({ operands: [x] }) => {
      if (x.op !== "mul") return undefined;
      const [y, c] = x.operands;
      const value = valueOf(c);
      return value === undefined ? undefined : mul(y, constant(-value, c.shape, c.dtype));
    },
  ),
  log: unary<"log">(({ operands: [x] }) => inner("exp", x)),
  square: unary<"square">(even),
  reciprocal: unary<"reciprocal">(({ operands: [x] }) => inner("reciprocal", x)),
  abs: unary<"abs">(even),
  // Once nothing is differentiated any more, it is the identity.
  stop: [({ operands: [x] }) => x],
  cast: unary<"cast">(({ operands: [x], attrs }) => {
    if (x.dtype === attrs.dtype) return x;
    const y = inner("cast", x);
    return y?.dtype === "int" && attrs.dtype === "int" ? y : undefined;
  }),
  add: [...general, ...addRules],
  sub: [...general, ...subRules],
  mul: [...general, ...mulRules],
  div: [...general, ...divRules],
  pow: [...general, ...powRules],
  max: unary<"max">(idempotent, gatherConstants("max")),
  min: unary<"min">(idempotent, gatherConstants("min")),
  select: unary<"select">(({ operands: [condition, a, b], shape }) => {
    const value = valueOf(condition);
    if (value === undefined) return a === b ? broadcastTo(a, shape) : undefined;
    return broadcastTo(value === 0 ? b : a, shape);
  }),
};
