/** Loops, written out step by step or as loops of TensorFlow. */
import type { NodeOf } from "../../graph/op.ts";
import { at } from "../../graph/residuals.ts";
import { bodyArguments } from "../../graph/walk.ts";
import { bool, type as typeOf } from "./recipe.ts";
import type { DataType, FunctionDef, Tensor } from "./graph-def.ts";
import { element, emptyList, list, setElement, steps, type TensorSeries } from "./series.ts";
import { graphWriter, type GraphWriter } from "./writer.ts";

/** Writes one step: from the body's arguments to its roots, the next carries and the outputs. */
type WriteStep = (writer: GraphWriter, args: readonly Tensor[]) => readonly Tensor[];

/** A loop where it is written. */
export interface LoopSite {
  readonly writer: GraphWriter;
  readonly scan: NodeOf<"scan">;
  readonly writeStep: WriteStep;
  /** The initial carries, then the constants. */
  readonly fixed: readonly Tensor[];
  readonly inputs: readonly TensorSeries[];
}

/** What a loop leaves. */
export interface LoopResult {
  readonly carries: readonly Tensor[];
  readonly outputs: readonly TensorSeries[];
}

/** Step after step, each with nodes of its own. */
export const unrolled = ({ writer, scan, writeStep, fixed, inputs }: LoopSite): LoopResult => {
  const { length, reverse, body } = scan.attrs;
  const carryCount = body.carries.length;
  const constants = fixed.slice(carryCount);
  const given = inputs.map((series) => steps(writer, series));
  let carries = fixed.slice(0, carryCount);
  const outputs = body.outputs.map((): Tensor[] => []);
  for (let count = 0; count < length; count += 1) {
    const step = reverse ? length - 1 - count : count;
    const now = given.map((tensors) => at(tensors, step));
    const results = writeStep(writer, [...carries, ...constants, ...now]);
    carries = results.slice(0, carryCount);
    outputs.forEach((tensors, i) => {
      tensors[step] = at(results, carryCount + i);
    });
  }
  return {
    carries,
    outputs: outputs.map((tensors, i) => ({
      kind: "steps",
      tensors,
      ...outputForm(scan, i),
    })),
  };
};

/**
 * One node, whose step is a function from the number of steps done, the carries, the constants, the lists of
 * inputs and the lists of outputs to their next values. `define` gives functions their names.
 */
export const repeated = (
  { writer, scan, writeStep, fixed, inputs }: LoopSite,
  define: (wish: string, definition: Omit<FunctionDef, "name">) => string,
): LoopResult => {
  const { length, reverse, body } = scan.attrs;
  const carryCount = body.carries.length;
  const forms = body.outputs.map((_, i) => outputForm(scan, i));
  const initial = [
    writer.ints([], [0]),
    ...fixed,
    ...inputs.map((series) => list(writer, series)),
    ...forms.map((form) => emptyList(writer, form)),
  ];
  const types: readonly DataType[] = [
    "int",
    ...bodyArguments(body).map(({ dtype }, i) => (i < fixed.length ? dtype : "list")),
    ...forms.map((): DataType => "list"),
  ];
  const parameters = types.map((type, i) => ({ name: `x${i}`, type }));
  const names = parameters.map((parameter) => parameter.name);

  const inside = graphWriter("function");
  const [count = "", ...rest] = names;
  const one = inside.ints([], [1]);
  const step = reverse ? minus(inside, inside.ints([], [length - 1]), count) : count;
  const constants = rest.slice(carryCount, fixed.length);
  const sources = rest.slice(fixed.length, fixed.length + inputs.length);
  const targets = rest.slice(fixed.length + inputs.length);
  const now = sources.map((source, i) => element(inside, source, step, at(inputs, i)));
  const results = writeStep(inside, [...rest.slice(0, fixed.length), ...now]);
  const next = [
    inside.node("AddV2", [count, one], { T: typeOf("int") })(0),
    ...results.slice(0, carryCount),
    ...constants,
    ...sources,
    ...targets.map((target, i) =>
      setElement(inside, target, step, at(results, carryCount + i), at(forms, i).dtype),
    ),
  ];
  const stepName = define("step", {
    inputs: parameters,
    outputs: next.map((value, i) => ({ name: `y${i}`, type: at(types, i), value })),
    nodes: inside.nodes,
  });

  const before = graphWriter("function");
  const bound = before.ints([], [length]);
  const more = before.node("Less", [count, bound], { T: typeOf("int") })(0);
  const moreName = define("more", {
    inputs: parameters,
    outputs: [{ name: "more", type: "bool", value: more }],
    nodes: before.nodes,
  });

  const loop = writer.node("StatelessWhile", initial, {
    T: { kind: "types", value: types },
    cond: { kind: "function", value: moreName },
    body: { kind: "function", value: stepName },
    // Steps then run as nodes of the graph around them, not as calls.
    _lower_using_switch_merge: bool(true),
  });
  const firstOutput = types.length - forms.length;
  return {
    carries: body.carries.map((_, i) => loop(1 + i)),
    outputs: forms.map((form, i) => ({ kind: "list", list: loop(firstOutput + i), ...form })),
  };
};

const minus = (writer: GraphWriter, a: Tensor, b: Tensor): Tensor =>
  writer.node("Sub", [a, b], { T: typeOf("int") })(0);

const outputForm = (
  { attrs: { length, body } }: NodeOf<"scan">,
  index: number,
): Pick<TensorSeries, "length" | "shape" | "dtype"> => {
  const { shape, dtype } = at(body.outputs, index);
  return { length, shape, dtype };
};
