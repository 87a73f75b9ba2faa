/** From collected values to a model whose text does not depend on the order in which they were collected. */
import { invariant } from "../../diagnostics/invariant.ts";
import type {
  Carry,
  DataField,
  DistributionCall,
  Model,
  Parameter,
  Site,
  Type,
  Watch,
} from "../../ir/model.ts";
import type { Value, ValueId } from "../../ir/value.ts";
import { verify } from "../../ir/verify.ts";
import { postorder, walk } from "../../ir/walk.ts";
import type { Dim } from "../../shape/dim.ts";
import { names } from "../../shape/dim.ts";
import type { ValueBuilder } from "./builder.ts";

export type CarryDraft = Omit<Carry, "backward">;

/** A checked model whose values are still those of the builder. */
export interface ModelDraft {
  readonly name: string;
  readonly builder: ValueBuilder;
  /** In the order of generation. */
  readonly sites: readonly Site[];
  readonly data: readonly DataField[];
  readonly carries: readonly CarryDraft[];
  readonly watches: readonly Watch[];
  readonly sizes: ReadonlyMap<string, number>;
}

/** A type without what only messages need. */
export const toType = ({
  base,
  axes,
  of,
}: {
  readonly base: Type["base"];
  readonly axes: readonly { readonly dim: Dim }[];
  readonly of?: { readonly dim: Dim };
}): Type => ({
  base,
  axes: axes.map(({ dim }) => dim),
  ...(of === undefined ? {} : { of: of.dim }),
});

const byName = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] =>
  [...all].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

const argumentsOf = (call: DistributionCall | undefined): readonly ValueId[] =>
  call === undefined ? [] : Object.values(call.arguments);

/** Parameters that these values need, through carries as well. */
const parametersBelow = (
  values: readonly Value[],
  carries: readonly CarryDraft[],
  roots: readonly ValueId[],
): ReadonlySet<string> => {
  const carried = new Map(carries.map((carry) => [carry.name, carry]));
  const needs = ({ op, attrs, operands }: Value): readonly ValueId[] => {
    if (op !== "carry") return operands;
    const carry = carried.get(attrs.name);
    return carry === undefined ? [] : [carry.initial, carry.next];
  };
  const found = [...walk(values, roots, { needs, met: new Set() })];
  return new Set(found.flatMap(({ op, attrs }) => (op === "parameter" ? [attrs.name] : [])));
};

const renumbered = (
  values: readonly Value[],
  roots: readonly ValueId[],
): { readonly values: readonly Value[]; readonly id: (old: ValueId) => ValueId } => {
  const order = postorder(values, roots);
  const places = new Map(order.map(({ id }, place) => [id, place]));
  const id = (old: ValueId): ValueId => {
    const place = places.get(old);
    invariant(place !== undefined, `%${old} is below a root`);
    return place;
  };
  return {
    values: order.map((value) => ({
      ...value,
      id: id(value.id),
      operands: value.operands.map(id),
    })),
    id,
  };
};

/** Several watches of one name are numbered in the order of their values. */
const distinct = (watches: readonly Watch[]): readonly Watch[] => {
  const count = new Map<string, number>();
  const sorted = [...watches].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.value - b.value,
  );
  return sorted.map((watch) => {
    const place = (count.get(watch.name) ?? 0) + 1;
    count.set(watch.name, place);
    return place === 1 ? watch : { ...watch, name: `${watch.name}.${place}` };
  });
};

const dimsOf = (
  draft: ModelDraft,
  values: readonly Value[],
  parameters: readonly Parameter[],
): Model["dims"] => {
  const types = [...values.map(({ type }) => type), ...draft.data.map(({ type }) => type)];
  const used = [
    ...types.flatMap(({ axes, of }) => (of === undefined ? axes : [...axes, of])),
    ...parameters.flatMap(({ shape }) => shape),
  ];
  const all = [...new Set([...new Set(used)].flatMap(names))].sort();
  return Object.fromEntries(all.map((name) => [name, draft.sizes.get(name) ?? null]));
};

/** Drops what nothing needs, numbers values by use, sorts what has no order of its own, and verifies. */
export const finishModel = (draft: ModelDraft): Model => {
  const { builder, sites } = draft;
  const carries = byName(draft.carries);
  const prior = sites.flatMap((site) => argumentsOf(site.prior));
  const guide = sites.flatMap((site) => argumentsOf(site.guide));
  const anchors = [
    ...sites.flatMap((site) => [...argumentsOf(site.prior), ...argumentsOf(site.guide)]),
    ...carries.flatMap(({ initial, next }) => [initial, next]),
  ];
  const watched = byName(draft.watches).map(({ value }) => value);
  const { values, id } = renumbered(builder.values, [...anchors, ...watched]);

  const call = ({ arguments: given, ...rest }: DistributionCall): DistributionCall => ({
    ...rest,
    arguments: Object.fromEntries(Object.entries(given).map(([name, value]) => [name, id(value)])),
  });
  const p = parametersBelow(builder.values, carries, prior);
  const q = parametersBelow(builder.values, carries, guide);
  const needed = new Set(
    values.flatMap(({ op, attrs }) => (op === "parameter" ? [attrs.name] : [])),
  );
  const parameters = byName([...builder.parameters.values()])
    .filter(({ name }) => needed.has(name))
    .map((parameter): Parameter => {
      const { name } = parameter;
      const role = p.has(name) && q.has(name) ? "both" : q.has(name) ? "q" : "p";
      return { ...parameter, role };
    });
  const model: Model = {
    name: draft.name,
    dims: dimsOf(draft, values, parameters),
    parameters,
    data: byName(draft.data),
    values,
    carries: carries.map((carry) => ({
      ...carry,
      initial: id(carry.initial),
      next: id(carry.next),
    })),
    sites: sites.map((site) => ({
      ...site,
      prior: call(site.prior),
      ...(site.guide === undefined ? {} : { guide: call(site.guide) }),
    })),
    watches: distinct(draft.watches.map((watch) => ({ ...watch, value: id(watch.value) }))),
  };
  verify(model);
  return model;
};
