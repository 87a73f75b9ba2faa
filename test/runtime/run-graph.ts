/** A graph run once on a backend. */
import type { Graph } from "../../src/graph/op.ts";
import type { Backend, HostArray } from "../../src/runtime/backend.ts";
import { need } from "../support/need.ts";

/** The outputs; the backend holds no more than before. */
export const runGraph = (
  backend: Backend,
  graph: Graph,
  values: ReadonlyMap<string, HostArray>,
): Map<string, HostArray> => {
  const executable = need(backend.compile(graph));
  const inputs = new Map([...values].map(([name, array]) => [name, backend.upload(array)]));
  const outputs = executable.run(inputs);
  const read = new Map([...outputs].map(([name, buffer]) => [name, buffer.read()]));
  for (const name of graph.donated ?? []) inputs.delete(name);
  for (const buffer of [...inputs.values(), ...outputs.values()]) buffer.dispose();
  executable.dispose();
  return read;
};
