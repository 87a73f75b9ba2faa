/** Elements of binary formats: bytes to numbers. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { volume, type DenseArray, type Numbers } from "./array.ts";
import { holdFloats, holdWhole, holdWide, inArray } from "./held.ts";

/** NumPy's letter and size; IDX has a part of them. */
export type ElementType =
  "b1" | "u1" | "i1" | "u2" | "i2" | "u4" | "i4" | "u8" | "i8" | "f2" | "f4" | "f8";

type Complain = ReturnType<typeof inArray>;
/** `buffer` is the machine's own, little-endian. */
type Decode = (buffer: ArrayBuffer, complain: Complain) => Result<Numbers>;

/** A 16-bit float by its bits. */
const half = (bits: number): number => {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

const decoders: Readonly<Record<ElementType, Decode>> = {
  b1: (buffer) => success(new Uint8Array(buffer)),
  u1: (buffer) => success(new Uint8Array(buffer)),
  i1: (buffer) => success(new Float32Array(new Int8Array(buffer))),
  u2: (buffer) => success(new Float32Array(new Uint16Array(buffer))),
  i2: (buffer) => success(new Float32Array(new Int16Array(buffer))),
  u4: (buffer, complain) => holdWhole(new Uint32Array(buffer), complain),
  i4: (buffer, complain) => holdWhole(new Int32Array(buffer), complain),
  u8: (buffer, complain) => holdWide(new BigUint64Array(buffer), complain),
  i8: (buffer, complain) => holdWide(new BigInt64Array(buffer), complain),
  f2: (buffer) => success(Float32Array.from(new Uint16Array(buffer), half)),
  f4: (buffer) => success(new Float32Array(buffer)),
  f8: (buffer, complain) => holdFloats(new Float64Array(buffer), complain),
};

/** Bytes of one element. */
export const sizeOf = (type: ElementType): number => Number(type.slice(1));

export const isElementType = (type: string): type is ElementType => Object.hasOwn(decoders, type);

const swapped = (buffer: ArrayBuffer, size: number): ArrayBuffer => {
  const bytes = Buffer.from(buffer);
  if (size === 2) bytes.swap16();
  if (size === 4) bytes.swap32();
  if (size === 8) bytes.swap64();
  return buffer;
};

/**
 * The array whose elements begin at `begin` and are all there; `path` is for messages. Fails where a number cannot be
 * held.
 */
export const decodeElements = (
  bytes: Uint8Array,
  begin: number,
  shape: readonly number[],
  { type, bigEndian }: { readonly type: ElementType; readonly bigEndian: boolean },
  path: string,
): Result<DenseArray> => {
  const size = sizeOf(type);
  const { buffer } = new Uint8Array(bytes.subarray(begin, begin + volume(shape) * size));
  const ordered = bigEndian ? swapped(buffer, size) : buffer;
  const data = decoders[type](ordered, inArray(path, shape));
  return data.ok ? success({ shape, data: data.value }) : data;
};

/** Elements in column order (the first axis runs fastest) brought to row order. */
export const fromColumnOrder = ({ shape, data }: DenseArray): DenseArray => {
  const result = data instanceof Uint8Array ? new Uint8Array(data) : new Float32Array(data.length);
  const strides = shape.map((_, axis) => volume(shape.slice(axis + 1)));
  const index = shape.map(() => 0);
  let to = 0;
  for (const value of data) {
    result[to] = value;
    for (let axis = 0; axis < shape.length; axis += 1) {
      const next = (index[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        to += stride;
        break;
      }
      index[axis] = 0;
      to -= (next - 1) * stride;
    }
  }
  return { shape, data: result };
};

/** The number of elements; `undefined` where it cannot be counted exactly. */
export const countElements = (shape: readonly number[]): number | undefined => {
  const count = volume(shape);
  return shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    Number.isSafeInteger(count * 8)
    ? count
    : undefined;
};
