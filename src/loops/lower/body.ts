/** Writes the instructions of one statement. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { Dtype } from "../../graph/op.ts";
import type {
  Access,
  BinaryOp,
  Instruction,
  ReduceOp,
  UnaryOp,
  InstructionId,
} from "../program.ts";
import type { View } from "./view.ts";

/** For each axis of the statement, which axis of the view it runs along, if any. */
export type Along = readonly (number | undefined)[];

export interface BodyBuilder {
  readonly instructions: readonly Instruction[];
  load(view: View, along: Along, dynamic?: Access["dynamic"]): InstructionId;
  store(view: View, along: Along, value: InstructionId, how?: StoreHow): void;
  reduce(view: View, along: Along, name: ReduceOp, value: InstructionId): void;
  number(value: number, dtype?: Dtype): InstructionId;
  index(axis: number): InstructionId;
  unary(name: UnaryOp, of: InstructionId): InstructionId;
  binary(name: BinaryOp, a: InstructionId, b: InstructionId): InstructionId;
  select(condition: InstructionId, a: InstructionId, b: InstructionId): InstructionId;
  cast(of: InstructionId, dtype: Dtype): InstructionId;
  clamp(of: InstructionId, size: number): InstructionId;
  running(name: "add" | "mul", of: InstructionId, exclusive: boolean): InstructionId;
  product(): InstructionId;
}

interface StoreHow {
  readonly dynamic?: Access["dynamic"];
  readonly accumulate?: true;
}

/** The address of a view's element at the statement's axes. */
export const accessOf = (view: View, along: Along, dynamic?: Access["dynamic"]): Access => {
  const { source, shape, strides, base } = view;
  invariant(source.kind === "buffer", "only buffers have addresses");
  return {
    buffer: source.name,
    base,
    strides: along.map((axis) =>
      axis === undefined || shape[axis] === 1 ? 0 : (strides[axis] ?? 0),
    ),
    steps: source.steps,
    ...(dynamic === undefined ? {} : { dynamic }),
  };
};

export const createBody = (): BodyBuilder => {
  const instructions: Instruction[] = [];
  const append = (instruction: Instruction): InstructionId => instructions.push(instruction) - 1;

  const binary: BodyBuilder["binary"] = (name, a, b) => append({ op: "binary", name, a, b });
  const cast: BodyBuilder["cast"] = (of, dtype) => append({ op: "cast", dtype, of });
  const number: BodyBuilder["number"] = (value, dtype = "float") =>
    append({ op: "number", dtype, value });

  /** The address of a ramp, as a number. */
  const ramp = ({ shape, strides, base, dtype }: View, along: Along): InstructionId => {
    const parts = along.flatMap((of, axis) => {
      const scale = of === undefined || shape[of] === 1 ? 0 : (strides[of] ?? 0);
      return scale === 0 ? [] : append({ op: "index", axis, scale, offset: 0 });
    });
    const all = base === 0 && parts.length > 0 ? parts : [...parts, number(base, "int")];
    const sum = all.reduce((a, b) => binary("add", a, b));
    return dtype === "int" ? sum : cast(sum, dtype);
  };

  return {
    instructions,
    load: (view, along, dynamic) => {
      const { source, dtype } = view;
      if (source.kind === "number") return number(source.value, dtype);
      if (source.kind === "ramp") return ramp(view, along);
      return append({ op: "load", dtype, from: accessOf(view, along, dynamic) });
    },
    store: (view, along, value, { dynamic, accumulate } = {}) => {
      append({
        op: "store",
        value,
        to: accessOf(view, along, dynamic),
        ...(accumulate === undefined ? {} : { accumulate }),
      });
    },
    reduce: (view, along, name, value) => {
      append({ op: "reduce", name, value, to: accessOf(view, along) });
    },
    number,
    index: (axis) => append({ op: "index", axis, scale: 1, offset: 0 }),
    unary: (name, of) => append({ op: "unary", name, of }),
    binary,
    select: (condition, a, b) => append({ op: "select", condition, a, b }),
    cast,
    clamp: (of, size) => append({ op: "clamp", of, size }),
    running: (name, of, exclusive) => append({ op: "running", name, of, exclusive }),
    product: () => append({ op: "product" }),
  };
};
