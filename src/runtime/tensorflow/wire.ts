/** Protocol buffers as bytes: https://protobuf.dev/programming-guides/encoding. */

/** A field of a message, its number and value encoded. */
export type Field = Uint8Array;

/** Bytes of 7 bits, the lowest first; negative numbers as their 64-bit complement. */
const varint = (value: number): readonly number[] => {
  if (value >= 0 && value < 128) return [value];
  const digits: number[] = [];
  // Up to 64 bits; what is below 2^53 needs no big integers, which are ten times slower.
  let rest = value;
  if (value < 0) {
    let complement = BigInt.asUintN(64, BigInt(value));
    for (; complement >= 128n; complement >>= 7n) digits.push(Number(complement & 127n) + 128);
    rest = Number(complement);
  }
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) + 128);
  digits.push(rest);
  return digits;
};

/** How the value of a field is laid out. */
const wireTypes = { varint: 0, bytes: 2, float: 5 } as const;

const tag = (field: number, kind: keyof typeof wireTypes): readonly number[] =>
  varint(field * 8 + wireTypes[kind]);

/** An integer, an enumeration or, as 0 and 1, a truth. */
export const integer = (field: number, value: number): Field =>
  Buffer.from([...tag(field, "varint"), ...varint(value)]);

export const float = (field: number, value: number): Field => {
  const number = Buffer.alloc(4);
  number.writeFloatLE(value);
  return Buffer.concat([Buffer.from(tag(field, "float")), number]);
};

export const bytes = (field: number, value: Uint8Array): Field =>
  Buffer.concat([Buffer.from([...tag(field, "bytes"), ...varint(value.length)]), value]);

export const text = (field: number, value: string): Field => bytes(field, Buffer.from(value));

export const message = (field: number, fields: readonly Field[]): Field => {
  const length = fields.reduce((total, { length: more }) => total + more, 0);
  return Buffer.concat([Buffer.from([...tag(field, "bytes"), ...varint(length)]), ...fields]);
};

/** Integers without a field number each. */
export const packed = (field: number, values: readonly number[]): Field =>
  bytes(field, Buffer.from(values.flatMap(varint)));

/** An entry of a map from text to messages. */
export const entry = (field: number, key: string, value: readonly Field[]): Field =>
  message(field, [text(1, key), message(2, value)]);
