/**
 * The safetensors format: eight bytes with the length of a JSON header, the header, the arrays. Written by hand
 * because the registry has no maintained package that writes it from Node.
 */
import type { HostArray } from "../runtime/backend.ts";

const alignment = 8;

/** Of the files that are written; those from before they said so are alike. */
const version = "1";

const dtypes = {
  F32: { bytes: 4, of: (data: ArrayBuffer) => new Float32Array(data) },
  F64: { bytes: 8, of: (data: ArrayBuffer) => new Float64Array(data) },
  I32: { bytes: 4, of: (data: ArrayBuffer) => new Int32Array(data) },
} as const;
type DtypeName = keyof typeof dtypes;

const dtypeOf = (data: HostArray["data"]): DtypeName =>
  data instanceof Float32Array ? "F32" : data instanceof Float64Array ? "F64" : "I32";

/** One file. Array data are little-endian, as on every machine that Node runs on. */
export const encodeSafetensors = (arrays: ReadonlyMap<string, HostArray>): Uint8Array => {
  const header = new Map<string, unknown>([["__metadata__", { format: "gtmc", version }]]);
  let end = 0;
  // Wide elements first, so that every array starts at a multiple of its element's size.
  const ordered = [...arrays].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  for (const [name, { shape, data }] of ordered) {
    const range = [end, end + data.byteLength];
    header.set(name, { dtype: dtypeOf(data), shape, data_offsets: range });
    end += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(text.length / alignment) * alignment;
  const bytes = new Uint8Array(8 + padded + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, 8, 8 + padded);
  bytes.set(text, 8);
  let at = 8 + padded;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
};

interface Entry {
  readonly dtype: DtypeName;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const isCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((n) => Number.isInteger(n) && n >= 0);

const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" &&
  value !== null &&
  "dtype" in value &&
  "shape" in value &&
  "data_offsets" in value &&
  typeof value.dtype === "string" &&
  value.dtype in dtypes &&
  isCounts(value.shape) &&
  isCounts(value.data_offsets) &&
  value.data_offsets.length === 2;

const parseHeader = (bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

const otherVersion = (metadata: unknown): string | undefined =>
  typeof metadata === "object" &&
  metadata !== null &&
  "format" in metadata &&
  metadata.format === "gtmc" &&
  "version" in metadata &&
  metadata.version !== version
    ? String(metadata.version)
    : undefined;

/** The arrays of a file, or why it is none. */
export const decodeSafetensors = (bytes: Uint8Array): ReadonlyMap<string, HostArray> | string => {
  if (bytes.length < 8) return "it is shorter than its header";
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const begin = 8 + length;
  if (begin > bytes.length) return "it is shorter than its header";
  const header = parseHeader(bytes.subarray(8, begin));
  if (header === undefined) return "its header is no JSON object";
  const other = otherVersion(header["__metadata__"]);
  if (other !== undefined) return `it is of version ${other}; this gtmc reads version ${version}`;
  const arrays = new Map<string, HostArray>();
  let used = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (!isEntry(entry)) return `the entry of ${name} is malformed`;
    const [from, to] = entry.data_offsets;
    const { bytes: size, of } = dtypes[entry.dtype];
    if (to - from !== size * entry.shape.reduce((a, b) => a * b, 1)) {
      return `${name} has ${to - from} bytes for [${entry.shape.join(", ")}] of ${entry.dtype}`;
    }
    if (begin + to > bytes.length) return "it is cut short";
    used = Math.max(used, to);
    const { buffer } = new Uint8Array(bytes.subarray(begin + from, begin + to));
    arrays.set(name, { shape: entry.shape, data: of(buffer) });
  }
  return begin + used === bytes.length ? arrays : "it is longer than its header says";
};
