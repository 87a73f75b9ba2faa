import { expect, test } from "vitest";
import { compile } from "../src/index.ts";
import { kinds } from "./support/big-programs.ts";
import { compileInPhases, sizesFor } from "./support/compile-phases.ts";

const growth = 4;

/**
 * Kinds measure 0.5 to 1.3 here; a quadratic part that matters gives 2. Between them there is room for what
 * other processes do to caches and for the collection of garbage.
 */
const steepest = 1.6;

/** Seconds of processor time; of a clock, other programs would be a part. */
const secondsFor = (text: string): number => {
  const before = process.cpuUsage();
  compileInPhases(text, (_, run) => run());
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

test.each(kinds)("time to compile grows as the program does: $name", ({ text, small }) => {
  const [less, more] = [text(small), text(growth * small)];
  secondsFor(less);
  const exponent = (): number => Math.log(secondsFor(more) / secondsFor(less)) / Math.log(growth);
  const first = exponent();
  expect(first < steepest ? first : Math.min(first, exponent())).toBeLessThan(steepest);
});

const chainOf = (name: string, n: number): string =>
  kinds.find((kind) => kind.name === name)?.text(n) ?? "";

test.each(["sites in a chain", "equations in a chain"])("a chain may be long: %s", (name) => {
  const text = chainOf(name, 1500);
  const compiled = compile({ path: "big.gtm", text });
  if (!compiled.ok) throw new Error(compiled.diagnostics[0]?.message);
  expect(compiled.value.problem.objective(sizesFor(text)).bound.shape).toEqual([]);
});

test("calls in calls may not be deep", () => {
  const compiled = compile({ path: "big.gtm", text: chainOf("functions in a chain", 1000) });
  expect(compiled.ok ? [] : compiled.diagnostics.map(({ code }) => code)).toEqual(["E0359"]);
});
