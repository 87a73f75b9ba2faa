/** Axes merged into fewer. */
import type { Access, Instruction } from "../program.ts";
import { mapValues } from "./body.ts";

/** Axes that become one, outermost first. */
export type JoinedAxes = readonly number[];

export const sizeOf = (axes: readonly number[], group: JoinedAxes): number =>
  group.reduce((product, axis) => product * (axes[axis] ?? 1), 1);

/** Every access goes along both as along one axis. */
export const mergeable = (
  axes: readonly number[],
  accesses: readonly Access[],
  outer: number,
  inner: number,
): boolean =>
  accesses.every(({ strides }) => strides[outer] === (strides[inner] ?? 0) * (axes[inner] ?? 1));

/** The strides of groups are those of their innermost axes. */
export const mergeAccess = (
  access: Access,
  groups: readonly JoinedAxes[],
  rank: number,
): Access => ({
  ...access,
  strides: [
    ...groups.map((group) => access.strides[group.at(-1) ?? 0] ?? 0),
    ...access.strides.slice(rank),
  ],
});

/** The body over groups of axes; those that an `index` goes along are alone in theirs, or of size 1 and gone. */
export const mergeBody = (
  body: readonly Instruction[],
  groups: readonly JoinedAxes[],
  axes: readonly number[],
): readonly Instruction[] =>
  body.map((instruction): Instruction => {
    if (instruction.op !== "index")
      return mapValues(
        instruction,
        (id) => id,
        (access) => mergeAccess(access, groups, axes.length),
      );
    const axis = groups.findIndex((group) => group.includes(instruction.axis));
    if (axis >= 0) return { ...instruction, axis };
    return { op: "number", dtype: "int", value: instruction.scale * instruction.offset };
  });
