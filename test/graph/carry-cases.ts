/**
 * Memories that loops overwrite in one buffer, as nothing keeps their history, and that products want in another layout; what
 * differentiates them keeps it.
 */
import * as g from "../../src/graph/build.ts";
import type { Node, NodeOf, ScanBody, Shape } from "../../src/graph/op.ts";
import { at } from "../../src/graph/residuals.ts";
import { type Case, some } from "./case.ts";

const [BATCH, WIDTH, STEPS] = [2, 5, 4];

interface Step {
  readonly next: Node;
  readonly read: Node;
}

/** The slots [B, N, W] are read by content, once for every key [B, R, W], and what was read is written where it was found. */
const contentAddressed = (memory: Node, keys: Node): Step => {
  const address = g.softmax(g.contract(keys, memory, "brw,bnw->brn"));
  const read = g.contract(address, memory, "brn,bnw->brw");
  const written = g.contract(address, g.add(keys, read), "brn,brw->bnw");
  return { next: g.add(g.mul(memory, 0.5), written), read: g.sum(read, [1]) };
};

const argument = (name: string, shape: Shape): NodeOf<"input"> => g.input(name, shape);

/** A loop over keys [steps, B, R, W], whose carries are the memory and the sum of what was read. */
const walk = (memory: Node, total: Node, keys: Node, reverse: boolean): readonly Node[] => {
  const [length = 1, ...keyShape] = keys.shape;
  const [slots, sum, key] = [
    argument("memory", memory.shape),
    argument("total", total.shape),
    argument("key", keyShape),
  ];
  const { next, read } = contentAddressed(slots, key);
  const body: ScanBody = {
    carries: [slots, sum],
    constants: [],
    inputs: [key],
    nextCarries: [next, g.add(sum, read)],
    outputs: [],
  };
  return g.scan({ length, reverse, body, carries: [memory, total], inputs: [keys] });
};

const nothingRead = (): Node => g.constant(0, [BATCH, 1, WIDTH]);

const alone = (slots: number, heads: number, reverse: boolean): Case => ({
  about: `${slots} slots read by content through ${heads} heads${reverse ? ", in reverse" : ""}`,
  inputs: {
    memory: some(BATCH, slots, WIDTH),
    keys: some(STEPS, BATCH, heads, WIDTH),
  },
  build: (memory, keys) => at(walk(memory, nothingRead(), keys, reverse), 1),
});

/** Steps in blocks: the memory goes from block to block. */
const inBlocks: Case = {
  about: "slots read by content in a loop in a loop",
  inputs: {
    memory: some(BATCH, 9, WIDTH),
    keys: some(3, 2, BATCH, 1, WIDTH),
  },
  build: (memory, keys) => {
    const [slots, sum, block] = [
      argument("memory", memory.shape),
      argument("total", [BATCH, 1, WIDTH]),
      argument("keys", keys.shape.slice(1)),
    ];
    const results = walk(slots, sum, block, false);
    return at(
      g.scan({
        length: 3,
        body: {
          carries: [slots, sum],
          constants: [],
          inputs: [block],
          nextCarries: [at(results, 0), at(results, 1)],
          outputs: [],
        },
        carries: [memory, nothingRead()],
        inputs: [keys],
      }),
      1,
    );
  },
};

/** The inner loop reads what only the outer one overwrites: the same in its steps, another in the next block. */
const overwrittenOutside: Case = {
  about: "slots read by content in a loop in the loop that overwrites them",
  inputs: {
    memory: some(BATCH, 9, WIDTH),
    keys: some(3, 2, BATCH, 1, WIDTH),
  },
  build: (memory, keys) => {
    const [slots, sum, block] = [
      argument("memory", memory.shape),
      argument("total", [BATCH, 1, WIDTH]),
      argument("keys", keys.shape.slice(1)),
    ];
    const [constant, inner, key] = [
      argument("memory", memory.shape),
      argument("total", sum.shape),
      argument("key", keys.shape.slice(2)),
    ];
    const { read } = contentAddressed(constant, key);
    const total = at(
      g.scan({
        length: 2,
        body: {
          carries: [inner],
          constants: [constant],
          inputs: [key],
          nextCarries: [g.add(g.tanh(inner), read)],
          outputs: [],
        },
        carries: [sum],
        constants: [slots],
        inputs: [block],
      }),
      0,
    );
    return at(
      g.scan({
        length: 3,
        body: {
          carries: [slots, sum],
          constants: [],
          inputs: [block],
          nextCarries: [g.mul(slots, g.tanh(total)), total],
          outputs: [],
        },
        carries: [memory, nothingRead()],
        inputs: [keys],
      }),
      1,
    );
  },
};

/** Of every step, as the reverse of a loop has them: in each step the product of another two. */
const ofEachStep = (slots: number, reverse: boolean): Case => ({
  about: `products of each step over ${slots} slots, along the width${reverse ? ", in reverse" : ""}`,
  inputs: {
    left: some(STEPS, BATCH, slots, WIDTH),
    right: some(STEPS, BATCH, slots, WIDTH),
  },
  build: (left, right) => {
    const [a, b] = [left, right].map((all, i) => argument(`step${i}`, all.shape.slice(1)));
    if (a === undefined || b === undefined) throw new Error("two inputs make two arguments");
    const sum = argument("sum", [BATCH, slots, slots]);
    const next = g.add(g.mul(sum, 0.5), g.contract(a, b, "bnw,bmw->bnm"));
    return at(
      g.scan({
        length: STEPS,
        reverse,
        body: {
          carries: [sum],
          constants: [],
          inputs: [a, b],
          nextCarries: [next],
          outputs: [],
        },
        carries: [g.constant(0, sum.shape)],
        inputs: [left, right],
      }),
      0,
    );
  },
});

/** What enters is handed from carry to carry, and all that was there is left: nothing is computed in a step. */
const handedOn = (count: number): Case => ({
  about: `what enters, handed on through ${count} carries`,
  inputs: { entering: some(STEPS, BATCH, WIDTH), start: some(BATCH, WIDTH) },
  build: (entering, start) => {
    const carries = Array.from({ length: count }, (_, i) => argument(`carry${i}`, start.shape));
    const now = argument("now", start.shape);
    const results = g.scan({
      length: STEPS,
      body: {
        carries,
        constants: [],
        inputs: [now],
        nextCarries: [...carries.slice(1), now],
        outputs: carries,
      },
      carries: carries.map((_, i) => g.mul(start, i + 1)),
      inputs: [entering],
    });
    const [last, stacks] = [results.slice(0, count), results.slice(count)];
    return g.concat([...last.map((one) => g.reshape(one, [1, BATCH, WIDTH])), ...stacks], 0);
  },
});

/** Those of which what was wrong was so with a gradient too, where all history is kept. */
export const stepCases: readonly Case[] = [
  alone(8, 16, false),
  ofEachStep(16, false),
  ofEachStep(17, true),
  handedOn(2),
  handedOn(3),
];

export const carryCases: readonly Case[] = [
  alone(7, 1, false),
  alone(8, 1, false),
  alone(9, 1, true),
  alone(17, 1, false),
  alone(9, 17, true),
  inBlocks,
  overwrittenOutside,
  ofEachStep(15, false),
  handedOn(1),
  ...stepCases,
];
