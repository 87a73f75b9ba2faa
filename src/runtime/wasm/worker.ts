/**
 * What a worker runs. It is a string because it has to work in Node from these sources and from one bundled file, and in
 * browsers: there is no path to a file of its own that would be right in all of them. It runs the module of one
 * executable or another when the first thread asks for it, and goes back to its messages when there are some;
 * in between it looks at the memory for a while, then sleeps. Numbers are those of `layout.ts`, in words.
 */
import {
  commandAt,
  failedAt,
  heapAt,
  openedAt,
  postedAt,
  readyAt,
  requestAt,
  runsAt,
} from "./control-words.ts";

/** What workers are told. Modules have numbers. */
export type Message =
  | { readonly kind: "begin"; readonly memory: object; readonly thread: number }
  | { readonly kind: "load"; readonly id: number; readonly module: object }
  | { readonly kind: "drop"; readonly id: number };

export const workerSource: string = `
const port = typeof require === "function" ? require("node:worker_threads").parentPort : undefined;
const steps = new Map();
let memory, thread, words;
let handled = 0;
let runs = 0;

const word = { command: ${commandAt / 4}, request: ${requestAt / 4}, runs: ${runsAt / 4}, posted: ${postedAt / 4},
  ready: ${readyAt / 4}, failed: ${failedAt / 4}, opened: ${openedAt / 4} };
const looks = 20000;

const handle = (message) => {
  try {
    if (message.kind === "begin") {
      ({ memory, thread } = message);
      words = new Int32Array(memory.buffer, 0, ${heapAt / 4});
    } else if (message.kind === "load") {
      const instance = new WebAssembly.Instance(message.module, { env: { memory } });
      steps.set(message.id, instance.exports.step);
    } else steps.delete(message.id);
  } catch {
    fail();
  }
  handled++;
  Atomics.add(words, word.ready, 1);
  Atomics.notify(words, word.ready);
  serve();
};

const fail = () => {
  Atomics.store(words, word.failed, 1);
  Atomics.notify(words, word.opened);
};

const serve = () => {
  for (;;) {
    const command = Atomics.load(words, word.command);
    if (Atomics.load(words, word.posted) > handled) return;
    if (Atomics.load(words, word.runs) !== runs) {
      runs++;
      try {
        steps.get(Atomics.load(words, word.request))(thread);
      } catch {
        fail();
      }
      continue;
    }
    let left = looks;
    while (left > 0 && Atomics.load(words, word.command) === command) left--;
    if (left === 0) Atomics.wait(words, word.command, command);
  }
};

if (port) port.on("message", handle);
else self.onmessage = ({ data }) => handle(data);
`;
