import { invariant } from "../diagnostics/invariant.ts";
import { names } from "../shape/dim.ts";
import type { Axes } from "./axes.ts";
import { axisRules } from "./axes.ts";
import type { DistributionCall, Model, Type } from "./model.ts";
import { printValue } from "./print.ts";
import type { Value, ValueId, ValueOp, ValueOps } from "./value.ts";

const show = (axes: Axes): string => `[${axes.join(", ")}]`;

const sameAxes = (a: Axes, b: Axes): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

const ruleOf = <K extends ValueOp>(
  op: K,
  operands: readonly Axes[],
  attrs: ValueOps[K],
): Axes | "declared" | undefined => axisRules[op](operands, attrs);

/** What leaves refer to by name. */
interface Declared {
  /** By operation and name. */
  readonly axes: (op: ValueOp, name: string) => Axes | undefined;
  readonly isStep: (op: ValueOp, name: string) => boolean;
}

const declaredIn = ({ sites, data, carries, parameters }: Model): Declared => {
  type Typed = readonly { readonly name: string; readonly type: Type }[];
  const typed = (all: Typed) => new Map(all.map(({ name, type }) => [name, type.axes]));
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
  const axes = new Map<ValueOp, ReadonlyMap<string, Axes>>([
    ["site", typed(sites)],
    ["data", typed(data)],
    ["carry", typed(carries)],
  ]);
  const steps = new Map<ValueOp, ReadonlySet<string>>([
    ["site", new Set(sites.flatMap(({ name, when }) => (when === "step" ? [name] : [])))],
    ["data", new Set(data.flatMap(({ name, per }) => (per === "step" ? [name] : [])))],
  ]);
  return {
    axes: (op, name) => (axes.get(op) ?? shapes).get(name),
    isStep: (op, name) => op === "carry" || steps.get(op)?.has(name) === true,
  };
};

const verifyValue = (model: Model, declares: Declared, value: Value, index: number): void => {
  const line = printValue(value);
  invariant(value.id === index, `value ${index} has another id: ${line}`);
  const operands = value.operands.map((id) => {
    const operand = model.values[id];
    invariant(operand !== undefined && id < index, `%${id} does not come before its user: ${line}`);
    return operand;
  });
  const axes = ruleOf(
    value.op,
    operands.map(({ type }) => type.axes),
    value.attrs,
  );
  invariant(axes !== undefined, `operands do not fit: ${line}`);
  const expected = axes === "declared" ? value.type.axes : axes;
  invariant(sameAxes(expected, value.type.axes), `axes are ${show(expected)}: ${line}`);
  if ("name" in value.attrs) {
    const declared = declares.axes(value.op, value.attrs.name);
    invariant(declared !== undefined, `nothing of that name: ${line}`);
    invariant(sameAxes(declared, value.type.axes), `declared with ${show(declared)}: ${line}`);
  }
  const step =
    operands.some(({ when }) => when === "step") || declares.isStep(value.op, nameOf(value));
  invariant((value.when === "step") === step, `wrong time: ${line}`);
};

const nameOf = ({ attrs }: Value): string => ("name" in attrs ? attrs.name : "");

const verifyUnique = (what: string, all: readonly { readonly name: string }[]): void => {
  const seen = new Set<string>();
  for (const { name } of all) {
    invariant(!seen.has(name), `two ${what} named ${name}`);
    seen.add(name);
  }
};

/** Throws `InternalError` unless every name is bound once, every shape follows, and every dimension has a meaning. */
export const verify = (model: Model): void => {
  const at = (id: ValueId, what: string): Value => {
    const value = model.values[id];
    invariant(value !== undefined, `${what} is no value of ${model.name}`);
    return value;
  };
  verifyUnique("parameters", model.parameters);
  verifyUnique("data fields", model.data);
  verifyUnique("carries", model.carries);
  verifyUnique("sites", model.sites);
  verifyUnique("watches", model.watches);
  const declared = declaredIn(model);
  for (const [index, value] of model.values.entries()) verifyValue(model, declared, value, index);

  const shapes = [
    ...model.values.map(({ type }) => type.axes),
    ...model.parameters.map((p) => p.shape),
  ];
  for (const name of new Set([...new Set(shapes.flat())].flatMap(names))) {
    invariant(name in model.dims, `dimension ${name} of ${model.name} has no meaning`);
  }
  for (const { name, shape } of model.parameters) {
    const open = shape.flatMap(names).find((dim) => model.dims[dim] === null);
    invariant(open === undefined, `shape of parameter ${name} depends on data through ${open}`);
  }
  for (const { name, type, initial, next } of model.carries) {
    const start = at(initial, `initial value of ${name}`);
    invariant(start.when === "static", `initial value of ${name} depends on time`);
    invariant(sameAxes(start.type.axes, type.axes), `initial value of ${name} has other axes`);
    invariant(
      sameAxes(at(next, `next value of ${name}`).type.axes, type.axes),
      `next value of ${name} has other axes`,
    );
  }
  const verifyCall = (
    site: string,
    axes: Axes,
    call: DistributionCall,
    categories: boolean,
  ): void => {
    for (const [parameter, id] of Object.entries(call.arguments)) {
      const found = at(id, `${parameter} of ${site}`).type.axes;
      const event = categories ? found.slice(0, -1) : found;
      invariant(
        sameAxes(event, axes),
        `${parameter} of ${site} has axes ${show(found)}, not ${show(axes)}`,
      );
    }
  };
  for (const { name, role, type, prior, guide } of model.sites) {
    const categories = type.of !== undefined;
    verifyCall(name, type.axes, prior, categories);
    invariant((role === "latent") === (guide !== undefined), `guide of ${role} site ${name}`);
    if (guide !== undefined) verifyCall(name, type.axes, guide, categories);
  }
  for (const { name, value } of model.watches) at(value, `watch ${name}`);
};
