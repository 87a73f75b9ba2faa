/** Numbers as WebAssembly's binary format writes them. */

/** Bytes of a module, or of a part of one, in the making. */
export type Bytes = number[];

/** As many arguments as a call surely takes. */
const atOnce = 4096;

/** Appends, also where there are too many bytes to be arguments of one `push`. */
export const append = (bytes: Bytes, more: readonly number[]): void => {
  if (more.length <= atOnce) bytes.push(...more);
  else
    for (let from = 0; from < more.length; from += atOnce)
      bytes.push(...more.slice(from, from + atOnce));
};

/** An unsigned integer below 2^32, in LEB128. */
export const unsigned = (bytes: Bytes, value: number): void => {
  let rest = value >>> 0;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
};

/** An integer modulo 2^32, in signed LEB128. */
export const signed = (bytes: Bytes, value: number): void => {
  let rest = value | 0;
  while (rest < -0x40 || rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest & 0x7f);
};

/** A float32, little-endian. */
export const float = (bytes: Bytes, value: number): void => {
  const [bits = 0] = new Int32Array(Float32Array.of(value).buffer);
  fixed(bytes, bits);
};

/** An int32, little-endian. */
export const fixed = (bytes: Bytes, value: number): void => {
  for (let i = 0; i < 4; i++) bytes.push((value >> (8 * i)) & 0xff);
};

/** A name, after its length. */
export const text = (bytes: Bytes, name: string): void => {
  const encoded = new TextEncoder().encode(name);
  unsigned(bytes, encoded.length);
  append(bytes, [...encoded]);
};

/** A section with what it holds, after its size. */
export const section = (bytes: Bytes, id: number, content: readonly number[]): void => {
  bytes.push(id);
  unsigned(bytes, content.length);
  append(bytes, content);
};

/** As many entries as there are, after their number. */
export const list = (entries: readonly (readonly number[])[]): Bytes => {
  const bytes: Bytes = [];
  unsigned(bytes, entries.length);
  for (const entry of entries) append(bytes, entry);
  return bytes;
};
