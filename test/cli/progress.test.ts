import { expect, test } from "vitest";
import { evaluationText } from "../../src/cli/progress.ts";
import type { Evaluation } from "../../src/index.ts";

const evaluationOf = (sites: number): Evaluation => ({
  kind: "evaluation",
  iteration: 1,
  split: "test",
  bound: -2,
  boundPerStep: -1,
  terms: new Map(Array.from({ length: sites }, (_, i) => [`kl.z${i}`, [0.5, 1.5]])),
  best: false,
  warnings: [],
});

const lineOf = (sites: number): string =>
  evaluationText(evaluationOf(sites), { steps: 2, from: 0, regions: [], temporal: true });

test("a line names the sites that it has room for, and says the sum of more", () => {
  expect(lineOf(2)).toBe("test 1  bound -1.00 nats/frame  KL 1.00 z0, 1.00 z1");
  expect(lineOf(8)).toContain("1.00 z7");
  expect(lineOf(1000)).toBe("test 1  bound -1.00 nats/frame  KL 1000 in 1,000 sites");
});
