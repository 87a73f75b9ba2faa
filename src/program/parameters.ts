import { invariant } from "../diagnostics/invariant.ts";
import type { Initializer, Model } from "../ir/model.ts";
import { evaluate, type Dim } from "../shape/dim.ts";
import type { ParameterInit, ParameterSpec } from "../training/problem.ts";

const resolveInit = (init: Initializer, known: (dim: Dim) => number): ParameterInit => {
  switch (init.kind) {
    case "constant":
    case "normal":
      return init;
    case "blocks":
      return {
        kind: "blocks",
        blocks: init.blocks.map(({ size, value }) => ({ size: known(size), value })),
      };
    case "glorot":
      return {
        kind: "glorot",
        fanIn: known(init.fanIn),
        fanOut: known(init.fanOut),
        gain: init.gain,
      };
  }
};

/** Parameters with their dimensions evaluated. None depends on a dimension that data binds (the checker saw to it). */
export const resolveParameters = (model: Model): readonly ParameterSpec[] => {
  const sizes = new Map(
    Object.entries(model.dims).flatMap(([name, size]) => (size === null ? [] : [[name, size]])),
  );
  const known = (dim: Dim): number => {
    const size = evaluate(dim, sizes);
    invariant(size !== undefined, `dimension ${dim} of a parameter has no value`);
    return size;
  };
  return model.parameters.map(({ name, owner, role, shape, init }) => ({
    name,
    owner,
    role,
    shape: shape.map(known),
    init: resolveInit(init, known),
  }));
};
