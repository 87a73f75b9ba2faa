/** Names that are unique in their kernel. */
export type Fresh = (stem: string) => string;

/** `x`, `x1`, `x2`, … for a stem `x`. */
export const freshNames = (): Fresh => {
  const counts = new Map<string, number>();
  return (stem) => {
    const count = counts.get(stem) ?? 0;
    counts.set(stem, count + 1);
    return count === 0 ? stem : `${stem}_${count}`;
  };
};

/** `i` for the first axis, `j` for the second, and so on. */
export const axisName = (axis: number): string => "ijklmnopqr"[axis] ?? `axis${axis}`;
