/** How many threads a backend computes with. */

/** More share the memory's bandwidth only. */
const most = 8;

/** What the variable GTMC_THREADS says, or one for each processor and at most 8. */
export const threadCount = (chosen: string | undefined, processors: number): number => {
  if (chosen === undefined || chosen === "") return Math.min(processors, most);
  const threads = Number(chosen);
  if (Number.isInteger(threads) && threads >= 1 && threads <= 64) return threads;
  throw new Error(`GTMC_THREADS is ${chosen}, not a number from 1 to 64`);
};
