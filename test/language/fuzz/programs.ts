/** The fuzzed programs: number and text follow from the seed. */
import { corpus } from "./corpus.ts";
import { grow } from "./grow.ts";
import { mutated } from "./mutate.ts";
import { randomOf } from "./random.ts";

/** Program number `seed`: a shipped one or one that was grown, most of them with edits. */
export const programOf = (seed: number): string => {
  const random = randomOf(seed);
  const source = (): string => (random.chance(0.65) ? grow(random) : random.pick(corpus));
  const text = source();
  return random.chance(0.4) ? text : mutated(text, source(), random);
};
