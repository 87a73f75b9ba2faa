/** Native TensorFlow, called operation by operation. */
import { invariant } from "../../diagnostics/invariant.ts";
import type { HostArray } from "../backend.ts";
import type { Dtype } from "../../graph/op.ts";
import { loadBinding, type Binding } from "../tensorflow/binding.ts";
import type { Device } from "./device.ts";
import { createTensor, nativeTensors, type Native } from "../tensorflow/tensors.ts";
import { recipeOf } from "../tensorflow/operations.ts";
import { int, recipe, type, type AttributeValue, type Recipe } from "../tensorflow/recipe.ts";

/** Loads TensorFlow; throws where it is not installed. */
export const openNative = (): Device<Native> => {
  const binding = loadBinding();
  const tensors = nativeTensors("tfjs:node", binding);
  const { own } = tensors;
  const constants = constantTable(binding);
  const last = (plan: Recipe, operands: number): ((tensors: readonly Native[]) => Native) => {
    const compute = caller(binding, constants.get, plan, operands);
    return (tensors) => {
      const results = compute(tensors.map(({ id }) => id));
      const [id, ...others] = results.toReversed();
      invariant(id !== undefined, "an operation without a result");
      others.forEach(binding.deleteTensor);
      return own(id);
    };
  };

  return {
    ...tensors,
    lower: (node) => last(recipeOf(node), node.operands.length),
    stack: (length, _, dtype) => {
      const attributes = { N: int(length), T: type(dtype), axis: int(0) };
      const operands = Array.from({ length }, (__, i) => i);
      return last(
        recipe(length, ({ call }) => call("Pack", operands, attributes)),
        length,
      );
    },
    unstack: (length, _, dtype) => {
      const attributes = { num: int(length), T: type(dtype), axis: int(0) };
      const compute = caller(
        binding,
        constants.get,
        recipe(1, ({ call }) => call("Unpack", [0], attributes, length)),
        1,
      );
      return ({ id }) => compute([id]).map(own);
    },
    dispose: constants.dispose,
  };
};

/** The shapes, axes and scalars that operations take as tensors, each made once. */
const constantTable = (
  binding: Binding,
): {
  readonly get: (array: HostArray, dtype: Dtype) => number;
  readonly dispose: () => void;
} => {
  const ids = new Map<string, number>();
  return {
    get: (array, dtype) => {
      const key = `${dtype} [${array.shape.join()}] ${array.data.join()}`;
      const id = ids.get(key) ?? createTensor(binding, array, dtype);
      ids.set(key, id);
      return id;
    },
    dispose: () => {
      for (const id of ids.values()) binding.deleteTensor(id);
      ids.clear();
    },
  };
};

/** From the operands' ids to those of the last step's results, which are the caller's. */
const caller = (
  binding: Binding,
  constant: (array: HostArray, dtype: Dtype) => number,
  { steps }: Recipe,
  operands: number,
): ((operands: readonly number[]) => readonly number[]) => {
  // Places of values: those of constants are filled once and for all.
  const fixed: number[] = Array.from({ length: operands }, () => 0);
  const calls = steps.flatMap((step, index) => {
    const place = operands + index;
    fixed[place] = 0;
    if (step.kind === "constant") {
      const data = Float64Array.from(step.data);
      fixed[place] = constant({ shape: step.shape, data }, step.dtype);
      return [];
    }
    const { name, inputs, results } = step;
    const attributes = Object.entries(step.attributes).map(([key, value]) =>
      attribute(binding, key, value),
    );
    return [{ name, inputs, results, attributes, place }];
  });
  return (given) => {
    const values = fixed.slice();
    for (let i = 0; i < operands; i += 1) values[i] = given[i] ?? 0;
    let results: readonly number[] = [];
    let made: readonly number[] = [];
    for (const call of calls) {
      const inputs = call.inputs.map((place) => values[place] ?? 0);
      results = binding
        .executeOp(call.name, call.attributes, inputs, call.results)
        .map(({ id }) => id);
      values[call.place] = results.at(-1) ?? 0;
      if (calls.length > 1) made = [...made, ...results];
    }
    for (const id of made) if (!results.includes(id)) binding.deleteTensor(id);
    return results;
  };
};

const attribute = (
  binding: Binding,
  name: string,
  attr: AttributeValue,
): Parameters<Binding["executeOp"]>[1][number] => {
  switch (attr.kind) {
    case "type":
      return {
        name,
        type: binding.TF_ATTR_TYPE,
        value: { float: binding.TF_FLOAT, int: binding.TF_INT32, bool: binding.TF_BOOL }[
          attr.value
        ],
      };
    case "bool":
      return { name, type: binding.TF_ATTR_BOOL, value: attr.value };
    case "int":
      return { name, type: binding.TF_ATTR_INT, value: attr.value };
  }
};
