/** Graphs given to TensorFlow. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Binding } from "./binding.ts";
import { encodeSavedModel, savedModelTag } from "./encode.ts";
import type { GraphDef } from "./graph-def.ts";

/** The id of a session of the graph, which goes by way of a file: TensorFlow takes it no other way. */
export const openSession = (binding: Binding, graph: GraphDef): number => {
  const directory = mkdtempSync(join(tmpdir(), `gtmc-tensorflow-${process.pid}-`));
  try {
    writeFileSync(join(directory, "saved_model.pb"), encodeSavedModel(graph));
    return binding.loadSavedModel(directory, savedModelTag);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
