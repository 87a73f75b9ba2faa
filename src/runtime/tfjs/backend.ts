/** Graphs run op by op on TensorFlow.js: forward kernels only, no tape. */
import { failure, success, type Result } from "../../diagnostics/diagnostic.ts";
import type { Graph, OpName } from "../../graph/op.ts";
import { verify } from "../../graph/verify.ts";
import { missingPrimitives } from "../errors.ts";
import type { Backend } from "../backend.ts";
import { backendOver, type CompiledGraph } from "../buffers.ts";
import { constantsOf } from "./constants.ts";
import type { Device } from "./device.ts";
import { compileProgram } from "./program.ts";

export const backendOf = <T>(device: Device<T>): Backend =>
  backendOver(device, (graph) => compile(device, graph));

const compile = <T>(device: Device<T>, graph: Graph): Result<CompiledGraph<T>> => {
  verify(graph);
  const constants = constantsOf(device);
  const missing = new Set<OpName>();
  const run = compileProgram({ device, constants, missing }, graph.inputs, [
    ...graph.outputs.values(),
  ]);
  if (missing.size > 0) {
    constants.dispose();
    return failure(missingPrimitives(device.name, [...missing]));
  }
  return success({ run, dispose: constants.dispose });
};
