/** IDX, the format of the MNIST files: two zero bytes, an element type, a rank, big-endian sizes, the elements. */
import { failure, type Result } from "../diagnostics/diagnostic.ts";
import type { DenseArray } from "./array.ts";
import { countElements, decodeElements, sizeOf, type ElementType } from "./elements.ts";
import { malformedFile } from "./errors.ts";

const elements: ReadonlyMap<number, ElementType> = new Map([
  [0x08, "u1"],
  [0x09, "i1"],
  [0x0b, "i2"],
  [0x0c, "i4"],
  [0x0d, "f4"],
  [0x0e, "f8"],
]);

interface Header {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  /** Of the whole file. */
  readonly promised: number;
}

const readHeader = (bytes: Uint8Array): Header | string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = bytes.length < 4 ? undefined : elements.get(view.getUint8(2));
  if (type === undefined || view.getUint16(0) !== 0) return "it does not start like an IDX file";
  const rank = view.getUint8(3);
  const begin = 4 + 4 * rank;
  if (bytes.length < begin) return "its header is cut short";
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = countElements(shape);
  if (count === undefined || rank > 32) return `no file holds an array of shape [${shape.join()}]`;
  return { type, shape, begin, promised: begin + count * sizeOf(type) };
};

/** The number of bytes that a header promises; `undefined` for none. */
export const declaredIdxBytes = (head: Uint8Array): number | undefined => {
  const header = readHeader(head);
  return typeof header === "string" ? undefined : header.promised;
};

/** `path` is for messages. */
export const parseIdx = (bytes: Uint8Array, path: string): Result<DenseArray> => {
  const header = readHeader(bytes);
  if (typeof header === "string") return failure(malformedFile(path, header));
  const { type, shape, begin, promised } = header;
  if (bytes.length !== promised) {
    const reason = `its header promises ${promised} bytes, it has ${bytes.length}`;
    return failure(malformedFile(path, reason));
  }
  return decodeElements(bytes, begin, shape, { type, bigEndian: true }, path);
};
