/** What a graph that draws reads of a batch. */
import { wrongArgument } from "../diagnostics/argument.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Batch } from "../data/dataset.ts";
import { added } from "../graph/added.ts";
import type { NodeOf, Shape } from "../graph/op.ts";
import { elements } from "../graph/shapes.ts";
import type { Model } from "../ir/model.ts";
import type { HostArray } from "../runtime/backend.ts";
import { feedBatch, stepFields, type Feed } from "../training/feed.ts";
import type { BatchSizes } from "../inference/graphs.ts";

/** What a graph that draws takes: what is given, else what it reads of a batch. */
export const feedDraw = (
  { data }: Model,
  inputs: readonly NodeOf<"input">[],
  given: Feed,
  batch: Batch,
  sizes: Pick<BatchSizes, "batch" | "steps">,
): Feed => {
  const read = inputs.filter(({ attrs }) => !given.has(attrs.name));
  const fields = feedBatch(read, batch, sizes, stepFields(data));
  return new Map(
    inputs.map(({ attrs: { name }, shape }) => {
      const array = given.get(name) ?? fields.get(name);
      invariant(array !== undefined, `nothing to feed for ${name}`);
      return [name, firstSteps(array, shape)];
    }),
  );
};

/** [B, T, …] cut down to the first steps, where the graph takes only those: `predict` does not see what it predicts. */
const firstSteps = (array: HostArray, shape: Shape): HostArray => {
  const [batch = 1, steps = 1, ...rest] = shape;
  const [, given = 1] = array.shape;
  if (shape.length < 2 || given <= steps) return array;
  const step = elements(rest);
  const data = new Float32Array(batch * steps * step);
  for (let b = 0; b < batch; b += 1) {
    const from = b * given * step;
    data.set(array.data.subarray(from, from + steps * step), b * steps * step);
  }
  return { shape, data };
};

/** What is wrong with the field that an input takes from a batch. */
export const wrongField = (
  { attrs: { name }, shape }: NodeOf<"input">,
  batch: Batch,
): readonly Diagnostic[] => {
  if (name === added.mask) return [];
  const field = batch.fields.get(name);
  const whole = field === undefined || field.data.length === elements(field.shape);
  const cut = field === undefined || !whole ? field : firstSteps(field, shape);
  if (cut !== undefined && whole && cut.shape.join() === shape.join()) return [];
  const found = cut && `[${cut.shape.join(", ")}] of ${cut.data.length} numbers`;
  const expected = `an array [${shape.join(", ")}]`;
  return [wrongArgument("drawSamples", `batch.${name}`, expected, found)];
};
