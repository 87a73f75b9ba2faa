/** A model through time: one scan forward, and before it one backward where a guide looks ahead. */
import { InternalError, invariant } from "../diagnostics/invariant.ts";
import { added } from "../graph/added.ts";
import { reshape, select } from "../graph/build.ts";
import type { Node } from "../graph/op.ts";
import type { Carry, Model } from "../ir/model.ts";
import type { Value, ValueId } from "../ir/value.ts";
import { createFrame, type ModelFrame, type FrameOptions, type Reading } from "./frame.ts";
import { openLoop, type Imports, type OpenLoop, type Recurrence } from "./loop.ts";
import type { StepRange, Specialisation } from "./specialise.ts";

/** Steps that read their sites in one way. */
export interface Segment {
  readonly range: StepRange;
  readonly reading: Reading;
  /** Steps that the input `added.mask` denies leave the state as it is. */
  readonly masked: boolean;
  /** How those steps are read where they are not padding but go on from what a sequence has. */
  readonly beyond?: Reading;
}

export interface Unrolled {
  /** What was wanted of every step, stacked: [n, …]. */
  readonly outputs: ReadonlyMap<string, Node>;
  /** The state after the last step, for a segment that follows. */
  readonly final: ReadonlyMap<string, Node>;
}

/** Values that do not belong to a step. */
export const staticFrame = (special: Specialisation, reading: Reading): ModelFrame => {
  const { model, size } = special;
  const fields = new Map(model.data.map((field) => [field.name, field]));
  return createFrame({
    model,
    reading,
    size,
    noise: special.noise,
    elsewhere: () => undefined,
    leaves: {
      parameter: (name) => {
        const node = special.parameter(name);
        return reshape(node, [1, 1, ...node.shape]);
      },
      data: (name) => {
        const node = special.data(name);
        const shared = fields.get(name)?.per === "shared";
        return reshape(node, shared ? [1, 1, ...node.shape] : [1, ...node.shape]);
      },
      carry: (name) => {
        throw new InternalError(`${name} is read before time begins`);
      },
    },
  });
};

/** Runs a segment. `carries` holds the state before it, by name; what is absent starts from its initial value. */
export const unroll = (
  special: Specialisation,
  segment: Segment,
  statics: ModelFrame,
  carries: ReadonlyMap<string, Node>,
  want: (frame: ModelFrame) => ReadonlyMap<string, Node>,
): Unrolled => {
  const { model } = special;
  const ahead = backwardValues(model);
  const length = segment.range.end - segment.range.begin;
  const run = (
    list: readonly Carry[],
    reverse: boolean,
    elsewhere: (value: Value, imports: Imports) => Node | undefined,
  ): OpenLoop<ModelFrame> =>
    openLoop<ModelFrame>({
      length,
      reverse,
      carries: list.map(({ name, initial }): Recurrence => ({
        name,
        initial: carries.get(name) ?? statics.value(initial),
      })),
      build: (imports, carry) => {
        const frameOf = (reading: Reading, instead?: FrameOptions["instead"]): ModelFrame =>
          stepFrame(special, { ...segment, reading }, statics, imports, {
            carry,
            elsewhere: (value) => elsewhere(value, imports),
            ...(instead === undefined ? {} : { instead }),
          });
        const given = frameOf(segment.reading);
        const { beyond, range } = segment;
        if (beyond === undefined || reverse) return given;
        const exists = maskOf(special, range, "this");
        return frameOf(beyond, (site, drawn) =>
          select(exists(imports, drawn.shape.length), given.site(site), drawn),
        );
      },
      next: (frame, name) => frame.value(nextOf(list, name)),
      // Forward, the last step that exists is computed again and again in padding; its state is taken at the very end.
      ...(segment.masked && (reverse || segment.beyond === undefined)
        ? { mask: maskOf(special, segment.range, reverse ? "this" : "next") }
        : {}),
    });

  const backward = lazily(() => {
    const loop = run(
      model.carries.filter((carry) => carry.backward === true),
      true,
      () => undefined,
    );
    const asked = new Map<ValueId, Node>();
    const closed = lazily(() => loop.close([...asked.values()]));
    return {
      /** This step's value, as it will be among the outputs. */
      value: (id: ValueId): Node => {
        const node = asked.get(id) ?? loop.body.value(id);
        asked.set(id, node);
        return node;
      },
      whole: (id: ValueId): Node => {
        const node = closed().outputs[[...asked.keys()].indexOf(id)];
        invariant(node !== undefined, `value ${id} was not asked for`);
        return node;
      },
    };
  });

  const forward = run(
    model.carries.filter((carry) => carry.backward !== true),
    false,
    (value, imports) =>
      ahead.has(value.id)
        ? imports.perStep(`/ahead.${value.id}`, backward().value(value.id), () =>
            backward().whole(value.id),
          )
        : undefined,
  );
  const wanted = want(forward.body);
  const { outputs, final } = forward.close([...wanted.values()]);
  return {
    outputs: new Map([...wanted.keys()].flatMap((name, i) => pair(name, outputs[i]))),
    final,
  };
};

const pair = (name: string, node: Node | undefined): readonly (readonly [string, Node])[] =>
  node === undefined ? [] : [[name, node]];

const lazily = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

const nextOf = (carries: readonly Carry[], name: string): ValueId => {
  const carry = carries.find((one) => one.name === name);
  invariant(carry !== undefined, `no carry ${name}`);
  return carry.next;
};

const maskOf =
  (special: Specialisation, range: StepRange, step: "this" | "next") =>
  (imports: Imports, rank: number): Node => {
    const { batch } = special.sizes;
    const [name, whole] =
      step === "this"
        ? [added.mask, () => special.mask(range)]
        : [`${added.mask}.next`, () => special.maskOfNext(range)];
    const mask = imports.perStep(name, { shape: [batch], dtype: "float" }, whole);
    return reshape(mask, [1, batch, ...Array.from({ length: rank - 2 }, () => 1)]);
  };

/** Where a step finds what it does not compute. */
interface StepSources extends Pick<FrameOptions, "elsewhere" | "instead"> {
  readonly carry: (name: string) => Node;
}

const stepFrame = (
  special: Specialisation,
  segment: Segment,
  statics: ModelFrame,
  imports: Imports,
  { carry, elsewhere, instead }: StepSources,
): ModelFrame => {
  const { model, size, sizes, shapeOf } = special;
  const fields = new Map(model.data.map((field) => [field.name, field]));
  return createFrame({
    model,
    reading: segment.reading,
    size,
    ...(instead === undefined ? {} : { instead }),
    elsewhere: (value) => {
      if (value.when === "step") return elsewhere(value);
      return inline.has(value.op) ? undefined : imports.constant(statics.value(value.id));
    },
    noise: (site, proposal) => {
      invariant(site.when === "step", `${site.name} is drawn once, not at a step`);
      const whole = special.stepNoise(site, proposal, segment.range);
      return imports.perStep(
        added.noise(site.name, proposal),
        { shape: whole.shape.slice(1), dtype: whole.dtype },
        () => whole,
      );
    },
    leaves: {
      parameter: (name) => imports.constant(special.parameter(name)),
      data: (name) => {
        const field = fields.get(name);
        invariant(field?.per === "step", `${name} has no value per step`);
        const whole = special.stepData(name, segment.range);
        const shape = [sizes.batch, ...shapeOf(field.type)];
        const step = imports.perStep(name, { shape, dtype: whole.dtype }, () => whole);
        return reshape(step, [1, ...shape]);
      },
      carry,
    },
  });
};

/** Static values that cost nothing to make again within a loop. */
const inline: ReadonlySet<Value["op"]> = new Set<Value["op"]>(["constant", "fill", "range"]);

/** Values that lead from what a backward carry was to what it becomes: all that a forward step reads of it. */
const backwardValues = (model: Model): ReadonlySet<ValueId> => {
  const backward = model.carries.filter((carry) => carry.backward === true);
  const names = new Set(backward.map(({ name }) => name));
  const needed = new Set(backward.map(({ next }) => next));
  for (const { id, operands } of model.values.toReversed()) {
    if (needed.has(id)) for (const operand of operands) needed.add(operand);
  }
  const result = new Set<ValueId>();
  for (const value of model.values) {
    const leaf = value.op === "carry" && names.has(value.attrs.name);
    const through = needed.has(value.id) && value.operands.some((operand) => result.has(operand));
    if (leaf || through) result.add(value.id);
  }
  return result;
};

/** Whether a value depends on a backward carry. */
export const readsAhead = (model: Model, id: ValueId): boolean => {
  const ahead = backwardValues(model);
  const needed = new Set([id]);
  for (const value of model.values.toReversed()) {
    if (needed.has(value.id)) for (const operand of value.operands) needed.add(operand);
  }
  return [...needed].some((one) => ahead.has(one));
};
