/** Facts about a model and its objective, for people. */
import { invariant } from "../diagnostics/invariant.ts";
import type { DistributionCall, Model, Parameter, Site } from "../ir/model.ts";
import type { Value, ValueId, ValueOp } from "../ir/value.ts";
import { walk, type Way } from "../ir/walk.ts";
import { evaluate } from "../shape/dim.ts";
import type { Plan } from "./legality.ts";

/** One site: what it is drawn from, and how the gradient reaches its guide. */
interface SiteFacts {
  readonly name: string;
  readonly role: "latent" | "observed";
  readonly prior: string;
  readonly guide?: string;
  readonly estimator?: string;
  readonly why?: string;
}

/** Parameters of one owner with one role. */
export interface ParameterFacts {
  readonly owner: string;
  readonly role: Parameter["role"];
  readonly count: number;
}

export interface ModelFacts {
  readonly sites: readonly SiteFacts[];
  readonly parameters: readonly ParameterFacts[];
  /** In what order one step computes its sites, carries and equations, from priors or from guides. */
  readonly generate: readonly string[];
  readonly infer: readonly string[];
  /** Operations through which no gradient flows, with the value they belong to. */
  readonly gradientStops: readonly string[];
  readonly watches: readonly string[];
}

/** The facts; `plan` is that of the objective, if it is legal. */
export const describeModel = (model: Model, plan: Plan | undefined): ModelFacts => ({
  sites: sitesOf(model, plan),
  parameters: countParameters(model),
  generate: scheduleOf(model, "prior"),
  infer: scheduleOf(model, "guide"),
  gradientStops: stopsOf(model),
  watches: model.watches.map(({ name }) => name),
});

const sitesOf = (model: Model, plan: Plan | undefined): readonly SiteFacts[] => {
  const estimators = new Map(plan?.estimators.map((one) => [one.site.name, one]));
  return model.sites.map((site) => {
    const estimator = estimators.get(site.name);
    return {
      name: site.name,
      role: site.role,
      prior: site.prior.family,
      ...(site.guide === undefined ? {} : { guide: site.guide.family }),
      ...(estimator === undefined ? {} : { estimator: estimator.kind, why: estimator.why }),
    };
  });
};

const countParameters = (model: Model): readonly ParameterFacts[] => {
  const dims = new Map<string, number>();
  for (const [name, value] of Object.entries(model.dims)) if (value !== null) dims.set(name, value);
  const groups = new Map<string, ParameterFacts>();
  for (const { owner, role, shape } of model.parameters) {
    const count = shape.reduce((product, dim) => {
      const size = evaluate(dim, dims);
      invariant(size !== undefined, `a parameter's shape depends on ${dim}`);
      return product * size;
    }, 1);
    const key = `${owner} ${role}`;
    groups.set(key, { owner, role, count: count + (groups.get(key)?.count ?? 0) });
  }
  return [...groups.values()];
};

const STOPPING: ReadonlySet<ValueOp> = new Set<ValueOp>([
  "stop",
  "argsort",
  "argmax",
  "argmin",
  "onehot",
  "greater",
  "equal",
]);

/** What gradients come from or go to. */
const SOURCES: ReadonlySet<ValueOp> = new Set<ValueOp>(["parameter", "data", "site", "carry"]);

const stopsOf = (model: Model): readonly string[] => {
  const users = new Map<ValueId, Value>();
  const varying = new Set<ValueId>();
  for (const value of model.values) {
    for (const operand of value.operands) if (!users.has(operand)) users.set(operand, value);
    if (SOURCES.has(value.op) || value.operands.some((operand) => varying.has(operand))) {
      varying.add(value.id);
    }
  }
  /** The nearest name on the way to a use of it. */
  const nameOf = (value: Value): string | undefined => {
    let named: Value | undefined = value;
    while (named !== undefined && named.name === undefined) named = users.get(named.id);
    return named?.name;
  };
  const found = model.values
    .filter(({ id, op }) => STOPPING.has(op) && varying.has(id))
    .map((value) => {
      const name = nameOf(value);
      return name === undefined ? value.op : `${value.op} in ${name}`;
    });
  return [...new Set(found)];
};

const isPlain = (name: string | undefined): name is string =>
  name !== undefined && /^\w+$/u.test(name);

/** Names of memories by what they become; a site or equation read at t-1 goes by its own name. */
const memoriesOf = (model: Model): ReadonlyMap<ValueId, string> =>
  new Map(
    model.carries.flatMap(({ name, next }) => {
      const [owner, field] = name.split(".");
      return owner === undefined || field === undefined ? [] : [[next, owner]];
    }),
  );

/** Names of sites, equations and memories in the order in which one step computes them, operands first. */
const scheduleOf = (model: Model, reading: "prior" | "guide"): readonly string[] => {
  const order = new Set<string>();
  const sites = new Map(model.sites.map((site) => [site.name, site]));
  const memories = memoriesOf(model);

  /** What the site is drawn from; nothing where it is known. */
  const callOf = (site: Site | undefined): DistributionCall | undefined => {
    if (site === undefined || (reading === "guide" && site.role === "observed")) return undefined;
    return reading === "guide" ? site.guide : site.prior;
  };
  const argumentsOf = (call: DistributionCall | undefined): readonly ValueId[] =>
    call === undefined ? [] : Object.values(call.arguments);
  const way: Way = {
    needs: ({ op, attrs, operands }) =>
      op === "site" ? argumentsOf(callOf(sites.get(attrs.name))) : operands,
    met: new Set(),
  };
  const visit = (roots: readonly ValueId[]): void => {
    for (const value of walk(model.values, roots, way)) {
      const memory = memories.get(value.id);
      if (value.op === "site") addSite(value.attrs.name);
      else if (memory !== undefined) order.add(memory);
      else if (!SOURCES.has(value.op) && isPlain(value.name)) order.add(value.name);
    }
  };
  const addSite = (name: string): void => {
    if (callOf(sites.get(name)) !== undefined) order.add(name);
  };
  for (const site of model.sites) {
    visit(argumentsOf(callOf(site)));
    addSite(site.name);
  }
  visit(model.carries.map(({ next }) => next));
  return [...order];
};
