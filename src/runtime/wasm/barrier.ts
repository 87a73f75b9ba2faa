/** The barrier as a WebAssembly function: threads look for a while, then sleep. */
import { access, constant, finish, fresh, get, op, opWith, newBody, set } from "./body.ts";
import { signed, type Bytes } from "./bytes.ts";
import { arrivedAt, failedAt, openedAt, sleepingAt } from "./control-words.ts";
import { atomics, control, i32, noResult, type Opcode } from "./opcodes.ts";

/**
 * How often a thread looks before it sleeps: a quarter of a millisecond. Two that share a processor and sleep by turns look like
 * one to the system, which leaves them there; where both want to run for as long, it parts them.
 */
const looks = 100_000;
/** How long a thread sleeps before it looks whether another has failed; below 2^31, so that it is written as an i32 is. */
const nanoseconds = 1e9;

/**
 * Takes the number of the thread; returns when all of `threads` have called it. Traps if one of them has failed. The
 * first thread never sleeps where `firstSleeps` is false: the main thread of a browser must not.
 */
export const encodeBarrier = (threads: number, firstSleeps: boolean): Bytes => {
  const body = newBody(1);
  const opened = fresh(body, "i32");
  const left = fresh(body, "i32");
  const block = (kind: Opcode): void => {
    op(body, kind);
    body.code.push(noResult);
  };
  const end = (): void => {
    op(body, control.end);
  };
  const load = (at: number): void => {
    constant(body, 0);
    access(body, atomics.load, at);
  };
  const add = (at: number, value: number): void => {
    constant(body, 0);
    constant(body, value);
    access(body, atomics.add, at);
  };
  const isClosed = (): void => {
    load(openedAt);
    get(body, opened);
    op(body, i32.eq);
  };

  load(openedAt);
  set(body, opened);
  add(arrivedAt, 1);
  constant(body, threads - 1);
  op(body, i32.eq);
  block(control.if);
  constant(body, 0);
  constant(body, 0);
  access(body, atomics.store, arrivedAt);
  add(openedAt, 1);
  op(body, control.drop);
  // Who has not counted itself asleep yet sees that the barrier is open before it sleeps.
  load(sleepingAt);
  block(control.if);
  constant(body, 0);
  constant(body, threads);
  access(body, atomics.notify, openedAt);
  op(body, control.drop);
  end();
  op(body, control.return);
  end();

  constant(body, looks);
  set(body, left);
  block(control.loop);
  isClosed();
  op(body, i32.eqz);
  block(control.if);
  op(body, control.return);
  end();
  load(failedAt);
  block(control.if);
  op(body, control.unreachable);
  end();
  get(body, left);
  constant(body, 1);
  op(body, i32.sub);
  opWith(body, control.localTee, left);
  opWith(body, control.brIf, 0);
  if (!firstSleeps) {
    get(body, 0);
    op(body, i32.eqz);
    opWith(body, control.brIf, 0);
  }
  add(sleepingAt, 1);
  op(body, control.drop);
  constant(body, 0);
  get(body, opened);
  op(body, control.longConst);
  signed(body.code, nanoseconds);
  access(body, atomics.wait, openedAt);
  op(body, control.drop);
  add(sleepingAt, -1);
  op(body, control.drop);
  opWith(body, control.br, 0);
  end();
  return finish(body);
};
