/** One instruction, of one copy, as statements. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Dtype } from "../../graph/op.ts";
import { entryOf } from "../../graph/table.ts";
import type { Instruction, InstructionId } from "../../loops/program.ts";
import { binary, compare, get, load, select, splat, unary } from "../build.ts";
import type { CodeExpr, Lanes } from "../code.ts";
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
  type UnrolledCopy,
  type EmitScope,
  type EmittedValue,
} from "./scope.ts";

/** Computes an instruction's value or does what it does, in the scope's statements. */
export const compute = (id: InstructionId, copy: UnrolledCopy, scope: EmitScope): void => {
  const instruction = at(scope.analysis.body, id);
  if (instruction.op === "store") store(id, instruction, copy, scope);
  else if (instruction.op === "reduce") accumulate(id, instruction, copy, scope);
  else if (instruction.op === "running") run(id, instruction, copy, scope);
  else define(id, expressionOf(id, copy, scope), copy, scope);
};

const lanesOf = (id: InstructionId, scope: EmitScope): Lanes =>
  isVector(scope, id) ? lanesIn(scope) : 1;

/** Names a value as its users want it. */
const define = (id: InstructionId, expr: CodeExpr, copy: UnrolledCopy, scope: EmitScope): void => {
  const dtype = at(scope.analysis.dtypes, id);
  const keep = (value: CodeExpr, lanes: Lanes): CodeExpr => {
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
    const value: EmittedValue = {
      scalar: one,
      vector: keep(splat(one, lanesIn(scope)), lanesIn(scope)),
    };
    scope.values.set(key, value);
  }
};

/** How the users of a value that is the same in all lanes want it. */
const wantsOf = (
  id: InstructionId,
  scope: EmitScope,
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
const fetch = (id: InstructionId, copy: UnrolledCopy, scope: EmitScope, lanes: Lanes): CodeExpr => {
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
const fetchFactor = (
  id: InstructionId,
  copy: UnrolledCopy,
  scope: EmitScope,
  lanes: Lanes,
): Factor => {
  if (!scope.analysis.fused.has(id)) return fetch(id, copy, scope, lanes);
  const product = at(scope.analysis.body, id);
  invariant(product.op === "binary", `%${id} is no product`);
  const [a, b] = [fetch(product.a, copy, scope, lanes), fetch(product.b, copy, scope, lanes)];
  return { kind: "product", a, b };
};

/** The instructions that are one expression. */
type Pure = Exclude<Instruction, { op: "store" | "reduce" | "running" | "number" | "product" }>;

/** Where an expression is computed, and of how many lanes. */
interface Place {
  readonly copy: UnrolledCopy;
  readonly scope: EmitScope;
  readonly lanes: Lanes;
}

const expressionOf = (id: InstructionId, copy: UnrolledCopy, scope: EmitScope): CodeExpr => {
  const instruction = at(scope.analysis.body, id);
  const lanes = lanesOf(id, scope);
  if (isComparison(instruction)) {
    const number = (value: number): CodeExpr => literal(value, { dtype: "float", lanes });
    return select(conditionOf(id, copy, scope, lanes), number(1), number(0));
  }
  invariant(isPure(instruction), `%${id} is no expression`);
  return entryOf(expressions, instruction.op)(instruction, { copy, scope, lanes });
};

const isPure = (instruction: Instruction): instruction is Pure => instruction.op in expressions;

const operandAt = (id: InstructionId, { copy, scope, lanes }: Place): CodeExpr =>
  fetch(id, copy, scope, lanes);

const dtypeAt = (id: InstructionId, { scope }: Place): Dtype => at(scope.analysis.dtypes, id);

const expressions: {
  readonly [K in Pure["op"]]: (instruction: Extract<Pure, { op: K }>, place: Place) => CodeExpr;
} = {
  load: ({ dtype, from }, { copy, scope, lanes }) => {
    const address = addressOf(from, copy, scope);
    const step = laneStep(scope, from);
    if (lanes === 1 || step !== undefined) return load(address, typeFor(dtype, lanes), step);
    return splat(load(address, typeFor(dtype, 1)), lanes);
  },
  index: (instruction, { copy, scope, lanes }) => indexExpr(instruction, copy, scope, lanes),
  unary: ({ name, of }, place) =>
    unaryOf[name](operandAt(of, place), { dtype: dtypeAt(of, place), lanes: place.lanes }),
  binary: ({ name, a, b }, place) => {
    const { copy, scope, lanes } = place;
    if (name === "add") {
      return sum(fetchFactor(a, copy, scope, lanes), fetchFactor(b, copy, scope, lanes));
    }
    invariant(name !== "greater" && name !== "equal", `${name} is a comparison`);
    return binaryOf[name](operandAt(a, place), operandAt(b, place), dtypeAt(a, place));
  },
  cast: ({ dtype, of }, place) => {
    const operand = operandAt(of, place);
    if (dtypeAt(of, place) === dtype) return operand;
    return unary(dtype === "int" ? "toInt" : "toFloat", operand);
  },
  clamp: ({ of, size }, place) => {
    const number = (value: number): CodeExpr =>
      literal(value, { dtype: "int", lanes: place.lanes });
    return binary("max", binary("min", operandAt(of, place), number(size - 1)), number(0));
  },
  select: ({ condition, a, b }, place) =>
    select(
      conditionOf(condition, place.copy, place.scope, place.lanes),
      operandAt(a, place),
      operandAt(b, place),
    ),
};

const indexExpr = (
  { axis, scale, offset }: Extract<Instruction, { op: "index" }>,
  copy: UnrolledCopy,
  scope: EmitScope,
  lanes: Lanes,
): CodeExpr => {
  const { constant, terms } = indexOf(scope, axis, copy);
  const first: CodeExpr = {
    kind: "index",
    of: {
      constant: (constant + offset) * scale,
      terms: terms.map((term) => ({ ...term, scale: term.scale * scale })),
    },
  };
  if (axis !== scope.plan.vector?.axis || lanes === 1) return splat(first, lanes);
  const ramp: CodeExpr = { kind: "ramp", lanes };
  const steps = scale === 1 ? ramp : binary("mul", ramp, literal(scale, { dtype: "int", lanes }));
  return binary("add", splat(first, lanes), steps);
};

/** A value as a mask. */
const conditionOf = (
  id: InstructionId,
  copy: UnrolledCopy,
  scope: EmitScope,
  lanes: Lanes,
): CodeExpr => {
  const instruction = at(scope.analysis.body, id);
  if (instruction.op === "binary" && isComparison(instruction)) {
    const a = fetch(instruction.a, copy, scope, lanes);
    const b = fetch(instruction.b, copy, scope, lanes);
    return instruction.name === "greater" ? compare("lt", b, a) : compare("eq", a, b);
  }
  const numbers = { dtype: at(scope.analysis.dtypes, id), lanes };
  return unary("not", compare("eq", fetch(id, copy, scope, lanes), literal(0, numbers)));
};

const store = (
  id: InstructionId,
  { value, to, accumulate: adds }: Extract<Instruction, { op: "store" }>,
  copy: UnrolledCopy,
  scope: EmitScope,
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
  id: InstructionId,
  { name, value }: Extract<Instruction, { op: "reduce" }>,
  copy: UnrolledCopy,
  scope: EmitScope,
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
  id: InstructionId,
  { name, of, exclusive }: Extract<Instruction, { op: "running" }>,
  copy: UnrolledCopy,
  scope: EmitScope,
): void => {
  const accumulator = scope.accumulators.get(keyOf(scope, id, copy));
  invariant(accumulator !== undefined, `%${id} has no accumulator`);
  const next = binary(name, accumulator.value, fetch(of, copy, scope, lanesOf(id, scope)));
  if (exclusive) define(id, accumulator.value, copy, scope);
  scope.out.push({ kind: "set", local: accumulator.local, value: next });
  if (!exclusive) define(id, accumulator.value, copy, scope);
};
