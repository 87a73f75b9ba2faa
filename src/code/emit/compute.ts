/** One instruction, of one copy, as statements. */
import { InternalError, invariant } from "../../diagnostics/invariant.ts";
import type { Instruction, ValueId } from "../../loops/program.ts";
import { binary, compare, get, load, select, splat, unary } from "../build.ts";
import type { Expr, Lanes } from "../code.ts";
import { at, isComparison } from "./analysis.ts";
import {
  binaryOf,
  identityOf,
  literal,
  rounded,
  sum,
  typeFor,
  unaryOf,
  type Factor,
} from "./operation.ts";
import {
  addressOf,
  indexOf,
  isVector,
  keyOf,
  laneStep,
  lanesIn,
  type Copy,
  type Scope,
  type Value,
} from "./scope.ts";

/** Computes an instruction's value or does what it does, in the scope's statements. */
export const compute = (id: ValueId, copy: Copy, scope: Scope): void => {
  const instruction = at(scope.analysis.body, id);
  switch (instruction.op) {
    case "store":
      return store(id, instruction, copy, scope);
    case "reduce":
      return accumulate(id, instruction, copy, scope);
    case "running":
      return run(id, instruction, copy, scope);
    default:
      return define(id, expressionOf(id, copy, scope, lanesOf(id, scope)), copy, scope);
  }
};

const lanesOf = (id: ValueId, scope: Scope): Lanes => (isVector(scope, id) ? lanesIn(scope) : 1);

/** Names a value as its users want it. */
const define = (id: ValueId, expr: Expr, copy: Copy, scope: Scope): void => {
  const dtype = at(scope.analysis.dtypes, id);
  const keep = (value: Expr, lanes: Lanes): Expr => {
    const local = scope.fresh(`x${id}`);
    const type = typeFor(dtype, lanes);
    scope.out.push({ kind: "let", local, type, value });
    return get(local, type);
  };
  const key = keyOf(scope, id, copy);
  if (isVector(scope, id)) {
    scope.values.set(key, { vector: keep(expr, lanesIn(scope)) });
    return;
  }
  const { scalar, vector } = wantsOf(id, scope);
  if (!vector) {
    scope.values.set(key, { scalar: keep(expr, 1) });
  } else if (!scalar) {
    scope.values.set(key, { vector: keep(splat(expr, lanesIn(scope)), lanesIn(scope)) });
  } else {
    const one = keep(expr, 1);
    const value: Value = { scalar: one, vector: keep(splat(one, lanesIn(scope)), lanesIn(scope)) };
    scope.values.set(key, value);
  }
};

/** How the users of a value that is the same in all lanes want it. */
const wantsOf = (
  id: ValueId,
  scope: Scope,
): { readonly scalar: boolean; readonly vector: boolean } => {
  const { body, users } = scope.analysis;
  let [scalar, vector] = [false, false];
  for (const user of at(users, id)) {
    const instruction = at(body, user);
    const access =
      instruction.op === "load"
        ? instruction.from
        : "to" in instruction
          ? instruction.to
          : undefined;
    const isIndex = access?.dynamic?.value === id;
    if (isIndex || !isVector(scope, user)) scalar = true;
    if (isVector(scope, user) && !(isIndex && instruction.op === "load")) vector = true;
  }
  return { scalar, vector: vector && lanesIn(scope) > 1 };
};

/** A value that was computed before. */
const fetch = (id: ValueId, copy: Copy, scope: Scope, lanes: Lanes): Expr => {
  const instruction = at(scope.analysis.body, id);
  if (instruction.op === "number") {
    return literal(instruction.value, { dtype: instruction.dtype, lanes });
  }
  const value = scope.values.get(keyOf(scope, id, copy));
  if (lanes > 1 && value?.vector !== undefined) return value.vector;
  invariant(value?.scalar !== undefined, `%${id} is not computed here`);
  return splat(value.scalar, lanes);
};

/** As `fetch`, but a product that is only added to something is left to that. */
const fetchFactor = (id: ValueId, copy: Copy, scope: Scope, lanes: Lanes): Factor => {
  if (!scope.analysis.fused.has(id)) return fetch(id, copy, scope, lanes);
  const product = at(scope.analysis.body, id);
  invariant(product.op === "binary", `%${id} is no product`);
  const [a, b] = [product.a, product.b].map((of) => fetch(of, copy, scope, lanes));
  invariant(a !== undefined && b !== undefined, "a product has two factors");
  return { kind: "product", a, b };
};

const expressionOf = (id: ValueId, copy: Copy, scope: Scope, lanes: Lanes): Expr => {
  const { body, dtypes } = scope.analysis;
  const instruction = at(body, id);
  const operand = (of: ValueId): Expr => fetch(of, copy, scope, lanes);
  if (isComparison(instruction)) {
    const [one, zero] = [1, 0].map((value) => literal(value, { dtype: "float", lanes }));
    invariant(one !== undefined && zero !== undefined, "two numbers");
    return select(conditionOf(id, copy, scope, lanes), one, zero);
  }
  switch (instruction.op) {
    case "load": {
      const type = typeFor(instruction.dtype, lanes);
      const address = addressOf(instruction.from, copy, scope);
      const step = laneStep(scope, instruction.from);
      if (lanes === 1 || step !== undefined) return load(address, type, step);
      return splat(load(address, typeFor(instruction.dtype, 1)), lanes);
    }
    case "index":
      return indexExpr(instruction, copy, scope, lanes);
    case "unary":
      invariant(instruction.name !== "not", "not is a comparison");
      return unaryOf[instruction.name](operand(instruction.of), {
        dtype: at(dtypes, instruction.of),
        lanes,
      });
    case "binary": {
      if (instruction.name === "add") {
        const [a, b] = [instruction.a, instruction.b].map((of) =>
          fetchFactor(of, copy, scope, lanes),
        );
        invariant(a !== undefined && b !== undefined, "a sum has two terms");
        return sum(a, b);
      }
      invariant(instruction.name !== "greater" && instruction.name !== "equal", "no comparison");
      const { a, b } = instruction;
      return binaryOf[instruction.name](operand(a), operand(b), at(dtypes, a));
    }
    case "cast": {
      const from = at(dtypes, instruction.of);
      if (from === instruction.dtype) return operand(instruction.of);
      return unary(instruction.dtype === "int" ? "toInt" : "toFloat", operand(instruction.of));
    }
    case "clamp": {
      const numbers = { dtype: "int", lanes } as const;
      const below = binary("min", operand(instruction.of), literal(instruction.size - 1, numbers));
      return binary("max", below, literal(0, numbers));
    }
    case "select":
      return select(
        conditionOf(instruction.condition, copy, scope, lanes),
        operand(instruction.a),
        operand(instruction.b),
      );
    default:
      throw new InternalError(`%${id} is no expression`);
  }
};

const indexExpr = (
  { axis, scale, offset }: Extract<Instruction, { op: "index" }>,
  copy: Copy,
  scope: Scope,
  lanes: Lanes,
): Expr => {
  const { constant, terms } = indexOf(scope, axis, copy);
  const first: Expr = {
    kind: "index",
    of: {
      constant: (constant + offset) * scale,
      terms: terms.map((term) => ({ ...term, scale: term.scale * scale })),
    },
  };
  if (axis !== scope.plan.vector?.axis || lanes === 1) return splat(first, lanes);
  const ramp: Expr = { kind: "ramp", lanes };
  const steps = scale === 1 ? ramp : binary("mul", ramp, literal(scale, { dtype: "int", lanes }));
  return binary("add", splat(first, lanes), steps);
};

/** A value as a mask. */
const conditionOf = (id: ValueId, copy: Copy, scope: Scope, lanes: Lanes): Expr => {
  const instruction = at(scope.analysis.body, id);
  if (instruction.op === "unary" && instruction.name === "not") {
    return negated(conditionOf(instruction.of, copy, scope, lanes));
  }
  if (instruction.op === "binary" && isComparison(instruction)) {
    const a = fetch(instruction.a, copy, scope, lanes);
    const b = fetch(instruction.b, copy, scope, lanes);
    return instruction.name === "greater" ? compare("lt", b, a) : compare("eq", a, b);
  }
  const numbers = { dtype: at(scope.analysis.dtypes, id), lanes };
  return negated(compare("eq", fetch(id, copy, scope, lanes), literal(0, numbers)));
};

const negated = (mask: Expr): Expr =>
  mask.kind === "unary" && mask.op === "not" ? mask.of : unary("not", mask);

const store = (
  id: ValueId,
  { value, to, accumulate: adds }: Extract<Instruction, { op: "store" }>,
  copy: Copy,
  scope: Scope,
): void => {
  const lanes = lanesOf(id, scope);
  const type = typeFor(at(scope.analysis.dtypes, id), lanes);
  const address = addressOf(to, copy, scope);
  const step = laneStep(scope, to) ?? 1;
  const stored = fetch(value, copy, scope, lanes);
  scope.out.push({
    kind: "store",
    type,
    to: address,
    value: adds === true ? binary("add", load(address, type, step), stored) : stored,
    ...(step === 1 || lanes === 1 ? {} : { step }),
  });
};

const accumulate = (
  id: ValueId,
  { name, value }: Extract<Instruction, { op: "reduce" }>,
  copy: Copy,
  scope: Scope,
): void => {
  const lanes = lanesOf(id, scope);
  const accumulator = scope.accumulators.get(keyOf(scope, id, copy));
  invariant(accumulator !== undefined, `%${id} has no accumulator`);
  const added = fetchFactor(value, copy, scope, lanes);
  const numbers = { dtype: at(scope.analysis.dtypes, id), lanes };
  const counted =
    scope.skip === 0
      ? added
      : select(
          compare("lt", { kind: "ramp", lanes }, literal(scope.skip, { dtype: "int", lanes })),
          identityOf(name, numbers),
          rounded(added),
        );
  scope.out.push({
    kind: "set",
    local: accumulator.local,
    value:
      name === "add"
        ? sum(accumulator.value, counted)
        : binary(name, accumulator.value, rounded(counted)),
  });
};

const run = (
  id: ValueId,
  { name, of, exclusive }: Extract<Instruction, { op: "running" }>,
  copy: Copy,
  scope: Scope,
): void => {
  const accumulator = scope.accumulators.get(keyOf(scope, id, copy));
  invariant(accumulator !== undefined, `%${id} has no accumulator`);
  const next = binary(name, accumulator.value, fetch(of, copy, scope, lanesOf(id, scope)));
  if (exclusive) define(id, accumulator.value, copy, scope);
  scope.out.push({ kind: "set", local: accumulator.local, value: next });
  if (!exclusive) define(id, accumulator.value, copy, scope);
};
