/** Numbers as WebAssembly's binary format writes them. */

/** Bytes of a module, or of a part of one, in the making. */
export type Bytes = number[];

/** Bytes one part after another: parts are copied once only, into the whole. */
export type ByteParts = readonly (readonly number[])[];

/** Appends a few bytes. */
export const append = (bytes: Bytes, more: readonly number[]): void => {
  bytes.push(...more);
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
export const section = (id: number, content: ByteParts): ByteParts => {
  const head = [id];
  unsigned(head, lengthOf(content));
  return [head, ...content];
};

/** As many entries as there are, after their number. */
export const list = (entries: ByteParts): ByteParts => {
  const count: Bytes = [];
  unsigned(count, entries.length);
  return [count, ...entries];
};

export const lengthOf = (parts: ByteParts): number =>
  parts.reduce((length, part) => length + part.length, 0);

/** All of the parts. */
export const joined = (parts: ByteParts): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
