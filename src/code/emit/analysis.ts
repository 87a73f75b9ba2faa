/** What is known of a body whatever its loops: types, which axes its values vary along, what is worth computing. */
import { accessOf } from "../../loops/analysis/access.ts";
import { InternalError, invariant } from "../../diagnostics/invariant.ts";
import type { Dtype } from "../../graph/op.ts";
import type { Instruction, Nest, Product, InstructionId } from "../../loops/program.ts";

export interface BodyAnalysis {
  readonly body: readonly Instruction[];
  readonly axes: readonly number[];
  /** Of each instruction's value; of stores and reductions, of what is stored. */
  readonly dtypes: readonly Dtype[];
  /** The axes along which each value, or what is done with it, differs. */
  readonly varies: readonly ReadonlySet<number>[];
  /** Whether the value is wanted as a number; comparisons that only choose are not. */
  readonly live: readonly boolean[];
  /** Instructions that want the value as a number. */
  readonly users: readonly (readonly InstructionId[])[];
  /** Products that are added to something at once. */
  readonly fused: ReadonlySet<InstructionId>;
}

export const analyse = (statement: Nest | Product): BodyAnalysis => {
  const { axes, body } = statement;
  const isNest = statement.kind === "nest";
  const free = axes.length - (isNest ? statement.reduced : 0);
  const dtypes = dtypesOf(body);
  const varies = variesOf(body, axes, free, isNest && statement.order !== undefined);
  const fused = fusedIn(body, dtypes, varies);
  const users: InstructionId[][] = body.map(() => []);
  const live: boolean[] = body.map(() => false);
  for (const [id, instruction] of [...body.entries()].reverse()) {
    const isRoot = instruction.op === "store" || instruction.op === "reduce";
    live[id] = isRoot || (users[id] ?? []).length > 0;
    if (live[id])
      for (const operand of new Set(operandsOf(id, body, fused))) users[operand]?.push(id);
  }
  for (const id of fused) live[id] = false;
  return { body, axes, dtypes, varies, live, users, fused };
};

const dtypesOf = (body: readonly Instruction[]): readonly Dtype[] => {
  const dtypes: Dtype[] = [];
  const of = (id: InstructionId): Dtype => dtypes[id] ?? "float";
  for (const instruction of body) dtypes.push(dtypeOf(instruction, of));
  return dtypes;
};

const dtypeOf = (instruction: Instruction, of: (id: InstructionId) => Dtype): Dtype => {
  switch (instruction.op) {
    case "load":
    case "number":
    case "cast":
      return instruction.dtype;
    case "index":
    case "clamp":
      return "int";
    case "product":
      return "float";
    case "unary":
    case "running":
      return of(instruction.of);
    case "binary":
      return isComparison(instruction) ? "float" : of(instruction.a);
    case "select":
      return of(instruction.a);
    case "store":
    case "reduce":
      return of(instruction.value);
  }
};

/** Makes 1 or 0. */
export const isComparison = (instruction: Instruction | undefined): boolean =>
  instruction?.op === "binary" && ["greater", "equal"].includes(instruction.name);

const variesOf = (
  body: readonly Instruction[],
  axes: readonly number[],
  free: number,
  ordered: boolean,
): readonly ReadonlySet<number>[] => {
  const all = new Set(axes.keys());
  const reduced = [...axes.keys()].filter((axis) => axis >= free);
  const stored = new Set(
    body.flatMap((one) => (one.op === "store" || one.op === "reduce" ? [one.to.buffer] : [])),
  );
  const varies: Set<number>[] = [];
  const of = (ids: readonly InstructionId[]): Set<number> => {
    const found = new Set<number>();
    for (const id of ids) for (const axis of varies[id] ?? []) found.add(axis);
    return found;
  };
  for (const instruction of body) {
    const result = of(directOperands(instruction));
    const access = accessOf(instruction);
    access?.strides.forEach((stride, axis) => {
      if (stride !== 0 && axes[axis] !== 1) result.add(axis);
    });
    if (instruction.op === "index" && axes[instruction.axis] !== 1) result.add(instruction.axis);
    if (instruction.op === "running") result.add(axes.length - 1);
    if (instruction.op === "reduce") for (const axis of reduced) result.add(axis);
    const isOrdered =
      ordered &&
      ((instruction.op === "store" && instruction.accumulate === true) ||
        (instruction.op === "load" && stored.has(instruction.from.buffer)));
    varies.push(isOrdered || instruction.op === "product" ? new Set(all) : result);
  }
  return varies;
};

const directOperands = (instruction: Instruction): readonly InstructionId[] => {
  const { dynamic } = accessOf(instruction) ?? {};
  const index = dynamic === undefined ? [] : [dynamic.value];
  switch (instruction.op) {
    case "load":
      return index;
    case "number":
    case "index":
    case "product":
      return [];
    case "unary":
    case "cast":
    case "clamp":
    case "running":
      return [instruction.of];
    case "binary":
      return [instruction.a, instruction.b];
    case "select":
      return [instruction.condition, instruction.a, instruction.b];
    case "store":
    case "reduce":
      return [instruction.value, ...index];
  }
};

/** Values that the instruction wants as numbers: conditions that compare stand for what they compare. */
const operandsOf = (
  id: InstructionId,
  body: readonly Instruction[],
  fused: ReadonlySet<InstructionId>,
): readonly InstructionId[] => {
  const instruction = instructionOf(body, id);
  const through = (operand: InstructionId): readonly InstructionId[] =>
    fused.has(operand) ? directOperands(instructionOf(body, operand)) : [operand];
  if (instruction.op === "select") {
    return [...conditionOperands(instruction.condition, body), instruction.a, instruction.b];
  }
  return directOperands(instruction).flatMap(through);
};

const conditionOperands = (
  id: InstructionId,
  body: readonly Instruction[],
): readonly InstructionId[] => {
  const instruction = instructionOf(body, id);
  return isComparison(instruction) ? directOperands(instruction) : [id];
};

const instructionOf = (body: readonly Instruction[], id: InstructionId): Instruction => {
  const instruction = body[id];
  invariant(instruction !== undefined, `no instruction %${id}`);
  return instruction;
};

/** Float products whose only use is in a sum that is computed as often as they are. */
const fusedIn = (
  body: readonly Instruction[],
  dtypes: readonly Dtype[],
  varies: readonly ReadonlySet<number>[],
): ReadonlySet<InstructionId> => {
  const uses = new Map<InstructionId, number>();
  for (const instruction of body) {
    for (const id of directOperands(instruction)) uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  const isProduct = (id: InstructionId): boolean => {
    const instruction = body[id];
    return (
      instruction?.op === "binary" &&
      instruction.name === "mul" &&
      dtypes[id] === "float" &&
      uses.get(id) === 1
    );
  };
  const fused = new Set<InstructionId>();
  for (const [id, instruction] of body.entries()) {
    const sum = sumOperands(instruction);
    const found = sum.find(
      (operand) => isProduct(operand) && varies[operand]?.size === varies[id]?.size,
    );
    if (found !== undefined) fused.add(found);
  }
  return fused;
};

const sumOperands = (instruction: Instruction): readonly InstructionId[] => {
  if (instruction.op === "reduce") return instruction.name === "add" ? [instruction.value] : [];
  if (instruction.op !== "binary" || instruction.name !== "add") return [];
  return [instruction.a, instruction.b];
};

/** The entry of a list that has one for each instruction. */
export const at = <T>(list: readonly (T | undefined)[], id: number): T => {
  const found = list[id];
  if (found === undefined) throw new InternalError(`nothing at ${id}`);
  return found;
};
