import { expect, test } from "vitest";
import { learn, recallRatio } from "../support/learn.ts";

// The ratio of the KL at recall to the KL before it is 1 without memory (Gemici et al. 2017, figure 4). The thresholds
// 0.35 and 0.9 are those that the README promises of the demo.

test("Introspective recalls MNIST digits: KL at recall below 0.35 of the KL before", async () => {
  const learned = await learn("introspective.gtm", []);
  expect(recallRatio(learned)).toBeLessThan(0.35);
});

test("VRNN does not: the ratio stays above 0.9", async () => {
  const learned = await learn("vrnn.gtm", []);
  expect(recallRatio(learned)).toBeGreaterThan(0.9);
});

test("discrete addressing reads the memory: address KL above 2 nats of ln 32 = 3.47", async () => {
  const { estimate } = await learn("vma.gtm", []);
  expect(estimate.terms.get("kl.a")?.[0]).toBeGreaterThan(2);
});
