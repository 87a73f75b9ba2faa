/** All checks that need no test, two at a time, the longest first; each says what it found when it ends. */
import { spawn } from "node:child_process";

const waiting = ["lint", "types", "format", "layers", "unused"];

/** Runs one script of package.json; what it says comes in one piece. */
const run = (name: string): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(`npm run -s check:${name}`, { shell: true });
    let said = "";
    const hear = (text: Buffer): void => {
      said += text.toString();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("close", (status) => {
      process.stdout.write(said);
      if (status !== 0) process.stderr.write(`check:${name} failed\n`);
      resolve(status === 0);
    });
  });

/** Takes from what waits until nothing does. */
const work = async (): Promise<boolean> => {
  let good = true;
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    good = (await run(name)) && good;
  }
  return good;
};

const ends = await Promise.all([work(), work()]);
process.exitCode = ends.every((good) => good) ? 0 : 1;
