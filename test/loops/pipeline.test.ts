/** Whole training steps keep their results through every pass over loops, whatever the number of threads. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { modelsDirectory } from "../../src/index.ts";
import { interpretProgram } from "../../src/loops/interpret.ts";
import { lower, outputBuffer } from "../../src/loops/lower/index.ts";
import { loopPasses } from "../../src/loops/passes/index.ts";
import { plan } from "../../src/loops/passes/plan.ts";
import { share } from "../../src/loops/passes/share.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { smallStep } from "../runtime/small-step.ts";
import { findClobbered, findRace } from "../support/loop-memory.ts";

describe.each(readdirSync(modelsDirectory()).filter((name) => name.endsWith(".gtm")))(
  "%s",
  (file) => {
    const { graph, feed } = smallStep(file);
    const expected = evaluate(graph, feed);
    const inputs = new Map([...feed].map(([name, { data }]) => [name, data] as const));

    test("every pass leaves a valid program; the last computes the same", () => {
      let program = lower(graph);
      for (const [name, pass] of loopPasses) {
        program = pass(program);
        expect(() => {
          verifyProgram(program);
        }, name).not.toThrow();
      }
      const shared = share(plan(program), 2);
      verifyProgram(shared);
      expect(findRace(shared)).toBeUndefined();
      expect(findClobbered(shared)).toBeUndefined();
      const found = interpretProgram(shared, inputs);
      for (const [name, { data }] of expected) {
        const actual = found.get(outputBuffer(name)) ?? [];
        const scale = Math.max(1, ...[...data].map(Math.abs));
        const error = Math.max(
          ...[...data].map((want, i) => Math.abs((actual[i] ?? Number.NaN) - want)),
        );
        // float64: sums in another order
        expect(error / scale, name).toBeLessThan(1e-9);
      }
    });
  },
);
