import { describe, expect, test } from "vitest";
import type { Lanes, Module } from "../../../src/code/code.ts";
import { interpretModule } from "../../../src/code/interpret.ts";
import { verifyModule } from "../../../src/code/verify.ts";
import { floatText } from "../../../src/runtime/native/expressions.ts";
import type { Linker } from "../../../src/runtime/native/library.ts";
import { namer } from "../../../src/runtime/native/names.ts";
import {
  argumentsOf,
  expressionsModule,
  inputsOf,
  openLinker,
  runOnce,
  count,
  type Elements,
} from "./modules.ts";
import { statementsInputs, statementsModule } from "./statements.ts";

const linker = await openLinker();

/** What the module makes of its arguments, by buffer: bits, with one pattern for every NaN. */
const bits = (module: Module, args: readonly Elements[]): Record<string, readonly number[]> =>
  Object.fromEntries(
    module.buffers.flatMap(({ name, place }) => {
      if (place.kind !== "argument") return [];
      const data = args[place.index] ?? new Float32Array();
      const raw = new Int32Array(data.buffer, data.byteOffset, data.length);
      return [[name, Array.from(raw, (word, i) => (Number.isNaN(data[i]) ? 0x7fc00000 : word))]];
    }),
  );

const compareWithInterpreter = (module: Module, given: readonly Elements[], on: Linker): void => {
  verifyModule(module);
  const [expected, actual] = [argumentsOf(module, given), argumentsOf(module, given)];
  interpretModule(module, expected);
  runOnce(module, actual, on);
  const [found, wanted] = [bits(module, actual), bits(module, expected)];
  for (const [name, words] of Object.entries(wanted)) expect(found[name], name).toEqual(words);
};

const lanesList: readonly Lanes[] = [1, 4, 8, 16];

if (typeof linker === "string") {
  test.skip(`C is not compiled here: ${linker}`, () => undefined);
} else {
  describe.each(lanesList)("%i lanes", (lanes) => {
    test("expressions of every kind are what the interpreter makes of them", () => {
      compareWithInterpreter(expressionsModule(lanes), inputsOf(4 * count), linker);
    });

    test.each([1, 2, 3])("statements of every kind, %i threads", (threads) => {
      // Of three threads none has 16 elements, which a vector store needs.
      const most = threads === 1 || lanes <= 8 ? lanes : 8;
      compareWithInterpreter(statementsModule(most, threads), statementsInputs(), linker);
    });
  });

  test("also lane by lane, for processors without a section of their own", () => {
    const toolchain = { ...linker.toolchain, flags: ["-ffp-contract=off"] };
    for (const lanes of lanesList) {
      compareWithInterpreter(expressionsModule(lanes), inputsOf(4 * count), {
        ...linker,
        toolchain,
      });
    }
  });
}

describe("numbers are printed exactly", () => {
  test.each([
    [0, "0.0f"],
    [-0, "-0.0f"],
    [1.5, "0x1.8p+0f"],
    [0.1, "0x1.99999ap-4f"],
    [-3, "-3.0f"],
    [2 ** 100, "0x1p+100f"],
    [2 ** -149, "0x0.000002p-126f"],
    [Infinity, "__builtin_inff()"],
    [1e39, "__builtin_inff()"],
  ])("%d", (value, text) => {
    expect(floatText(value).replace("p+", "p")).toBe(text.replace("p+", "p"));
  });
});

test("names that C would confuse stay apart", () => {
  const name = namer("b_");
  expect([name("w'"), name("w."), name("w'"), name("w__2"), name("w_")]).toEqual([
    "b_w_",
    "b_w__2",
    "b_w_",
    "b_w__2_2",
    "b_w__3",
  ]);
});
