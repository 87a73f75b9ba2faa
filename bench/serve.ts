/** How a contestant written in TypeScript answers the harness, as `peers/peer.py` does for those in Python. */
import { createInterface } from "node:readline";

const say = (message: object): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};

/** Says why this contestant cannot run here, and ends the process. */
export const decline = (reason: string): never => {
  say({ skip: reason });
  process.exit(0);
};

/**
 * Says that it is ready; then answers each line, a number of steps, with their times and losses. Iterations count
 * from 1.
 */
export const serve = (version: string, step: (iteration: number) => number): void => {
  say({ version });
  let iteration = 0;
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      const [ms, loss]: [number[], number[]] = [[], []];
      for (let left = Number(line); left > 0; left -= 1) {
        iteration += 1;
        const started = performance.now();
        loss.push(step(iteration));
        ms.push(performance.now() - started);
      }
      say({ ms, loss, peak: 1024 * process.resourceUsage().maxRSS });
    })
    // Threads of a backend must not keep the process.
    .on("close", () => process.exit(0));
};
