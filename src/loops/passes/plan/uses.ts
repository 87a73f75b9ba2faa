import type { Access, Instruction, Loop, Nest, Product, Statement } from "../../program.ts";

/** A statement that accesses memory: not a loop, not a barrier. */
export type LeafStatement = Nest | Product;

/** One access of a statement, with the sizes of the axes that its strides belong to. */
export interface Use {
  readonly access: Access;
  readonly sizes: readonly number[];
  readonly reads: boolean;
  readonly writes: boolean;
  /** How many values the dynamic index has, from 0; 1 without one, `undefined` if that is not known. */
  readonly indices: number | undefined;
}

/** A leaf, its place among all leaves in program order, and the loops around it, outermost first. */
export interface LeafPlace {
  readonly leaf: LeafStatement;
  readonly position: number;
  readonly loops: readonly Loop[];
}

const indicesOf = (access: Access, body: readonly Instruction[]): number | undefined => {
  if (access.dynamic === undefined) return 1;
  const index = body[access.dynamic.value];
  return index?.op === "clamp" ? index.size : undefined;
};

/** Every access of a statement, in the order of its terms and instructions. */
export function usesOf(leaf: LeafStatement): Use[] {
  const uses: Use[] = [];
  const add = (
    access: Access,
    sizes: readonly number[],
    kind: Pick<Use, "reads" | "writes">,
  ): void => {
    uses.push({ access, sizes, indices: indicesOf(access, leaf.body), ...kind });
  };
  if (leaf.kind === "product") {
    for (const { inner, a, b } of leaf.terms) {
      const sizes = [...leaf.axes, ...inner];
      add(a, sizes, { reads: true, writes: false });
      add(b, sizes, { reads: true, writes: false });
    }
  }
  for (const instruction of leaf.body) {
    if (instruction.op === "load") {
      add(instruction.from, leaf.axes, { reads: true, writes: false });
    } else if (instruction.op === "store") {
      add(instruction.to, leaf.axes, { reads: instruction.accumulate === true, writes: true });
    } else if (instruction.op === "reduce") {
      add(instruction.to, leaf.axes, { reads: false, writes: true });
    }
  }
  return uses;
}

/** All leaves in program order. */
export function placesOf(body: readonly Statement[]): LeafPlace[] {
  const places: LeafPlace[] = [];
  const walk = (statements: readonly Statement[], loops: readonly Loop[]): void => {
    for (const statement of statements) {
      if (statement.kind === "loop") walk(statement.body, [...loops, statement]);
      else if (statement.kind !== "barrier") {
        places.push({ leaf: statement, position: places.length, loops });
      }
    }
  };
  walk(body, []);
  return places;
}
