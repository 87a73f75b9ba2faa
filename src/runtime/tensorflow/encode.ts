/**
 * A graph as TensorFlow reads it from a file. Field numbers are those of tensorflow/core/framework/{graph, node_def,
 * attr_value, tensor, tensor_shape, types, function, op_def}.proto and core/protobuf/{saved_model, meta_graph}.proto.
 */
import type { Shape } from "../../graph/op.ts";
import type {
  Attribute,
  NodeAttributes,
  DataType,
  FunctionDef,
  GraphDef,
  NodeDef,
  TensorValue,
} from "./graph-def.ts";
import { bytes, entry, float, integer, message, packed, text, type Field } from "./wire.ts";

/** What a session is made of: under which tag, and the graph. */
export const savedModelTag = "serve";

/** The SavedModel of a graph without variables. */
export const encodeSavedModel = (graph: GraphDef): Uint8Array => {
  const information = message(1, [text(4, savedModelTag)]);
  return Buffer.concat([integer(1, 1), message(2, [information, message(2, graphFields(graph))])]);
};

/** Of TensorFlow 2.9, which `@tensorflow/tfjs-node` 4 is made for. */
const graphVersion = 1087;

const graphFields = ({ nodes, functions }: GraphDef): readonly Field[] => [
  ...nodes.map((node) => message(1, nodeFields(node))),
  message(
    2,
    functions.map((definition) => message(1, functionFields(definition))),
  ),
  message(4, [integer(1, graphVersion)]),
];

const nodeFields = ({ name, operation, inputs, attributes }: NodeDef): readonly Field[] => [
  text(1, name),
  text(2, operation),
  ...inputs.map((input) => text(3, input)),
  ...attributeFields(5, attributes),
];

const functionFields = ({ name, inputs, outputs, nodes }: FunctionDef): readonly Field[] => {
  const argument = (field: number, given: { readonly name: string; readonly type: DataType }) =>
    message(field, [text(1, given.name), integer(3, dataTypes[given.type])]);
  return [
    message(1, [
      text(1, name),
      ...inputs.map((input) => argument(2, input)),
      ...outputs.map((output) => argument(3, output)),
    ]),
    ...nodes.map((node) => message(3, nodeFields(node))),
    ...outputs.map((output) => message(4, [text(1, output.name), text(2, output.value)])),
  ];
};

const attributeFields = (field: number, attributes: NodeAttributes): readonly Field[] =>
  Object.entries(attributes).map(([name, attribute]) =>
    entry(field, name, [attributeField(attribute)]),
  );

const attributeField = (attribute: Attribute): Field => {
  switch (attribute.kind) {
    case "int":
      return integer(3, attribute.value);
    case "bool":
      return integer(5, attribute.value ? 1 : 0);
    case "type":
      return integer(6, dataTypes[attribute.value]);
    case "types":
      return message(1, [
        packed(
          6,
          attribute.value.map((dtype) => dataTypes[dtype]),
        ),
      ]);
    case "shape":
      return message(7, shapeFields(attribute.value));
    case "tensor":
      return message(8, tensorFields(attribute.value));
    case "function":
      return message(10, [text(1, attribute.value)]);
  }
};

const dataTypes: Readonly<Record<DataType, number>> = { float: 1, int: 3, bool: 10, list: 21 };

const shapeFields = (shape: Shape): readonly Field[] =>
  shape.map((size) => message(2, [integer(1, size)]));

const tensorFields = ({ dtype, shape, data }: TensorValue): readonly Field[] => {
  const head = [integer(1, dataTypes[dtype]), message(2, shapeFields(shape))];
  if (typeof data !== "number") {
    // As they lie in memory: TensorFlow runs on little-endian machines.
    return [...head, bytes(4, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
  }
  return [...head, dtype === "float" ? float(5, data) : integer(7, data)];
};
