/** Why an iteration gave no finite numbers: site, step, first operation and the ranges of what it was given. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { differentiate } from "../graph/gradient.ts";
import { namesOf } from "../graph/names.ts";
import type { Graph, Node, OpName } from "../graph/op.ts";
import { inputsOf } from "../graph/walk.ts";
import type { HostArray } from "../runtime/backend.ts";
import { nonFinite, nonFiniteEvaluation, type BadTerm } from "./errors.ts";
import { findFault, type NumericalFault, type ValueRange } from "./fault.ts";
import type { EvaluationGraph, ObjectiveGraph } from "../inference/graphs.ts";

const gradientOf = "gradient of ";

/** What is computed before the gradient; terms come first, as the better names. */
const forwardGraph = (objective: ObjectiveGraph): Graph => {
  const outputs = new Map([
    ...objective.terms,
    ["bound", objective.bound],
    ["surrogate", objective.surrogate],
  ]);
  return { inputs: inputsOf(outputs.values()), outputs };
};

const gradientGraph = (objective: ObjectiveGraph): Graph => {
  const { outputs, gradients } = differentiate(
    new Map([...objective.terms, ["surrogate", objective.surrogate]]),
    "surrogate",
    objective.parameters,
  );
  const named = new Map<string, Node>(outputs);
  objective.parameters.forEach(({ attrs: { name } }, i) => {
    const gradient = gradients[i];
    if (gradient !== undefined) named.set(`${gradientOf}${name}`, gradient);
  });
  return { inputs: inputsOf(named.values()), outputs: named };
};

const number = (x: number): string =>
  Number.isInteger(x) ? `${x}` : x.toPrecision(6).replace(/\.?0+$/u, "");

const printRange = ({ low, high, nan }: ValueRange): string =>
  low > high ? "NaN" : `[${number(low)}, ${number(high)}]${nan ? " and NaN" : ""}`;

const resultText = ({ low, high, nan }: ValueRange): string =>
  nan ? "NaN" : high === Infinity ? "Infinity" : low === -Infinity ? "-Infinity" : "no number";

/** Advice by operation; where there is none, the general one suffices. */
const advice: Partial<Readonly<Record<OpName, string>>> = {
  exp: "an exponent this large overflows: bound it, or use softplus for a scale",
  log: "the logarithm needs numbers > 0: add a floor to its argument, or work with logits",
  sqrt: "the root needs numbers >= 0",
  div: "divide by something that stays away from 0",
  reciprocal: "divide by something that stays away from 0",
  pow: "the base of a power must be > 0",
  lgamma: "the gamma function is for numbers > 0: add a floor to its argument",
  digamma: "the gamma function is for numbers > 0: add a floor to its argument",
};

/** log 0 is -inf, which a bound may well hold, but not everywhere. */
const logOfZero =
  "log 0 is a probability of 0, and the bound is -inf where nothing that was drawn is possible: let the guide not draw what the prior never does, take more particles, or add a floor to the argument";

const adviceFor = ({ node, result }: NumericalFault): string | undefined =>
  node.op === "log" && !result.nan ? logOfZero : advice[node.op];

const describe = (
  graph: Graph,
  { node, step, result, operands }: NumericalFault,
): readonly string[] => {
  const name = namesOf(graph).get(node);
  const place = name === undefined ? "" : ` while computing \`${name}\``;
  const when = step === undefined ? "" : ` at time step ${step + 1}`;
  return [
    `the first operation is \`${node.op}\`${place}${when}: it gave ${resultText(result)}`,
    ...operands.map((range, i) => {
      const which = operands.length === 1 ? "its operand" : `its operand ${i + 1}`;
      return `${which} lay in ${printRange(range)}`;
    }),
  ];
};

const generalHelp = [
  "a smaller learning rate or gradient clipping (`clip = 1`) often keeps a run finite",
];

const spoiltInput = (
  inputs: ReadonlyMap<string, HostArray>,
  names: readonly string[],
): string | undefined =>
  names.find((name) => inputs.get(name)?.data.some((value) => !Number.isFinite(value)) ?? false);

interface Explanation {
  readonly notes: readonly string[];
  readonly help: readonly string[];
}

/** What was no number before anything was computed. */
const explainInputs = (
  { data, parameters }: Pick<ObjectiveGraph, "data" | "parameters">,
  inputs: ReadonlyMap<string, HostArray>,
): Explanation | undefined => {
  const namesIn = (list: ObjectiveGraph["data"]): readonly string[] =>
    list.map(({ attrs }) => attrs.name);
  const field = spoiltInput(inputs, namesIn(data));
  if (field !== undefined) {
    return { notes: [`the data field \`${field}\` holds NaN or infinity`], help: [] };
  }
  const parameter = spoiltInput(inputs, namesIn(parameters));
  if (parameter === undefined) return undefined;
  const note = `the update before made the parameter \`${parameter}\` non-finite`;
  return { notes: [note], help: generalHelp };
};

/** The first operation of the graph that gave no number. */
const explainGraph = (
  graph: Graph,
  inputs: ReadonlyMap<string, HostArray>,
): Explanation | undefined => {
  const fault = findFault(graph, inputs);
  if (fault === undefined) return undefined;
  const particular = adviceFor(fault);
  return {
    notes: describe(graph, fault),
    help: particular === undefined ? generalHelp : [particular, ...generalHelp],
  };
};

const unexplained: Explanation = {
  notes: ["the reference evaluation of the same step is finite: the backend loses precision"],
  help: [...generalHelp, "try another backend with --backend"],
};

/** `inputs` holds everything that the objective takes at the iteration that failed. */
export const diagnose = (
  objective: ObjectiveGraph,
  inputs: ReadonlyMap<string, HostArray>,
  iteration: number,
): Diagnostic => {
  const given = explainInputs(objective, inputs);
  if (given !== undefined) return nonFinite("the bound", iteration, given.notes, given.help);
  const stages = [
    { what: "the bound", graph: () => forwardGraph(objective) },
    { what: "the gradient", graph: () => gradientGraph(objective) },
  ];
  for (const { what, graph } of stages) {
    const found = explainGraph(graph(), inputs);
    if (found !== undefined) return nonFinite(what, iteration, found.notes, found.help);
  }
  const { notes, help } = unexplained;
  return nonFinite("the bound or its gradient", iteration, notes, help);
};

/** The same for an evaluation; `inputs` holds what it takes for the batch and the particles that failed. */
export const diagnoseEvaluation = (
  { logWeights, terms, ...graph }: EvaluationGraph,
  inputs: ReadonlyMap<string, HostArray>,
  place: BadTerm & { readonly split: string; readonly sequence: number },
): Diagnostic => {
  // A term that is not finite gives what it computes a better name.
  const outputs = place.term === undefined ? new Map([["log weights", logWeights]]) : terms;
  const { notes, help } =
    explainInputs(graph, inputs) ??
    explainGraph({ inputs: inputsOf(outputs.values()), outputs }, inputs) ??
    unexplained;
  return nonFiniteEvaluation(place, notes, help);
};
