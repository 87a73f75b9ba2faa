/** Graphs of TensorFlow for people: one node per line. */
import type { Attribute, FunctionDef, GraphDef, NodeDef } from "./graph-def.ts";

export const printGraphDef = ({ nodes, functions }: GraphDef): string =>
  [...nodes.map(printNode), ...functions.map(printFunction)].join("\n");

const printFunction = ({ name, inputs, outputs, nodes }: FunctionDef): string => {
  const parameters = inputs.map((input) => `${input.name}: ${input.type}`).join(", ");
  const results = outputs.map(({ value, type }) => `${value}: ${type}`).join(", ");
  const body = nodes.map((node) => `  ${printNode(node)}`);
  return [`${name}(${parameters})`, ...body, `  return ${results}`].join("\n");
};

const printNode = ({ name, operation, inputs, attributes }: NodeDef): string => {
  const printed = Object.entries(attributes).map(([key, value]) => `${key}=${print(value)}`);
  const brackets = printed.length === 0 ? "" : ` {${printed.join(", ")}}`;
  return `${name} = ${operation}(${inputs.join(", ")})${brackets}`;
};

const print = (attribute: Attribute): string => {
  switch (attribute.kind) {
    case "types":
    case "shape":
      return `[${attribute.value.join(", ")}]`;
    case "tensor": {
      const { dtype, shape, data } = attribute.value;
      const elements = typeof data === "number" ? `all ${data}` : data.join(", ");
      return `${dtype} [${shape.join(", ")}] ${elements}`;
    }
    case "type":
    case "bool":
    case "int":
    case "function":
      return String(attribute.value);
  }
};
