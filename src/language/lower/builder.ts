import { invariant } from "../../diagnostics/invariant.ts";
import type { Span } from "../../diagnostics/span.ts";
import type { Axes } from "../../ir/axes.ts";
import { axisRules } from "../../ir/axes.ts";
import type { Base, Parameter, Type } from "../../ir/model.ts";
import type { Value, ValueId, ValueOf, ValueOp, ValueOps } from "../../ir/value.ts";
import type { Dim } from "../../shape/dim.ts";

/** What a new value has besides its operation: the axes of a leaf, what an index selects from, names for people. */
export interface ValueDetails {
  readonly base: Base;
  readonly of?: Dim;
  /** Only for leaves; elsewhere the axes follow. */
  readonly axes?: Axes;
  /** Only for leaves; elsewhere the time follows. */
  readonly when?: "static" | "step";
  readonly span?: Span;
}

/** A parameter before it is known who uses it. */
export type ParameterDraft = Omit<Parameter, "role">;

/** Collects values in single-assignment form; the same operation on the same operands is one value. */
export interface ValueBuilder {
  readonly emit: <K extends ValueOp>(
    op: K,
    operands: readonly ValueId[],
    attrs: ValueOps[K],
    emitted: ValueDetails,
  ) => ValueId;
  /** The parameter as a value; what asks for the same name shares it. */
  readonly parameter: (draft: ParameterDraft) => ValueId;
  readonly parameters: ReadonlyMap<string, ParameterDraft>;
  readonly value: (id: ValueId) => Value;
  readonly values: readonly Value[];
  /** Gives a value a name for people. The shortest name wins, so that the order of equations does not matter. */
  readonly name: (id: ValueId, name: string) => void;
}

const better = (name: string, old: string | undefined): boolean =>
  old === undefined || name.length < old.length || (name.length === old.length && name < old);

export const createBuilder = (): ValueBuilder => {
  const values: Value[] = [];
  const known = new Map<string, ValueId>();
  const parameters = new Map<string, ParameterDraft>();

  const value = (id: ValueId): Value => {
    const found = values[id];
    invariant(found !== undefined, `no value %${id}`);
    return found;
  };

  const emit = <K extends ValueOp>(
    op: K,
    operands: readonly ValueId[],
    attrs: ValueOps[K],
    { base, of, axes: declared, when: declaredWhen, span }: ValueDetails,
  ): ValueId => {
    const operandValues = operands.map(value);
    const derived = axisRules[op](
      operandValues.map(({ type }) => type.axes),
      attrs,
    );
    const axes = derived === "declared" ? declared : derived;
    const shown = operandValues.map(({ type }) => `[${type.axes.join(", ")}]`).join(" ");
    invariant(axes !== undefined, `operands of ${op} do not fit: ${shown}`);
    const type: Type = { base, axes, ...(of === undefined ? {} : { of }) };
    const key = JSON.stringify([op, operands, attrs, type]);
    const same = known.get(key);
    if (same !== undefined) return same;
    const when = operandValues.some((v) => v.when === "step") ? "step" : (declaredWhen ?? "static");
    const id = values.length;
    const created: ValueOf<K> = {
      id,
      op,
      operands,
      attrs,
      type,
      when,
      ...(span === undefined ? {} : { span }),
    };
    // A union member is built from its own op and attrs; TypeScript does not follow the correlation.
    values.push(created as Value);
    known.set(key, id);
    return id;
  };

  const parameter = (draft: ParameterDraft): ValueId => {
    const { name, shape } = draft;
    const before = parameters.get(name);
    invariant(
      before === undefined || before.shape.join() === shape.join(),
      `${name} is [${shape.join()}] and [${before?.shape.join() ?? ""}]`,
    );
    parameters.set(name, before ?? draft);
    return emit("parameter", [], { name }, { base: "real", axes: shape });
  };

  return {
    emit,
    parameter,
    parameters,
    value,
    values,
    name: (id, name) => {
      const named = value(id);
      if (better(name, named.name)) values[id] = { ...named, name };
    },
  };
};
