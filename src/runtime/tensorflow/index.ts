/** Graphs run whole by native TensorFlow: one session, one call a run. Importing this loads none of it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { success } from "../../diagnostics/diagnostic.ts";
import { loadBinding, type Binding } from "../tfjs/binding.ts";
import { backendOver, type Compiled, type TfjsBackend } from "../tfjs/buffers.ts";
import { nativeTensors, type Native, type NativeTensors } from "../tfjs/native-tensors.ts";
import { defaultUnrolledNodes, emitGraph, type Emitted } from "./emit.ts";
import { encodeSavedModel, savedModelTag } from "./encode.ts";
import type { GraphDef } from "./graph-def.ts";

/** Opens native TensorFlow; throws, saying why, where it is not installed. */
export const openTensorflow = async (
  unrolledNodes: number = defaultUnrolledNodes,
): Promise<TfjsBackend> => {
  const binding = await Promise.resolve().then(loadBinding);
  const tensors = nativeTensors("tensorflow", binding);
  return backendOver(tensors, (graph) =>
    success(compile(binding, tensors, emitGraph(graph, unrolledNodes))),
  );
};

const compile = (binding: Binding, { own }: NativeTensors, emitted: Emitted): Compiled<Native> => {
  const session = openSession(binding, emitted.graph);
  const [inputs, outputs] = [emitted.inputs, emitted.outputs].map((names) =>
    names.map((name) => `${name}:0`).join(),
  );
  return {
    run: (args) =>
      binding
        .runSavedModel(
          session,
          args.map(({ id }) => id),
          inputs ?? "",
          outputs ?? "",
        )
        .map(({ id }) => own(id)),
    dispose: () => {
      binding.deleteSavedModel(session);
    },
  };
};

/** TensorFlow reads graphs from files only. */
const openSession = (binding: Binding, graph: GraphDef): number => {
  const directory = mkdtempSync(join(tmpdir(), "gtmc-tensorflow-"));
  try {
    writeFileSync(join(directory, "saved_model.pb"), encodeSavedModel(graph));
    return binding.loadSavedModel(directory, savedModelTag);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
