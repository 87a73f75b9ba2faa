import { differentiate } from "../../src/graph/gradient.ts";
import type { Node } from "../../src/graph/op.ts";

/** The value, on the forward computation that the gradients use, and the gradients of its sum. */
export const gradient = (
  output: Node,
  wrt: readonly Node[],
): { readonly value: Node; readonly gradients: readonly Node[] } => {
  const { outputs, gradients } = differentiate(new Map([["value", output]]), "value", wrt);
  return { value: outputs.get("value") ?? output, gradients };
};
