/** Graphs run whole by native TensorFlow: one session, one call a run. Importing this loads none of it. */
import { success } from "../../diagnostics/diagnostic.ts";
import { verify } from "../../graph/verify.ts";
import { loadBinding, type Binding } from "./binding.ts";
import type { Backend } from "../backend.ts";
import { backendOver, type CompiledGraph } from "../buffers.ts";
import { nativeTensors, type Native, type NativeTensors } from "./tensors.ts";
import { defaultUnrolledNodes, emitGraph, type EmittedGraph } from "./emit.ts";
import { openSession } from "./session.ts";
import { setThreads } from "./threads.ts";

/** Opens native TensorFlow; throws, saying why, where it is not installed. Longer loops than this stay loops. */
export const openTensorflow = (unrolledNodes: number = defaultUnrolledNodes): Promise<Backend> =>
  new Promise((resolve) => {
    setThreads(process.env);
    const binding = loadBinding();
    const tensors = nativeTensors("tensorflow", binding);
    const backend = backendOver(tensors, (graph) => {
      verify(graph);
      return success(compile(binding, tensors, emitGraph(graph, unrolledNodes)));
    });
    resolve(backend);
  });

const compile = (
  binding: Binding,
  { own }: NativeTensors,
  emitted: EmittedGraph,
): CompiledGraph<Native> => {
  const session = openSession(binding, emitted.graph);
  const inputs = portList(emitted.inputs);
  const outputs = portList(emitted.outputs);
  return {
    run: (args) => {
      const ids = args.map(({ id }) => id);
      return binding.runSavedModel(session, ids, inputs, outputs).map(({ id }) => own(id));
    },
    dispose: () => {
      binding.deleteSavedModel(session);
    },
  };
};

const portList = (names: readonly string[]): string => names.map((name) => `${name}:0`).join();
