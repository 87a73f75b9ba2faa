/**
 * Zip archives, by their central directory: stored and deflated entries, zip64, data descriptors. Nothing is written
 * anywhere; a name is only a name.
 */
import { crc32 } from "./crc.ts";
import { inflateRaw, inflateRawHead } from "./inflate.ts";
import { largestFile } from "./read.ts";

/** An entry of an archive, expanded when it is asked for. */
export interface ZipEntry {
  readonly name: string;
  /** Of the expanded content, as the directory says. */
  readonly size: number;
  /** Its first bytes, enough for a header. */
  head(): Uint8Array;
  /** Its whole content, or why there is none. */
  content(): Uint8Array | string;
}

const signatures = { local: 0x04034b50, entry: 0x02014b50, end: 0x06054b50 } as const;
const zip64 = { end: 0x06064b50, locator: 0x07064b50, extra: 1, unknown: 0xffffffff } as const;
const methods: ReadonlyMap<number, string> = new Map([
  [9, "deflate64"],
  [12, "bzip2"],
  [14, "LZMA"],
  [93, "Zstandard"],
  [95, "xz"],
  [99, "AES encryption"],
]);

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

/** The end record, sought backwards over a comment of at most 64 KiB; for zip64 the record that it stands for. */
const findDirectory = (view: DataView): Directory | undefined => {
  const { byteLength } = view;
  for (let at = byteLength - 22; at >= Math.max(0, byteLength - 22 - 0xffff); at -= 1) {
    if (view.getUint32(at, true) !== signatures.end) continue;
    const count = view.getUint16(at + 10, true);
    const size = view.getUint32(at + 12, true);
    const offset = view.getUint32(at + 16, true);
    const wide = count === 0xffff || size === zip64.unknown || offset === zip64.unknown;
    return wide ? findWideDirectory(view, at) : { count, size, offset };
  }
  return undefined;
};

const findWideDirectory = (view: DataView, end: number): Directory | undefined => {
  const locator = end - 20;
  if (locator < 0 || view.getUint32(locator, true) !== zip64.locator) return undefined;
  const at = Number(view.getBigUint64(locator + 8, true));
  if (at + 56 > view.byteLength || view.getUint32(at, true) !== zip64.end) return undefined;
  return {
    count: Number(view.getBigUint64(at + 32, true)),
    size: Number(view.getBigUint64(at + 40, true)),
    offset: Number(view.getBigUint64(at + 48, true)),
  };
};

interface Header {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Of the local header. */
  readonly offset: number;
  /** Bytes of this header. */
  readonly length: number;
}

/** Sizes of 4 GiB and more, in the order of the fields that say that they do not hold them. */
const wideSizes = (view: DataView, from: number, to: number): readonly number[] => {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== zip64.extra) continue;
    const count = Math.floor(Math.min(view.getUint16(at + 2, true), to - at - 4) / 8);
    return Array.from({ length: count }, (_, i) => Number(view.getBigUint64(at + 4 + 8 * i, true)));
  }
  return [];
};

const readHeader = (bytes: Uint8Array, view: DataView, at: number): Header | undefined => {
  if (at + 46 > bytes.length || view.getUint32(at, true) !== signatures.entry) return undefined;
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const length = 46 + nameLength + extraLength + view.getUint16(at + 32, true);
  if (at + length > bytes.length) return undefined;
  const nameEnd = at + 46 + nameLength;
  const wide = [...wideSizes(view, nameEnd, nameEnd + extraLength)];
  const sized = (place: number): number => {
    const narrow = view.getUint32(at + place, true);
    return narrow === zip64.unknown ? (wide.shift() ?? narrow) : narrow;
  };
  const size = sized(24);
  const packed = sized(20);
  const offset = sized(42);
  return {
    name: new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    size,
    packed,
    offset,
    length,
  };
};

const climbs = (name: string): boolean =>
  /^[/\\]|^[a-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/iu.test(name);

/** Why an entry cannot be expanded, whatever its bytes are. */
const refusal = ({ name, flags, method, size, packed }: Header): string | undefined => {
  const about = (reason: string): string => `its entry ${JSON.stringify(name)} ${reason}`;
  if (climbs(name)) return about("names a place outside of the archive");
  if ((flags & 1) !== 0) return about("is encrypted");
  if (method !== 0 && method !== 8) {
    return about(`is compressed by ${methods.get(method) ?? `method ${method}`}, not by deflate`);
  }
  if (size > largestFile) return about(`expands to ${size} bytes; at most ${largestFile} are read`);
  return method === 0 && packed !== size ? about("is stored with two sizes") : undefined;
};

/** The compressed bytes of an entry: they begin after its local header, which must name the same entry. */
const packedBytes = (bytes: Uint8Array, view: DataView, header: Header): Uint8Array | undefined => {
  const { offset, packed } = header;
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== signatures.local) {
    return undefined;
  }
  const nameEnd = offset + 30 + view.getUint16(offset + 26, true);
  const name = new TextDecoder().decode(bytes.subarray(offset + 30, nameEnd));
  const begin = nameEnd + view.getUint16(offset + 28, true);
  return name !== header.name || begin + packed > bytes.length
    ? undefined
    : bytes.subarray(begin, begin + packed);
};

const entryOf = (bytes: Uint8Array, view: DataView, header: Header): ZipEntry => {
  const { name, method, size, crc } = header;
  const about = (reason: string): string => `its entry ${JSON.stringify(name)} ${reason}`;
  return {
    name,
    size,
    head: () => {
      const packed = packedBytes(bytes, view, header) ?? new Uint8Array();
      return method === 0 ? packed : inflateRawHead(packed);
    },
    content: () => {
      const packed = packedBytes(bytes, view, header);
      if (packed === undefined) return about("is not there");
      const expanded =
        method === 0 ? ({ kind: "whole", bytes: packed } as const) : inflateRaw(packed, size);
      if (expanded.kind === "tooLong") return about(`is longer than the ${size} bytes it declares`);
      if (expanded.kind === "damaged") return about("is damaged");
      if (expanded.bytes.length !== size) {
        return about(`has ${expanded.bytes.length} bytes, not the ${size} it declares`);
      }
      return crc32(expanded.bytes) === crc ? expanded.bytes : about("is damaged: its sum is wrong");
    },
  };
};

/** The entries of an archive that are files, or why it is none that can be read. */
export const readZip = (bytes: Uint8Array): readonly ZipEntry[] | string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = findDirectory(view);
  if (directory === undefined || directory.offset + directory.size > bytes.length) {
    return "it is no whole zip archive";
  }
  const entries = new Map<string, ZipEntry>();
  let at = directory.offset;
  for (let i = 0; i < directory.count; i += 1) {
    const header = readHeader(bytes, view, at);
    if (header === undefined) return "its directory is damaged";
    at += header.length;
    if (header.name.endsWith("/") && header.size === 0) continue;
    const refused = refusal(header);
    if (refused !== undefined) return refused;
    if (packedBytes(bytes, view, header) === undefined) {
      return `its entry ${JSON.stringify(header.name)} is not where its directory says`;
    }
    if (entries.has(header.name)) return `it has two entries ${JSON.stringify(header.name)}`;
    entries.set(header.name, entryOf(bytes, view, header));
  }
  return [...entries.values()];
};
