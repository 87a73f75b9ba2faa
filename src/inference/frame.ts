/** Values of a model in one place: before time begins, or at one step. */
import { distributionOf } from "../distributions/index.ts";
import type { Arguments } from "../distributions/distribution.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Node } from "../graph/op.ts";
import type { DistributionCall, Model, Site } from "../ir/model.ts";
import type { Value, ValueId } from "../ir/value.ts";
import { walk, type Way } from "../ir/walk.ts";
import type { Dim } from "../shape/dim.ts";
import { emit, type Leaves } from "./emit.ts";

/** What a site is drawn from. "early" is the prior, at steps that a sequence lacks while others have data. */
export type Proposal = "guide" | "prior" | "early";

/** Where a site's value comes from. */
type Source = "data" | Proposal;

/** Decides it for every site. */
export type Reading = (site: Site) => Source;

/** Values of a model in one place; what is asked for is computed, once. */
export interface ModelFrame {
  readonly value: (id: ValueId) => Node;
  /** What was drawn, or the data: [k, b, E…]. */
  readonly site: (site: Site) => Node;
  readonly arguments: (call: DistributionCall) => Arguments;
}

export interface FrameOptions {
  readonly model: Model;
  readonly reading: Reading;
  readonly size: (dim: Dim) => number;
  readonly leaves: Omit<Leaves, "site">;
  readonly noise: (site: Site, proposal: Proposal) => Node;
  /** A value that is computed elsewhere and brought in. */
  readonly elsewhere: (value: Value) => Node | undefined;
  /** What a site is in place of what was drawn. */
  readonly instead?: (site: Site, drawn: Node) => Node;
}

/** The distribution that a site is drawn from when it is not data. */
export const proposalOf = (site: Site, source: Proposal): DistributionCall => {
  const call = source === "guide" ? site.guide : site.prior;
  invariant(call !== undefined, `${site.name} has no guide`);
  return call;
};

export const createFrame = (options: FrameOptions): ModelFrame => {
  const { model, reading, size, noise, elsewhere, instead } = options;
  const values = new Map<ValueId, Node>();
  const drawn = new Map<Site, Node>();
  const sites = new Map(model.sites.map((site) => [site.name, site]));

  /** What the site that stands behind a leaf is drawn from, unless that was done. */
  const drawnFrom = (name: string): readonly ValueId[] => {
    const one = sites.get(name);
    const source = one === undefined ? "data" : reading(one);
    if (one === undefined || source === "data" || drawn.has(one)) return [];
    return Object.values(proposalOf(one, source).arguments);
  };

  const way: Way = {
    needs: (entry) => {
      const node = elsewhere(entry);
      if (node !== undefined) values.set(entry.id, node);
      if (node !== undefined) return [];
      const { op, attrs, operands } = entry;
      return op === "site" || op === "data" ? drawnFrom(attrs.name) : operands;
    },
    met: new Set(),
  };

  const computed = (id: ValueId): Node => {
    const known = values.get(id);
    const entry = model.values[id];
    invariant(entry !== undefined, `no value ${id}`);
    invariant(known !== undefined, `value ${id} (${entry.op}) needs itself`);
    return known;
  };

  const value = (id: ValueId): Node => {
    for (const entry of walk(model.values, [id], way)) {
      if (values.has(entry.id)) continue;
      values.set(entry.id, emit(entry, entry.operands.map(computed), context));
    }
    return computed(id);
  };

  const args = (call: DistributionCall): Arguments =>
    Object.fromEntries(Object.entries(call.arguments).map(([name, id]) => [name, value(id)]));

  const draw = (site: Site): Node => {
    const source = reading(site);
    if (source === "data") return options.leaves.data(site.name);
    const call = proposalOf(site, source);
    return distributionOf(call.family).sample(args(call), noise(site, source));
  };

  const site = (one: Site): Node => {
    const known = drawn.get(one);
    if (known !== undefined) return known;
    const fresh = draw(one);
    const node = instead === undefined ? fresh : instead(one, fresh);
    drawn.set(one, node);
    return node;
  };

  const siteNamed = (name: string): Node => {
    const one = sites.get(name);
    invariant(one !== undefined, `no site ${name}`);
    return site(one);
  };

  const context = {
    size,
    leaves: {
      ...options.leaves,
      site: siteNamed,
      // Data that a site explains has one value, whichever of the two names a reader uses.
      data: (name: string) => (sites.has(name) ? siteNamed(name) : options.leaves.data(name)),
    },
  };
  return { value, site, arguments: args };
};
