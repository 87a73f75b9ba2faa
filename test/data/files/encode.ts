/** Writers of the formats that are read, byte by byte, without what reads them. */
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One element of each of NumPy's number types. */
export const elementWriters: Readonly<
  Record<string, (view: DataView, at: number, value: number, little: boolean) => void>
> = {
  b1: (view, at, value) => {
    view.setUint8(at, value);
  },
  u1: (view, at, value) => {
    view.setUint8(at, value);
  },
  i1: (view, at, value) => {
    view.setInt8(at, value);
  },
  u2: (view, at, value, little) => {
    view.setUint16(at, value, little);
  },
  i2: (view, at, value, little) => {
    view.setInt16(at, value, little);
  },
  u4: (view, at, value, little) => {
    view.setUint32(at, value, little);
  },
  i4: (view, at, value, little) => {
    view.setInt32(at, value, little);
  },
  u8: (view, at, value, little) => {
    view.setBigUint64(at, BigInt(value), little);
  },
  i8: (view, at, value, little) => {
    view.setBigInt64(at, BigInt(value), little);
  },
  f2: (view, at, value, little) => {
    view.setUint16(at, halfOf(value), little);
  },
  f4: (view, at, value, little) => {
    view.setFloat32(at, value, little);
  },
  f8: (view, at, value, little) => {
    view.setFloat64(at, value, little);
  },
};

/** The bits of a small whole number as a 16-bit float. */
const halfOf = (value: number): number => {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = (Math.abs(value) / 2 ** exponent - 1) * 1024;
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
};

export interface NpyForm {
  /** "f4" */
  readonly type: string;
  readonly order: "<" | ">" | "|";
  readonly fortran: boolean;
  readonly version: 1 | 2 | 3;
}

/** The header of a .npy file around a literal. */
export const npyHeader = (literal: string, version: 1 | 2 | 3 = 1): Uint8Array => {
  const start = version === 1 ? 10 : 12;
  const padded = Math.ceil((start + literal.length + 1) / 64) * 64 - start;
  const bytes = new Uint8Array(start + padded);
  bytes.set([0x93, ...bytesOf("NUMPY"), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, padded, true);
  else view.setUint32(8, padded, true);
  bytes.set(bytesOf(`${literal.padEnd(padded - 1)}\n`), start);
  return bytes;
};

/** Places of the elements of a shape in row order, when they lie in column order. */
const columnPlaces = (shape: readonly number[]): readonly number[] => {
  const count = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, i) => {
    let rest = i;
    const index = shape.toReversed().map((size) => {
      const at = rest % size;
      rest = Math.floor(rest / size);
      return at;
    });
    let [place, stride] = [0, 1];
    index.toReversed().forEach((at, axis) => {
      place += at * stride;
      stride *= shape[axis] ?? 1;
    });
    return place;
  });
};

/** A .npy file as NumPy writes it. */
export const npy = (
  values: readonly number[],
  shape: readonly number[],
  { type, order, fortran, version }: NpyForm = {
    type: "f4",
    order: "<",
    fortran: false,
    version: 1,
  },
): Uint8Array => {
  const axes = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(", ");
  const header = npyHeader(
    `{'descr': '${order}${type}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${axes}), }`,
    version,
  );
  const size = Number(type.slice(1));
  const content = new Uint8Array(values.length * size);
  const view = new DataView(content.buffer);
  const places = fortran ? columnPlaces(shape) : undefined;
  values.forEach((value, i) => {
    elementWriters[type]?.(view, (places?.[i] ?? i) * size, value, order !== ">");
  });
  return join(header, content);
};

export const join = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

export const idx = (
  code: number,
  type: string,
  values: readonly number[],
  shape: readonly number[],
): Uint8Array => {
  const size = Number(type.slice(1));
  const bytes = new Uint8Array(4 + 4 * shape.length + size * values.length);
  bytes.set([0, 0, code, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((length, axis) => {
    view.setUint32(4 + 4 * axis, length);
  });
  values.forEach((value, i) => {
    elementWriters[type]?.(view, 4 + 4 * shape.length + i * size, value, false);
  });
  return bytes;
};

export const npz = (entries: Readonly<Record<string, Uint8Array>>, level: 0 | 9 = 9): Uint8Array =>
  zipSync({ ...entries }, { level });

export const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes);

/** A copy with the bytes of another at a place. */
export const patched = (bytes: Uint8Array, at: number, by: readonly number[]): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy.set(by, at);
  return copy;
};
