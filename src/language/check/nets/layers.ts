/** The layers that the language knows. A new one is an entry of the table. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Initializer } from "../../../ir/model.ts";
import type { ValueId } from "../../../ir/value.ts";
import { add, names, size } from "../../../shape/dim.ts";
import type { Expr, Name } from "../../ast.ts";
import type { ValueBuilder } from "../../lower/builder.ts";
import type { Scope } from "../../modules.ts";
import { applyOne } from "../values/apply.ts";
import type { DimScope } from "../types/dims.ts";
import { readSize } from "../types/dims.ts";
import type { Report } from "../finding.ts";
import type { NetHead } from "./heads.ts";
import * as errors from "../errors/nets.ts";
import { ofUnary } from "../types/ranges.ts";
import type { Frame, ValueTerm } from "../values/terms.ts";
import { sizesOf } from "../values/terms.ts";
import type { Axis } from "../types/event-type.ts";

/** An argument's text and what its names mean there. */
export interface BoundArgument {
  readonly expr: Expr;
  readonly surroundings: Surroundings;
}

/** Where an architecture is written. */
export interface Surroundings {
  readonly scope: Scope;
  readonly dims: DimScope;
  /** Parameters of the `arch` declaration that the text belongs to; a parameter with `...` has many values. */
  readonly parameters: ReadonlyMap<string, readonly BoundArgument[]>;
  readonly report: Report;
  /** The surroundings that a declaration of another file has. */
  readonly of: (file: string) => Surroundings;
}

/** A layer with its arguments, ready to be built. */
export interface PlannedLayer {
  readonly rule: LayerRule;
  readonly positional: readonly BoundArgument[];
  readonly named: ReadonlyMap<string, BoundArgument>;
  readonly span: Span;
}

/** The net that a layer belongs to. */
export interface LayerOwner {
  /** Parameters begin with it: "prior.0", "rnn.gates". */
  readonly prefix: string;
  /** The net or the memory instance, for summaries. */
  readonly owner: string;
  readonly net: Name;
}

/** Builds the layer on these vectors, which are read as one. */
export type LayerBuilder = (
  parts: readonly ValueTerm[],
  frame: Frame,
  owner: LayerOwner,
) => ValueTerm;

export interface LayerRule {
  readonly usage: string;
  /** Gives what the net's result needs, hence comes last and only there. */
  readonly last: boolean;
  /** Reads the arguments; `undefined` when something was reported. */
  readonly plan: (layer: PlannedLayer, head: NetHead, frame: Frame) => LayerBuilder | undefined;
}

const activations = ["tanh", "relu", "sigmoid", "softplus"] as const;
/** A function that a dense layer may apply to its elements. */
export type Activation = (typeof activations)[number];

/** What was joined is multiplied part by part, so that what varies less is multiplied less often. */
const unjoined = (builder: ValueBuilder, id: ValueId): readonly ValueId[] => {
  const { op, operands } = builder.value(id);
  return op === "concat" ? operands.flatMap((part) => unjoined(builder, part)) : [id];
};

const affine = (
  parts: readonly ValueTerm[],
  columns: Axis,
  bias: Initializer,
  frame: Frame,
  { prefix, owner, net }: LayerOwner,
): ValueTerm => {
  const { builder, lead } = frame;
  const mapped = parts.some((part) => part.mapped);
  const at = lead.map((_, place) => place);
  const inputs = parts.flatMap((part) =>
    unjoined(builder, part.id).map((id) =>
      mapped && !part.mapped && at.length > 0
        ? builder.emit("expand", [id], { at }, { base: builder.value(id).type.base })
        : id,
    ),
  );
  const widths = inputs.map((id) => builder.value(id).type.axes.at(-1) ?? size(1));
  const fanIn = widths.reduce(add, size(0));
  const fanOut = frame.concrete(columns.dim);
  const weightName = `${prefix}.weight`;
  const { open } = frame.analysis.dims;
  for (const name of names(add(fanIn, fanOut))) {
    const dim = open.get(name);
    if (dim !== undefined)
      frame.report(errors.parameterOfOpenSize(net, weightName, [fanIn, fanOut], dim));
  }
  const weight = builder.parameter({
    name: weightName,
    owner,
    shape: [fanIn, fanOut],
    init: { kind: "glorot", fanIn, fanOut, gain: 1 },
    span: net.span,
  });
  const shift = builder.parameter({
    name: `${prefix}.bias`,
    owner,
    shape: [fanOut],
    init: bias,
    span: net.span,
  });
  const id = builder.emit(
    "linear",
    [...inputs, weight, shift],
    { parts: inputs.length },
    { base: "real" },
  );
  return { kind: "value", type: { base: "real", axes: [columns] }, id, mapped };
};

const readActivation = (layer: PlannedLayer, frame: Frame): Activation | "none" | undefined => {
  const bound = layer.named.get("act") ?? layer.positional[1];
  if (bound === undefined) return "none";
  const { expr } = bound;
  const known = activations.find((name) => expr.kind === "name" && expr.text === name);
  if (known === undefined) frame.report(errors.unknownActivation(expr, activations));
  return known;
};

const onlyKnown = (
  layer: PlannedLayer,
  places: number,
  words: readonly string[],
  frame: Frame,
): boolean => {
  const fine =
    layer.positional.length <= places &&
    [...layer.named.keys()].every((name) => words.includes(name));
  if (!fine) frame.report(errors.layerArguments(layer.span, layer.rule.usage));
  return fine;
};

const dense: LayerRule = {
  usage: "dense(SIZE, act = relu)",
  last: false,
  plan: (layer, _head, frame) => {
    const bound = layer.positional[0];
    if (!onlyKnown(layer, 2, ["act"], frame)) return undefined;
    if (bound === undefined) {
      frame.report(errors.layerArguments(layer.span, layer.rule.usage));
      return undefined;
    }
    const columns = readSize(bound.expr, bound.surroundings.dims, sizesOf(frame), frame.report);
    const activation = readActivation(layer, frame);
    if (columns === undefined || activation === undefined) return undefined;
    return (parts, inner, owner) => {
      const sum = affine(parts, columns, { kind: "constant", value: 0 }, inner, owner);
      if (activation === "none") return sum;
      const result = { base: ofUnary[activation]("real"), core: [columns] };
      return applyOne(inner, activation, { term: sum, core: 1 }, {}, result);
    };
  },
};

const linear: LayerRule = {
  usage: "linear(bias = NUMBER or {FIELD: NUMBER, …})",
  last: true,
  plan: (layer, head, frame) => {
    if (!onlyKnown(layer, 0, ["bias"], frame)) return undefined;
    const bias = head.readBias(layer.named.get("bias")?.expr, frame);
    if (bias === undefined) return undefined;
    return (parts, inner, owner) => affine(parts, head.width, bias(inner), inner, owner);
  },
};

/** Every layer's name. */
export type LayerName = "dense" | "linear";

/** Every layer by its name. A new one is one entry, and one of the reference. */
export const layers: ReadonlyMap<string, LayerRule> = new Map<LayerName, LayerRule>([
  ["dense", dense],
  ["linear", linear],
]);
