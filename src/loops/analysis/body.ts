/** Bodies: renaming their values, joining them, and dropping what is not needed. */
import type { Access, Instruction, InstructionId } from "../program.ts";
import { accessKey } from "./access.ts";

type Renaming = (id: InstructionId) => InstructionId;
type AccessMap = (access: Access) => Access;
type Mapping = {
  readonly [K in Instruction["op"]]: (
    instruction: Extract<Instruction, { readonly op: K }>,
    value: Renaming,
    access: AccessMap,
  ) => Instruction;
};

const mappings: Mapping = {
  load: (one, _, access) => ({ ...one, from: access(one.from) }),
  number: (one) => one,
  index: (one) => one,
  unary: (one, value) => ({ ...one, of: value(one.of) }),
  binary: (one, value) => ({ ...one, a: value(one.a), b: value(one.b) }),
  cast: (one, value) => ({ ...one, of: value(one.of) }),
  clamp: (one, value) => ({ ...one, of: value(one.of) }),
  select: (one, value) => ({
    ...one,
    condition: value(one.condition),
    a: value(one.a),
    b: value(one.b),
  }),
  product: (one) => one,
  running: (one, value) => ({ ...one, of: value(one.of) }),
  store: (one, value, access) => ({ ...one, value: value(one.value), to: access(one.to) }),
  reduce: (one, value, access) => ({ ...one, value: value(one.value), to: access(one.to) }),
};

const apply = <K extends Instruction["op"]>(
  op: K,
  instruction: Extract<Instruction, { readonly op: K }>,
  value: Renaming,
  access: AccessMap,
): Instruction => mappings[op](instruction, value, access);

/** The instruction with other values and accesses; values in accesses are renamed too, after `access`. */
export const mapValues = (
  instruction: Instruction,
  value: Renaming,
  access: AccessMap = (same) => same,
): Instruction =>
  apply(instruction.op, instruction as never, value, (original) => {
    const mapped = access(original);
    if (mapped.dynamic === undefined) return mapped;
    const { value: id, stride } = mapped.dynamic;
    return { ...mapped, dynamic: { value: value(id), stride } };
  });

type Uses = {
  readonly [K in Instruction["op"]]: (
    instruction: Extract<Instruction, { readonly op: K }>,
  ) => readonly InstructionId[];
};

const along = ({ dynamic }: Access): readonly InstructionId[] =>
  dynamic === undefined ? [] : [dynamic.value];

const uses: Uses = {
  load: ({ from }) => along(from),
  number: () => [],
  index: () => [],
  unary: ({ of }) => [of],
  binary: ({ a, b }) => [a, b],
  cast: ({ of }) => [of],
  clamp: ({ of }) => [of],
  select: ({ condition, a, b }) => [condition, a, b],
  product: () => [],
  running: ({ of }) => [of],
  store: ({ value, to }) => [value, ...along(to)],
  reduce: ({ value, to }) => [value, ...along(to)],
};

/** The values that an instruction uses. */
export const valuesOf = (instruction: Instruction): readonly InstructionId[] =>
  (uses[instruction.op] as (instruction: Instruction) => readonly InstructionId[])(instruction);

/** Stores are kept as `keep` says, the rest as far as it is used; the product, which comes first, always. */
export const prune = (
  body: readonly Instruction[],
  keep: (store: Instruction, place: number) => boolean = () => true,
): readonly Instruction[] => {
  const used = body.map(
    (instruction, i) =>
      instruction.op === "product" ||
      ((instruction.op === "store" || instruction.op === "reduce") && keep(instruction, i)),
  );
  for (let i = body.length - 1; i >= 0; i--) {
    const instruction = body[i];
    if (instruction !== undefined && used[i] === true)
      for (const value of valuesOf(instruction)) used[value] = true;
  }
  if (used.every((one) => one)) return body;
  const places: number[] = [];
  const result: Instruction[] = [];
  for (const [i, instruction] of body.entries()) {
    places.push(result.length);
    if (used[i] === true) result.push(mapValues(instruction, (id) => places[id] ?? id));
  }
  return result;
};

type Keys = {
  readonly [K in Exclude<Instruction["op"], "store" | "reduce">]: (
    instruction: Extract<Instruction, { readonly op: K }>,
  ) => string;
};

/** Equal keys for equal values. */
const keys: Keys = {
  load: ({ from }) => accessKey(from),
  number: ({ dtype, value }) => `${dtype} ${Object.is(value, -0) ? "-0" : String(value)}`,
  index: ({ axis, scale, offset }) => `index ${axis} ${scale} ${offset}`,
  unary: ({ name, of }) => `${name} ${of}`,
  binary: ({ name, a, b }) => `${name} ${a} ${b}`,
  cast: ({ dtype, of }) => `cast ${dtype} ${of}`,
  clamp: ({ of, size }) => `clamp ${of} ${size}`,
  select: ({ condition, a, b }) => `select ${condition} ${a} ${b}`,
  product: () => "product",
  running: ({ name, of, exclusive }) => `running ${name} ${of} ${exclusive}`,
};

type Valued = Exclude<Instruction, { readonly op: "store" | "reduce" }>;

/** Of instructions, which never change: bodies grow by being joined again and again. */
const valueKeys = new WeakMap<Valued, string>();

const keyOf = (instruction: Valued): string => {
  const found = valueKeys.get(instruction);
  if (found !== undefined) return found;
  const key = (keys[instruction.op] as (instruction: Valued) => string)(instruction);
  valueKeys.set(instruction, key);
  return key;
};

/**
 * Bodies one after another for each element: equal values are computed once, and an element that was stored is
 * not loaded but known. The axes are the same, and no element is stored after a load of it.
 */
export const join = (...bodies: readonly (readonly Instruction[])[]): readonly Instruction[] => {
  const result: Instruction[] = [];
  const known = new Map<string, InstructionId>();
  const stored = new Map<string, { readonly value: InstructionId; readonly place: number }>();
  const overwritten = new Set<number>();
  for (const body of bodies) {
    const places: InstructionId[] = [];
    const renamed = (id: InstructionId): InstructionId => places[id] ?? id;
    let moved = false;
    for (const [i, original] of body.entries()) {
      moved ||= i > 0 && places[i - 1] !== i - 1;
      const instruction = moved ? mapValues(original, renamed) : original;
      if (instruction.op === "store" || instruction.op === "reduce") {
        const place = result.push(instruction) - 1;
        places.push(place);
        if (instruction.op === "reduce") continue;
        const key = accessKey(instruction.to);
        const before = stored.get(key);
        if (before !== undefined) overwritten.add(before.place);
        stored.set(key, { value: instruction.value, place });
        continue;
      }
      const key = keyOf(instruction);
      const forwarded = instruction.op === "load" ? stored.get(key)?.value : undefined;
      const place = forwarded ?? known.get(key) ?? result.push(instruction) - 1;
      known.set(key, place);
      places.push(place);
    }
  }
  return overwritten.size === 0 ? result : prune(result, (_, place) => !overwritten.has(place));
};
