/** Models written by hand, as an embedder would: values in single-assignment form. */
import type {
  Carry,
  DataField,
  Model,
  Parameter,
  Site,
  Type,
  Watch,
} from "../../../src/ir/model.ts";
import type { Value, ValueId, ValueOp, ValueOps } from "../../../src/ir/value.ts";
import { size, symbol, type Dim } from "../../../src/shape/dim.ts";

type Axis = number | string;

const dim = (axis: Axis): Dim => (typeof axis === "number" ? size(axis) : symbol(axis));

const typeOf = (axes: readonly Axis[], base: Type["base"] = "real", of?: Axis): Type => ({
  base,
  axes: axes.map(dim),
  ...(of === undefined ? {} : { of: dim(of) }),
});

interface SiteOptions {
  readonly role: Site["role"];
  readonly when?: Site["when"];
  readonly axes?: readonly Axis[];
  readonly base?: Type["base"];
  readonly prior: readonly [string, Readonly<Record<string, ValueId>>];
  readonly guide?: readonly [string, Readonly<Record<string, ValueId>>];
}

export class ModelBuilder {
  readonly values: Value[] = [];
  readonly parameters: Parameter[] = [];
  readonly data: DataField[] = [];
  readonly sites: Site[] = [];
  readonly carries: Carry[] = [];
  readonly watches: Watch[] = [];
  readonly dims: Record<string, number | null> = {};

  op<K extends ValueOp>(
    op: K,
    operands: readonly ValueId[],
    attrs: ValueOps[K],
    axes: readonly Axis[],
    more: {
      readonly base?: Type["base"];
      readonly when?: "static" | "step";
      readonly name?: string;
    } = {},
  ): ValueId {
    const id = this.values.length;
    const moving = operands.some((operand) => this.values[operand]?.when === "step");
    this.values.push({
      id,
      op,
      operands,
      attrs,
      type: typeOf(axes, more.base),
      when: more.when ?? (moving ? "step" : "static"),
      ...(more.name === undefined ? {} : { name: more.name }),
    } as Value);
    return id;
  }

  dimension(axis: Axis): Dim {
    return dim(axis);
  }

  constant(value: number): ValueId {
    return this.op("constant", [], { value }, []);
  }

  fill(value: number, ...axes: readonly Axis[]): ValueId {
    return this.op("fill", [], { value }, axes);
  }

  parameter(name: string, ...axes: readonly Axis[]): ValueId {
    this.parameters.push({
      name,
      owner: name.split(".")[0] ?? name,
      shape: axes.map(dim),
      init: { kind: "normal", scale: 1 },
      role: "both",
    });
    return this.op("parameter", [], { name }, axes);
  }

  field(
    name: string,
    axes: readonly Axis[],
    per: DataField["per"] = "step",
    role: DataField["role"] = "observed",
    base: Type["base"] = "real",
  ): ValueId {
    this.data.push({ name, type: typeOf(axes, base), per, role });
    const when = per === "step" ? "step" : "static";
    return role === "observed"
      ? this.op("site", [], { name }, axes, { when, base })
      : this.op("data", [], { name }, axes, { when, base });
  }

  drawn(
    name: string,
    axes: readonly Axis[],
    when: Site["when"] = "step",
    base: Type["base"] = "real",
  ): ValueId {
    return this.op("site", [], { name }, axes, { when, base });
  }

  before(name: string, ...axes: readonly Axis[]): ValueId {
    return this.op("carry", [], { name }, axes, { when: "step" });
  }

  site(name: string, options: SiteOptions): void {
    const { role, when = "step", axes = [], base = "real", prior, guide } = options;
    this.sites.push({
      name,
      role,
      when,
      type: typeOf(axes, base),
      prior: { family: prior[0], arguments: prior[1] },
      ...(guide === undefined ? {} : { guide: { family: guide[0], arguments: guide[1] } }),
    });
  }

  carry(
    name: string,
    axes: readonly Axis[],
    initial: ValueId,
    next: ValueId,
    backward = false,
  ): void {
    this.carries.push({
      name,
      type: typeOf(axes),
      initial,
      next,
      ...(backward ? { backward: true } : {}),
    });
  }

  linear(parts: readonly ValueId[], name: string, inputs: number, outputs: number): ValueId {
    const weight = this.parameter(`${name}.weight`, inputs, outputs);
    const bias = this.parameter(`${name}.bias`, outputs);
    return this.op("linear", [...parts, weight, bias], { parts: parts.length }, [outputs]);
  }

  model(name = "Test"): Model {
    const { dims, parameters, data, values, carries, sites, watches } = this;
    return { name, dims, parameters, data, values, carries, sites, watches };
  }
}
