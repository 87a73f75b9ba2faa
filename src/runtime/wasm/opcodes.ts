/** Instructions of WebAssembly, by the specification's names. */

/** The bytes of an instruction, without its immediates. */
export type Opcode = readonly number[];
type Opcodes<Name extends string> = Readonly<Record<Name, Opcode>>;

/** Types of values, as in signatures and declarations of locals. */
export const valueTypes: Readonly<Record<"i32" | "f32" | "v128", number>> = {
  i32: 0x7f,
  f32: 0x7d,
  v128: 0x7b,
};
export type WasmType = keyof typeof valueTypes;

/** The type of a block without results. */
export const noResult = 0x40;

const plain = (code: number): Opcode => [code];
const leb = (code: number): readonly number[] =>
  code < 0x80 ? [code] : [(code & 0x7f) | 0x80, code >> 7];
const simd = (code: number): Opcode => [0xfd, ...leb(code)];
const atomic = (code: number): Opcode => [0xfe, code];

export const control: Opcodes<
  | "unreachable"
  | "loop"
  | "if"
  | "end"
  | "br"
  | "brIf"
  | "return"
  | "call"
  | "select"
  | "drop"
  | "longConst"
  | "localGet"
  | "localSet"
  | "localTee"
> = {
  unreachable: plain(0x00),
  loop: plain(0x03),
  if: plain(0x04),
  end: plain(0x0b),
  br: plain(0x0c),
  brIf: plain(0x0d),
  return: plain(0x0f),
  call: plain(0x10),
  select: plain(0x1b),
  drop: plain(0x1a),
  /** i64.const. */
  longConst: plain(0x42),
  localGet: plain(0x20),
  localSet: plain(0x21),
  localTee: plain(0x22),
};

export const i32: Opcodes<
  | "load"
  | "store"
  | "const"
  | "eqz"
  | "eq"
  | "lt"
  | "gt"
  | "le"
  | "ge"
  | "add"
  | "sub"
  | "mul"
  | "divUnsigned"
  | "and"
  | "or"
  | "shl"
  | "shr"
  | "truncate"
  | "reinterpret"
> = {
  load: plain(0x28),
  store: plain(0x36),
  const: plain(0x41),
  eqz: plain(0x45),
  eq: plain(0x46),
  lt: plain(0x48),
  gt: plain(0x4a),
  le: plain(0x4c),
  ge: plain(0x4e),
  add: plain(0x6a),
  sub: plain(0x6b),
  mul: plain(0x6c),
  divUnsigned: plain(0x6e),
  and: plain(0x71),
  or: plain(0x72),
  shl: plain(0x74),
  shr: plain(0x75),
  truncate: [0xfc, 0x00],
  reinterpret: plain(0xbc),
};

export const f32: Opcodes<
  | "load"
  | "store"
  | "const"
  | "eq"
  | "lt"
  | "le"
  | "abs"
  | "neg"
  | "floor"
  | "nearest"
  | "sqrt"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "convert"
  | "reinterpret"
> = {
  load: plain(0x2a),
  store: plain(0x38),
  const: plain(0x43),
  eq: plain(0x5b),
  lt: plain(0x5d),
  le: plain(0x5f),
  abs: plain(0x8b),
  neg: plain(0x8c),
  floor: plain(0x8e),
  nearest: plain(0x90),
  sqrt: plain(0x91),
  add: plain(0x92),
  sub: plain(0x93),
  mul: plain(0x94),
  div: plain(0x95),
  convert: plain(0xb2),
  reinterpret: plain(0xbe),
};

export const v128: Opcodes<
  | "load"
  | "loadSplat"
  | "store"
  | "const"
  | "shuffle"
  | "not"
  | "and"
  | "or"
  | "bitselect"
  | "loadLane"
  | "storeLane"
  | "loadZero"
> = {
  load: simd(0x00),
  loadSplat: simd(0x09),
  store: simd(0x0b),
  const: simd(0x0c),
  shuffle: simd(0x0d),
  not: simd(0x4d),
  and: simd(0x4e),
  or: simd(0x50),
  bitselect: simd(0x52),
  loadLane: simd(0x56),
  storeLane: simd(0x5a),
  loadZero: simd(0x5c),
};

export const i32x4: Opcodes<
  | "splat"
  | "extract"
  | "eq"
  | "lt"
  | "le"
  | "shl"
  | "shr"
  | "add"
  | "sub"
  | "mul"
  | "min"
  | "max"
  | "truncate"
> = {
  splat: simd(0x11),
  extract: simd(0x1b),
  eq: simd(0x37),
  lt: simd(0x39),
  le: simd(0x3d),
  shl: simd(0xab),
  shr: simd(0xac),
  add: simd(0xae),
  sub: simd(0xb1),
  mul: simd(0xb5),
  min: simd(0xb6),
  max: simd(0xb8),
  truncate: simd(0xf8),
};

export const f32x4: Opcodes<
  | "splat"
  | "extract"
  | "eq"
  | "lt"
  | "le"
  | "floor"
  | "nearest"
  | "abs"
  | "neg"
  | "sqrt"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pmin"
  | "pmax"
  | "convert"
> = {
  splat: simd(0x13),
  extract: simd(0x1f),
  eq: simd(0x41),
  lt: simd(0x43),
  le: simd(0x45),
  floor: simd(0x68),
  nearest: simd(0x6a),
  abs: simd(0xe0),
  neg: simd(0xe1),
  sqrt: simd(0xe3),
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  div: simd(0xe7),
  pmin: simd(0xea),
  pmax: simd(0xeb),
  convert: simd(0xfa),
};

/** Instructions whose results the machine may round or choose as it likes. */
export const relaxed: Opcodes<"truncate" | "madd" | "laneselect"> = {
  truncate: simd(0x101),
  madd: simd(0x105),
  laneselect: simd(0x10b),
};

export const atomics: Opcodes<"notify" | "wait" | "load" | "store" | "add"> = {
  notify: atomic(0x00),
  wait: atomic(0x01),
  load: atomic(0x10),
  store: atomic(0x17),
  add: atomic(0x1e),
};
