/** Runs the addresses of loop programs, one by one, and says where memory is misused. Knows nothing of how passes reason. */
import {
  isGiven,
  type Access,
  type Instruction,
  type Nest,
  type Product,
  type LoopProgram,
  type Statement,
} from "../../src/loops/program.ts";

type Leaf = Nest | Product;

interface Visit {
  readonly leaf: Leaf;
  readonly thread: number;
  readonly buffer: string;
  readonly writes: boolean;
  readonly dynamic: boolean;
}

interface Visitor {
  /** What to do with each element of the buffer. */
  readonly visit: (visit: Visit) => (element: number) => void;
  readonly barrier: () => void;
}

/**
 * The first element that one thread writes while another may access it, with no barrier between; or `undefined`. A dynamic
 * index counts as taking all its values. At most 30 threads.
 */
export function findRace(program: LoopProgram): string | undefined {
  const memory = memoryOf(program);
  const cells = memory.size;
  const readers = new Int32Array(cells);
  const writers = new Int32Array(cells);
  const phases = new Int32Array(cells).fill(-1);
  let phase = 0;
  let found: string | undefined;
  walk(program, {
    barrier: () => {
      phase++;
    },
    visit: ({ leaf, thread, buffer, writes }) => {
      const start = memory.startOf(buffer);
      const bit = 1 << thread;
      const marks = writes ? writers : readers;
      return (element) => {
        const cell = start + element;
        if (phases[cell] !== phase) {
          phases[cell] = phase;
          readers[cell] = 0;
          writers[cell] = 0;
        }
        const others = ((writers[cell] ?? 0) | (writes ? (readers[cell] ?? 0) : 0)) & ~bit;
        if (others !== 0) {
          found ??= `${buffer}[${element}] is ${writes ? "written" : "read"} by thread ${thread} in ${describe(leaf)} while others (mask ${others}) access it`;
        }
        marks[cell] = (marks[cell] ?? 0) | bit;
      };
    },
  });
  return found;
}

/** The first element that is read after another buffer was stored over it; or `undefined`. */
export function findClobbered(program: LoopProgram): string | undefined {
  const memory = memoryOf(program);
  const names = program.buffers.map(({ name }) => name);
  const numbers = new Map(names.map((name, index) => [name, index]));
  const holds = new Int32Array(memory.size).fill(-1);
  const stored = new Map(program.buffers.map(({ name, size }) => [name, new Uint8Array(size)]));
  let found: string | undefined;
  walk(
    { ...program, threads: 1 },
    {
      barrier: () => undefined,
      visit: ({ leaf, buffer, writes, dynamic }) => {
        const start = memory.startOf(buffer);
        const own = numbers.get(buffer) ?? -1;
        const made = stored.get(buffer);
        const held = program.buffers[own];
        const isInput = held !== undefined && isGiven(held);
        return (element) => {
          const cell = start + element;
          if (writes) {
            holds[cell] = own;
            if (made !== undefined) made[element] = 1;
          } else if (!isInput && holds[cell] !== own) {
            if (made?.[element] === 1) {
              const by = names[holds[cell] ?? -1] ?? "nothing";
              found ??= `${buffer}[${element}] is read in ${describe(leaf)}, but ${by} is there`;
            } else if (!dynamic) {
              found ??= `${buffer}[${element}] is read in ${describe(leaf)} before it is stored`;
            }
          }
        };
      },
    },
  );
  return found;
}

const describe = (leaf: Leaf): string =>
  `${leaf.kind} [${leaf.axes.join(", ")}] partitioned ${leaf.partitioned ?? "by none"} ${leaf.origin ?? ""}`;

/** A number for each element, the same for elements of temporaries at the same place of the arena. */
const memoryOf = (
  program: LoopProgram,
): { readonly size: number; readonly startOf: (buffer: string) => number } => {
  const starts = new Map<string, number>();
  let size = program.arena;
  for (const buffer of program.buffers) {
    if (buffer.offset !== undefined) starts.set(buffer.name, buffer.offset);
    else {
      starts.set(buffer.name, size);
      size += buffer.size;
    }
  }
  return { size, startOf: (buffer) => starts.get(buffer) ?? Number.NaN };
};

const walk = (program: LoopProgram, visitor: Visitor): void => {
  const { threads } = program;
  const sizes = new Map(program.buffers.map(({ name, size }) => [name, size]));
  const run = (statements: readonly Statement[], steps: readonly number[]): void => {
    for (const statement of statements) {
      if (statement.kind === "barrier") visitor.barrier();
      else if (statement.kind === "loop") {
        for (let k = 0; k < statement.length; k++) {
          run(statement.body, [...steps, statement.reverse ? statement.length - 1 - k : k]);
        }
      } else {
        for (let thread = 0; thread < threads; thread++) {
          if (thread > 0 && statement.partitioned === "alone") continue;
          runLeaf(statement, steps, { thread, threads, sizes, visit: visitor.visit });
        }
      }
    }
  };
  run(program.body, []);
};

interface Thread {
  readonly thread: number;
  readonly threads: number;
  readonly sizes: ReadonlyMap<string, number>;
  readonly visit: Visitor["visit"];
}

const runLeaf = (leaf: Leaf, steps: readonly number[], context: Thread): void => {
  const { thread, threads } = context;
  const ranges = leaf.axes.map((size, axis): readonly [number, number] =>
    axis === leaf.partitioned
      ? [Math.floor((size * thread) / threads), Math.floor((size * (thread + 1)) / threads)]
      : [0, size],
  );
  if (ranges.some(([from, to]) => from === to)) return;
  const reach = (access: Access, inner: readonly number[], writes: boolean): void => {
    let start = access.base;
    for (const [d, step] of steps.entries()) start += step * (access.steps[d] ?? 0);
    const all = [...ranges, ...inner.map((size): readonly [number, number] => [0, size])];
    const moves: (readonly [number, number])[] = [];
    for (const [axis, [from, to]] of all.entries()) {
      const stride = access.strides[axis] ?? 0;
      start += from * stride;
      if (stride !== 0) moves.push([stride, to - from]);
    }
    if (access.dynamic !== undefined) {
      const count = indices(leaf.body, access.dynamic.value);
      if (count === undefined) {
        start = 0;
        moves.splice(0, moves.length, [1, context.sizes.get(access.buffer) ?? 0]);
      } else moves.push([access.dynamic.stride, count]);
    }
    const { buffer } = access;
    const dynamic = access.dynamic !== undefined;
    const visit = context.visit({ leaf, thread, buffer, writes, dynamic });
    const go = (depth: number, element: number): void => {
      const move = moves[depth];
      if (move === undefined) visit(element);
      else for (let i = 0; i < move[1]; i++) go(depth + 1, element + i * move[0]);
    };
    go(0, start);
  };
  if (leaf.kind === "product") {
    for (const { inner, a, b } of leaf.terms) {
      reach(a, inner, false);
      reach(b, inner, false);
    }
  }
  for (const one of leaf.body) {
    if (one.op === "load") reach(one.from, [], false);
    if (one.op === "store" && one.accumulate === true) reach(one.to, [], false);
  }
  for (const one of leaf.body) {
    if (one.op === "store" || one.op === "reduce") reach(one.to, [], true);
  }
};

const indices = (body: readonly Instruction[], value: number): number | undefined => {
  const index = body[value];
  return index?.op === "clamp" ? index.size : undefined;
};
