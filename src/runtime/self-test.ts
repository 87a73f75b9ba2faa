/** Whether a backend computes what the reference does, on one small graph. */
import { add, contract, exp, input, mul, scan, softmax, sum, tanh } from "../graph/build.ts";
import type { Graph, Node, NodeOf } from "../graph/op.ts";
import type { Backend, Buffer, HostArray } from "./backend.ts";
import { evaluate } from "./reference.ts";

/** What is wrong with the backend, or nothing. */
export const selfTest = (backend: Backend): string | undefined => {
  const expected = numbersOf(evaluate(graph, given));
  const compiled = backend.compile(graph);
  if (!compiled.ok) return compiled.diagnostics.map(({ message }) => message).join("; ");
  const inputs = new Map<string, Buffer>();
  for (const [name, array] of given) inputs.set(name, backend.upload(array, "float"));
  const results = compiled.value.run(inputs);
  const actual = numbersOf(new Map([...results].map(([name, buffer]) => [name, buffer.read()])));
  for (const buffer of [...inputs.values(), ...results.values()]) buffer.dispose();
  compiled.value.dispose();
  const worst = expected.reduce(
    (error, value, i) => Math.max(error, Math.abs(value - (actual[i] ?? NaN))),
    0,
  );
  // A few dozen float32 operations on numbers around 1.
  return worst < 1e-4 ? undefined : `its results are wrong by ${worst.toPrecision(2)}`;
};

/** A recurrent network of two steps, each with its softmax. */
const graph: Graph = (() => {
  const weights = input("weights", [3, 3]);
  const start = input("start", [2, 3]);
  const drive = input("drive", [2, 2, 3]);
  const carry = input("h", [2, 3]);
  const matrix = input("w", [3, 3]);
  const row = input("x", [2, 3]);
  const next = tanh(add(contract(carry, matrix, "bi,ij->bj"), row));
  const [last, outputs] = scan({
    length: 2,
    body: {
      carries: [carry],
      constants: [matrix],
      inputs: [row],
      nextCarries: [next],
      outputs: [softmax(next)],
    },
    carries: [start],
    constants: [weights],
    inputs: [drive],
  });
  const inputs: readonly NodeOf<"input">[] = [weights, start, drive];
  return {
    inputs,
    outputs: new Map<string, Node>(
      last === undefined || outputs === undefined
        ? []
        : [
            ["last", mul(exp(last), 0.5)],
            ["total", sum(outputs, [0, 1])],
          ],
    ),
  };
})();

/** Numbers between -1 and 1 without a pattern that symmetries could hide. */
const array = (shape: readonly number[]): HostArray => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) =>
    Math.sin(1 + 2.7 * i),
  ),
});

const given: ReadonlyMap<string, HostArray> = new Map(
  graph.inputs.map(({ attrs: { name }, shape }) => [name, array(shape)]),
);

const numbersOf = (results: ReadonlyMap<string, HostArray>): readonly number[] =>
  [...results.values()].flatMap(({ data }) => [...data]);
