/** Whole training steps are lowered right, and keep their results through every pass over loops. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { modelsDirectory } from "../../src/index.ts";
import { lower } from "../../src/loops/lower/index.ts";
import { loopPasses } from "../../src/loops/passes/index.ts";
import { plan } from "../../src/loops/passes/plan.ts";
import { partition } from "../../src/loops/passes/partition.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import { evaluate } from "../../src/runtime/reference.ts";
import { smallStep } from "../runtime/small-step.ts";
import { findClobbered, findRace } from "../support/loop-memory.ts";
import { expectEqual } from "./expect-equal.ts";

describe.each(readdirSync(modelsDirectory()).filter((name) => name.endsWith(".gtm")))(
  "%s",
  (file) => {
    const { graph, feed } = smallStep(file);
    const expected = evaluate(graph, feed);

    test("lowered, it computes the same", () => {
      const program = lower(graph);
      verifyProgram(program);
      expectEqual(program, feed, expected);
    });

    test("every pass leaves a valid program; the last computes the same", () => {
      let program = lower(graph);
      for (const [name, pass] of loopPasses) {
        program = pass(program);
        expect(() => {
          verifyProgram(program);
        }, name).not.toThrow();
      }
      const partitioned = partition(plan(program), 2);
      verifyProgram(partitioned);
      expect(findRace(partitioned)).toBeUndefined();
      expect(findClobbered(partitioned)).toBeUndefined();
      expectEqual(partitioned, feed, expected);
    });
  },
);
