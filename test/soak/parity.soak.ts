/** All backends against the reference: random models, random loops over memories, and shipped models with each of their sizes in turn at each edge. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Backend } from "../../src/runtime/backend.ts";
import { loopOrOptimised } from "../graph/random-loops.ts";
import { isQuestion, questionOf, wrongOn } from "../parity/agree.ts";
import { graphNames, productGraphs, type Sizes } from "../parity/graphs.ts";
import { programOf, randomModel } from "../parity/random-model.ts";
import { edges, modelFiles, pointOf, sizesOf } from "../parity/sweep.ts";
import type { Program } from "../../src/program/program.ts";
import { openAll, openThreads } from "../runtime/opened.ts";
import { wentThrough } from "../support/soak.ts";

const { available } = await openAll();
const threads = await openThreads();
const MODELS = 2000;
const LOOPS = 3000;
/** Compiling C takes longer than all else: one model in so many. */
const SELDOM = 20;

/** What is wrong on these backends, and how many graphs had no numbers on which float32 decides as float64 does. */
const compare = (
  program: Program,
  sizes: Sizes,
  names: readonly string[],
  seed: number,
  backends: readonly { readonly name: string; readonly backend: Backend }[],
): { readonly wrong: readonly string[]; readonly graphs: number; readonly refused: number } => {
  const wrong: string[] = [];
  let refused = 0;
  const graphs = productGraphs(program, sizes, names);
  for (const built of graphs) {
    const question = questionOf(built, seed);
    if (!isQuestion(question)) {
      refused += 1;
      continue;
    }
    for (const { name, backend } of backends) {
      const answer = wrongOn(backend, question);
      if (answer !== undefined) wrong.push(`${name}: ${answer}`);
    }
  }
  return { wrong, graphs: graphs.length, refused };
};

const onTurn = (turn: number, some = available): typeof available =>
  some.filter(({ name }) => !name.startsWith("native") || turn % SELDOM === 0);

test("random models agree with the reference on all backends", (context) => {
  let count = 0;
  let graphs = 0;
  let refused = 0;
  fc.assert(
    fc.property(randomModel, fc.subarray([...graphNames], { minLength: 2 }), (model, names) => {
      count += 1;
      const found = compare(programOf(model), model.sizes, names, count, onTurn(count));
      graphs += found.graphs;
      refused += found.refused;
      wentThrough(context, count, `models, ${graphs} graphs of which ${refused} refused`);
      expect(found.wrong).toEqual([]);
    }),
    { numRuns: MODELS },
  );
  expect(refused / graphs).toBeLessThan(0.1);
});

test("random loops over memories agree with the reference on all backends", (context) => {
  const backends = [...threads.available, ...available.filter(({ name }) => name.startsWith("t"))];
  let count = 0;
  let refused = 0;
  fc.assert(
    fc.property(loopOrOptimised, ({ graph, feed }) => {
      count += 1;
      const question = questionOf({ name: "loop", graph, feed: () => feed }, count);
      if (!isQuestion(question)) refused += 1;
      else {
        const wrong = onTurn(count, backends).flatMap(({ name, backend }) => {
          const answer = wrongOn(backend, question);
          return answer === undefined ? [] : [`${name}: ${answer}`];
        });
        expect(wrong).toEqual([]);
      }
      wentThrough(context, count, `loops, of which ${refused} refused`);
    }),
    { numRuns: LOOPS },
  );
  expect(refused / count).toBeLessThan(0.1);
});

test.each(modelFiles)("%s agrees with the reference at each size", (file) => {
  const wrong: string[] = [];
  let turn = modelFiles.indexOf(file);
  for (const which of sizesOf(file)) {
    for (const size of edges) {
      const ragged = (turn += 1) % 2 === 0;
      const { program, sizes, name } = pointOf(file, which, size, ragged);
      const found = compare(program, sizes, graphNames, 1, onTurn(turn));
      wrong.push(...found.wrong.map((one) => `${name}: ${one}`));
    }
  }
  expect(wrong).toEqual([]);
});
