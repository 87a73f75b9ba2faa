/** Backends against the reference. */
import type { Graph } from "../../src/graph/op.ts";
import type { Backend, HostArray } from "../../src/runtime/backend.ts";
import { runGraph } from "../runtime/run-graph.ts";
import type { ProductGraph } from "./graphs.ts";
import { disagreements, expectedOf, MANY_RUNS, type Expected, type Unfit } from "./rounding.ts";

type Arrays = ReadonlyMap<string, HostArray>;

/** A graph with numbers on which float32 decides as float64 does. */
export interface Question {
  readonly name: string;
  readonly graph: Graph;
  readonly feed: Arrays;
  readonly expected: Expected;
  /** Numbers that were drawn before, and what was wrong with them. */
  readonly refused: readonly Unfit[];
}

/** Draws anew are for decisions that float32 cannot make. */
const DRAWS = 12;

/** Numbers for the graph; what was wrong with all of them where none will do. */
export const questionOf = (
  { name, graph, feed }: ProductGraph,
  seed = 1,
): Question | readonly Unfit[] => {
  const refused: Unfit[] = [];
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const numbers = feed(seed + 1000 * draw);
    const expected = expectedOf(graph, numbers);
    if (typeof expected !== "string") return { name, graph, feed: numbers, expected, refused };
    refused.push(expected);
  }
  return refused;
};

export const isQuestion = (one: Question | readonly Unfit[]): one is Question => "graph" in one;

/** What is wrong with the backend's answers, if anything. */
export const wrongOn = (backend: Backend, question: Question): string | undefined => {
  const found = runGraph(backend, question.graph, question.feed);
  const wrong = wrongIn(question, found);
  if (wrong === undefined) return undefined;
  const expected = expectedOf(question.graph, question.feed, MANY_RUNS);
  return typeof expected === "string" ? wrong : wrongIn({ ...question, expected }, found);
};

const wrongIn = ({ name, expected }: Question, found: Arrays): string | undefined => {
  const wrong = disagreements(expected, found);
  if (wrong.length === 0) return undefined;
  const worst = wrong
    .slice(0, 4)
    .map((one) => `${one.name} ${one.times.toPrecision(3)}`)
    .join(", ");
  return `${name}: ${wrong.length} of ${expected.values.size} outputs differ, in tolerances: ${worst}`;
};
