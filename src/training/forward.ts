/** Graphs without an update: compiled, fed, read. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import type { Graph, Node, NodeOf } from "../graph/op.ts";
import { optimise } from "../graph/passes/index.ts";
import { inputsOf } from "../graph/walk.ts";
import type { Backend, Buffer, Executable, HostArray } from "../runtime/backend.ts";
import { disposeAll, upload, type Feed } from "./feed.ts";

/** A compiled graph and what it takes. */
export interface Prepared {
  readonly executable: Executable;
  readonly inputs: readonly NodeOf<"input">[];
}

/** A program that is optimised, compiled and run only to be tried. */
export const openTrial = (
  backend: Backend,
  definition: Graph,
): Result<Trial & { readonly dispose: () => void }> => {
  const graph = optimise(definition);
  const compiled = backend.compile(graph);
  if (!compiled.ok) return compiled;
  const executable = compiled.value;
  return success({
    inputs: graph.inputs,
    run: (feed) => runOnce(backend, executable, graph, feed),
    dispose: () => {
      executable.dispose();
    },
  });
};

/** A compiled program as a function of everything that it takes. */
export interface Trial {
  readonly inputs: readonly NodeOf<"input">[];
  readonly run: (feed: Feed) => Feed;
}

/** Uploads everything, runs and reads. */
export const runOnce = (
  backend: Backend,
  executable: Executable,
  { inputs, donated }: Pick<Graph, "inputs" | "donated">,
  feed: Feed,
): Feed => {
  const fed = upload(backend, inputs, feed);
  const results = executable.run(fed);
  const arrays = new Map([...results].map(([name, buffer]) => [name, buffer.read()]));
  for (const [name, buffer] of fed) if (donated?.has(name) !== true) buffer.dispose();
  disposeAll(results.values());
  return arrays;
};

/** Optimises and compiles. */
export const prepare = (backend: Backend, outputs: ReadonlyMap<string, Node>): Result<Prepared> => {
  const graph = optimise({ inputs: inputsOf(outputs.values()), outputs });
  const compiled = backend.compile(graph);
  return compiled.ok ? success({ executable: compiled.value, inputs: graph.inputs }) : compiled;
};

/** Results on the host; parameters stay where they are. */
export const run = (
  backend: Backend,
  { executable, inputs }: Prepared,
  parameters: ReadonlyMap<string, Buffer>,
  feed: Feed,
): ReadonlyMap<string, HostArray> => {
  const fed = upload(backend, inputs, feed);
  const taken = inputs.flatMap(({ attrs: { name } }) => {
    const buffer = parameters.get(name) ?? fed.get(name);
    return buffer === undefined ? [] : [[name, buffer] as const];
  });
  const results = executable.run(new Map(taken));
  const arrays = new Map([...results].map(([name, buffer]) => [name, buffer.read()]));
  disposeAll(fed.values());
  disposeAll(results.values());
  return arrays;
};
