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

/** The format's own key; an array of that name, or of one that looks like it escaped, has one underscore more. */
const reserved = /^_*__metadata__$/u;
const escapeName = (name: string): string => (reserved.test(name) ? `_${name}` : name);
const unescapeName = (name: string): string => (reserved.test(name) ? name.slice(1) : name);

/**
 * The pieces of one file, header first; arrays are not copied. Their data are little-endian, as on every machine that
 * Node runs on.
 */
export const encodeSafetensors = (
  arrays: ReadonlyMap<string, HostArray>,
): readonly Uint8Array[] => {
  const header = new Map<string, unknown>([["__metadata__", { format: "gtmc", version }]]);
  let end = 0;
  // Wide elements first, so that every array starts at a multiple of its element's size.
  const ordered = [...arrays].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  for (const [name, { shape, data }] of ordered) {
    const range = [end, end + data.byteLength];
    header.set(escapeName(name), { dtype: dtypeOf(data), shape, data_offsets: range });
    end += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(text.length / alignment) * alignment;
  const head = new Uint8Array(8 + padded);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.fill(0x20, 8);
  head.set(text, 8);
  const bytesOf = ({ data }: HostArray): Uint8Array =>
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [head, ...ordered.map(([, array]) => bytesOf(array))];
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
  Object.hasOwn(dtypes, value.dtype) &&
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

type Named = readonly [name: string, entry: Entry];

const byPlace = ([, a]: Named, [, b]: Named): number =>
  a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];

/** The arrays that a header describes, each as long as its shape says. */
const readEntries = (header: Readonly<Record<string, unknown>>): readonly Named[] | string => {
  const entries: Named[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (!isEntry(entry)) return `the entry of ${name} is malformed`;
    const { dtype, shape, data_offsets } = entry;
    const size = data_offsets[1] - data_offsets[0];
    if (size !== dtypes[dtype].bytes * shape.reduce((a, b) => a * b, 1)) {
      return `${name} has ${size} bytes for [${shape.join(", ")}] of ${dtype}`;
    }
    entries.push([unescapeName(name), entry]);
  }
  return entries;
};

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
  const entries = readEntries(header);
  if (typeof entries === "string") return entries;
  // No byte belongs to two arrays or to none, so that the arrays take no more memory than the file.
  let used = 0;
  for (const [name, { data_offsets }] of [...entries].sort(byPlace)) {
    if (data_offsets[0] !== used) return `${name} does not begin where the array before it ends`;
    used = data_offsets[1];
  }
  if (begin + used > bytes.length) return "it is cut short";
  if (begin + used < bytes.length) return "it is longer than its header says";
  return new Map(
    entries.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const { buffer } = new Uint8Array(bytes.subarray(begin + from, begin + to));
        return [name, { shape, data: dtypes[dtype].of(buffer) }];
      },
    ),
  );
};
