/** What is written is what a reader of protocol buffers finds. */
import { describe, expect, test } from "vitest";
import { encodeSavedModel } from "../../../src/runtime/tensorflow/encode.ts";
import type { GraphDef } from "../../../src/runtime/tensorflow/graph-def.ts";
import * as wire from "../../../src/runtime/tensorflow/wire.ts";

/** A field's number and its value: an integer, 4 bytes as a float, or bytes. */
type Read = readonly [number, bigint | number | Uint8Array];

const readVarint = (bytes: Uint8Array, at: number): { value: bigint; next: number } => {
  let value = 0n;
  for (let next = at, shift = 0n; ; next += 1, shift += 7n) {
    const byte = bytes[next];
    if (byte === undefined) throw new Error(`the bytes end at ${next}`);
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return { value, next: next + 1 };
  }
};

const readFields = (message: Uint8Array): readonly Read[] => {
  const bytes = Uint8Array.from(message);
  const fields: Read[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const field = Number(tag.value >> 3n);
    const kind = Number(tag.value & 7n);
    if (kind === 0) {
      const { value, next } = readVarint(bytes, tag.next);
      fields.push([field, value]);
      at = next;
    } else if (kind === 2) {
      const { value, next } = readVarint(bytes, tag.next);
      at = next + Number(value);
      fields.push([field, bytes.slice(next, at)]);
    } else if (kind === 5) {
      at = tag.next + 4;
      fields.push([field, new DataView(bytes.slice(tag.next, at).buffer).getFloat32(0, true)]);
    } else {
      throw new Error(`wire type ${kind}`);
    }
  }
  return fields;
};

/** The fields of a message of this number: the values of each occurrence. */
const all = (bytes: Uint8Array, field: number): readonly (bigint | number | Uint8Array)[] =>
  readFields(bytes)
    .filter(([number]) => number === field)
    .map(([, value]) => value);

const messages = (bytes: Uint8Array, ...path: readonly number[]): readonly Uint8Array[] =>
  path.reduce<readonly Uint8Array[]>(
    (found, field) =>
      found.flatMap((one) => all(one, field).filter((value) => value instanceof Uint8Array)),
    [bytes],
  );

const texts = (bytes: Uint8Array, ...path: readonly number[]): readonly string[] =>
  messages(bytes, ...path).map((value) => Buffer.from(value).toString());

describe("fields", () => {
  test.each([0, 1, 127, 128, 300, 2 ** 31, 2 ** 40 + 5])("integer %i", (value) => {
    expect(readFields(wire.integer(3, value))).toEqual([[3, BigInt(value)]]);
  });

  test.each([-1, -128, -(2 ** 31)])("integer %i, in 64 bits", (value) => {
    const bytes = wire.integer(1, value);
    expect(bytes).toHaveLength(11);
    const [[, read] = []] = readFields(bytes);
    expect(BigInt.asIntN(64, typeof read === "bigint" ? read : 0n)).toBe(BigInt(value));
  });

  test("the examples of the specification", () => {
    expect([...wire.integer(1, 150)]).toEqual([0x08, 0x96, 0x01]);
    expect(Buffer.from(wire.text(2, "testing")).toString("hex")).toBe("120774657374696e67");
    expect([...wire.message(3, [wire.integer(1, 150)])]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
    expect([...wire.packed(6, [3, 270, 86942])]).toEqual([
      0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05,
    ]);
  });

  test.each([0.5, -0, Number.POSITIVE_INFINITY])("float %f", (value) => {
    expect(readFields(wire.float(5, value))).toEqual([[5, value]]);
  });

  test("long bytes", () => {
    const value = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
    expect(all(wire.bytes(17, value), 17)).toEqual([value]);
  });
});

test("a saved model holds its graph: nodes, attributes, tensors, functions", () => {
  const graph: GraphDef = {
    nodes: [
      {
        name: "c",
        operation: "Const",
        inputs: [],
        attributes: {
          dtype: { kind: "type", value: "int" },
          value: {
            kind: "tensor",
            value: { dtype: "int", shape: [2], data: Int32Array.of(7, -2) },
          },
        },
      },
      {
        name: "s",
        operation: "Sum",
        inputs: ["c", "c:1"],
        attributes: { keep_dims: { kind: "bool", value: true } },
      },
    ],
    functions: [
      {
        name: "f",
        inputs: [{ name: "x0", type: "list" }],
        outputs: [{ name: "y0", type: "list", value: "x0" }],
        nodes: [],
      },
    ],
  };
  const bytes = encodeSavedModel(graph);
  expect(texts(bytes, 2, 1, 4)).toEqual(["serve"]);
  expect(texts(bytes, 2, 2, 1, 1)).toEqual(["c", "s"]);
  expect(texts(bytes, 2, 2, 1, 2)).toEqual(["Const", "Sum"]);
  expect(texts(bytes, 2, 2, 1, 3)).toEqual(["c", "c:1"]);
  expect(texts(bytes, 2, 2, 1, 5, 1)).toEqual(["dtype", "value", "keep_dims"]);
  const [dtype, value, keep] = messages(bytes, 2, 2, 1, 5, 2);
  expect(readFields(dtype ?? bytes)).toEqual([[6, 3n]]);
  expect(readFields(keep ?? bytes)).toEqual([[5, 1n]]);
  const [tensor] = messages(value ?? bytes, 8);
  expect(messages(tensor ?? bytes, 2, 2).map((size) => readFields(size))).toEqual([[[1, 2n]]]);
  expect(messages(tensor ?? bytes, 4)).toEqual([Uint8Array.of(7, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff)]);
  const [signature] = messages(bytes, 2, 2, 2, 1, 1);
  expect(texts(signature ?? bytes, 1)).toEqual(["f"]);
  expect(messages(signature ?? bytes, 2).map((one) => all(one, 3))).toEqual([[21n]]);
  expect(texts(bytes, 2, 2, 2, 1, 4, 2)).toEqual(["x0"]);
});
