/** Which sequence, term and step of a training batch gave no number. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { inputsOf } from "../graph/walk.ts";
import type { HostArray } from "../runtime/backend.ts";
import { evaluate } from "../runtime/reference.ts";
import { placeText } from "./errors.ts";
import type { EvaluationGraph } from "../inference/graphs.ts";
import type { Problem } from "./problem.ts";
import { createTally, findBad, takePart } from "./tally.ts";

/** The diagnostic with the place where a term is not finite, if there is one: a gradient may fail alone. */
export const withPlace = (
  diagnostic: Diagnostic,
  graph: EvaluationGraph,
  bound: Problem["bound"],
  inputs: ReadonlyMap<string, HostArray>,
): Diagnostic => {
  const outputs = new Map([["logWeights", graph.logWeights], ...graph.terms]);
  const results = evaluate({ inputs: inputsOf(outputs.values()), outputs }, inputs);
  const weights = results.get("logWeights");
  if (weights === undefined) return diagnostic;
  const tally = createTally(weights.shape[1] ?? 1, bound);
  const terms = new Map([...results].filter(([name]) => graph.terms.has(name)));
  takePart(tally, weights, terms, 0);
  const bad = findBad(tally);
  if (bad === undefined) return diagnostic;
  const place = placeText(bad, `sequence ${bad.row + 1} of the batch`);
  return { ...diagnostic, notes: [place, ...diagnostic.notes] };
};
