import { describe, expect, test } from "vitest";
import { interpretModule } from "../../../src/code/interpret.ts";
import { link } from "../../../src/runtime/native/library.ts";
import { need } from "../../support/need.ts";
import { argumentsOf, blockOf, openLinker } from "./modules.ts";
import { statementsInputs, statementsModule } from "./statements.ts";

const linker = await openLinker();

if (typeof linker === "string") {
  test.skip(`C is not compiled here: ${linker}`, () => undefined);
} else {
  describe("threads", () => {
    // Half a second; more threads than processors wait long for each other where something else keeps these busy.
    test.each([
      [2, "together"],
      [4, "together"],
      [3, "singly"],
      [4, undefined],
    ] as const)(
      "%i give the same in each of 1000 runs, %s",
      { timeout: 120_000 },
      (threads, runs) => {
        const length = 20;
        const module = statementsModule(4, threads, length);
        const expected = argumentsOf(module, statementsInputs(length));
        interpretModule(module, expected);
        const actual = argumentsOf(module, statementsInputs(length));
        const linked = need(link(module, { ...linker, ...(runs && { runs }) }));
        const block = blockOf(actual, linker);
        const before = process.memoryUsage.rss();
        for (let i = 0; i < 1000; i++) {
          for (const output of actual.slice(2)) output.fill(-1);
          linked.run(block);
          if (i % 100 === 0) expect(actual.slice(2, 6)).toEqual(expected.slice(2, 6));
        }
        expect(process.memoryUsage.rss() - before).toBeLessThan(32 * 2 ** 20);
        linked.dispose();
      },
    );

    test("are idle between runs", async () => {
      const module = statementsModule(4, 2);
      const linked = need(link(module, linker));
      linked.run(blockOf(argumentsOf(module, statementsInputs()), linker));
      const before = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { user, system } = process.cpuUsage(before);
      linked.dispose();
      // Microseconds: a thread that span would take all of the 200 ms.
      expect(user + system).toBeLessThan(100_000);
    });

    test("come and go with executables", () => {
      const module = statementsModule(4, 3);
      const block = blockOf(argumentsOf(module, statementsInputs()), linker);
      for (let i = 0; i < 200; i++) {
        const linked = need(link(module, linker));
        if (i % 2 === 0) linked.run(block);
        linked.dispose();
      }
      const last = need(link(module, linker));
      last.dispose();
      expect(() => {
        last.run(block);
      }).toThrow("disposed");
    });
  });
}
