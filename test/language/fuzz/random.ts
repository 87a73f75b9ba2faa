/** Choices from one seed: a program that was found once is found again. */
export interface Random {
  /** A whole number from 0 and below `count`. */
  readonly below: (count: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(list: readonly [T, ...T[]] | readonly T[]) => T;
}

/** Mulberry32. */
export const randomOf = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (list) => {
      const chosen = list[below(list.length)];
      if (chosen === undefined) throw new Error("nothing to pick from");
      return chosen;
    },
  };
};

/** The list in another order. */
export const shuffled = <T>(random: Random, list: readonly T[]): readonly T[] => {
  const rest = [...list];
  return list.map(() => {
    const [one] = rest.splice(random.below(rest.length), 1);
    if (one === undefined) throw new Error("nothing left");
    return one;
  });
};
