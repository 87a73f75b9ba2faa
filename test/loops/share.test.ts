import { describe, expect, test } from "vitest";
import { plan } from "../../src/loops/passes/plan.ts";
import { share } from "../../src/loops/passes/share.ts";
import { verifyProgram } from "../../src/loops/verify.ts";
import { findRace } from "../support/loop-memory.ts";
import { randomProgram } from "./random-program.ts";

describe("random programs", () => {
  test.each([2, 3, 5])("run on %i threads without races", (threads) => {
    for (let seed = 0; seed < 200; seed++) {
      const program = share(plan(randomProgram(seed)), threads);
      verifyProgram(program);
      expect(findRace(program), `seed ${seed}`).toBe(undefined);
    }
  });
});
