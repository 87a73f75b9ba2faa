import { main } from "../../src/cli/cli.ts";
import type { Io } from "../../src/cli/io.ts";

export interface Called {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface World {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Io["env"];
  /** Pressed as soon as stderr has said this. */
  readonly interruptAt?: string;
  /** Columns of a terminal. */
  readonly columns?: number;
  readonly stdout?: Io["stdout"];
}

/** Runs a command line in this process. */
export const call = async (argv: readonly string[], world: World = {}): Promise<Called> => {
  const { columns } = world;
  const interruption = new AbortController();
  let out = "";
  let err = "";
  const exit = await main(argv, {
    stdout:
      world.stdout ??
      ((text) => {
        out += text;
      }),
    stderr: (text) => {
      err += text;
      if (world.interruptAt !== undefined && err.includes(world.interruptAt)) interruption.abort();
    },
    stdin: () => Promise.resolve(world.stdin ?? ""),
    env: world.env ?? {},
    cwd: world.cwd ?? process.cwd(),
    stoppable: (act) => act(interruption.signal),
    ...(columns === undefined ? {} : { columns: () => columns }),
  });
  return { exit, out, err };
};

/** What `--json` printed. */
export const json = ({ out }: Called): Record<string, unknown> =>
  JSON.parse(out) as Record<string, unknown>;

/** A model that trains in a moment: five frames of 4 x 4 pixels, of which the last two repeat the first two. */
export const recallModel = `/// Remembers the last three latents.
dim X = 16
dim Z = 2
dim H = 8
dim L = 3

memory Buffer(L, W) {
  state M: real[L, W] = 0
  write(v: real[W]) { M' = push(M, v) }
  read(w: simplex[L]) -> real[W] = w @ M
}

net attend(h: real[H]) -> simplex[L] = linear()
net prior(c: real[Z]) -> normal[Z] = mlp(8, act = tanh)
net post(x: unit[X], c: real[Z]) -> normal[Z] = mlp(8, act = tanh)
net obs(z: real[Z]) -> bernoulli[X] = mlp(8, act = tanh)

model Recall {
  data x[t]: unit[X]
  memory rnn: LSTM(H)
  memory mem: Buffer(L, Z)
  z[0]: real[Z] = 0

  rnn[t] = rnn[t-1].step(z[t-1])
  psi[t] = mem[t-1].read(attend(rnn[t].h))
  z[t] ~ prior(psi[t])
    guide post(x[t], psi[t])
  x[t] ~ obs(z[t])
  mem[t] = mem[t-1].write(z[t])
}

train {
  data      = perfect_recall(images = mnist, l = 3, k = 2, size = 4)
  objective = elbo
  optimizer = adam(lr = 1e-2)
  batch     = 4
  steps     = 6
  log_every = 2
  checkpoint_every = 3
  evaluate_every = 3
  evaluate_batches = 1
}
`;

/** Without time: an address among learned rows, and a latent. */
export const staticModel = `dim X = 16
dim Z = 2
dim S = 5

net obs(z: real[Z], m: real[Z]) -> bernoulli[X] = mlp(8, act = tanh)
net post(x: unit[X], m: real[Z]) -> normal[Z] = mlp(8, act = tanh)
net prior(m: real[Z]) -> normal[Z] = linear()
net address(x: unit[X]) -> real[S] = linear()

model Table {
  data x: unit[X]
  param M: real[S, Z] = randn(0.1)
  param e: real[S] = randn(0.1)
  a ~ Categorical(logits = e)
    guide Categorical(logits = address(x))
  m = M[a]
  z ~ prior(m)
    guide post(x, m)
  x ~ obs(z, m)
}

train {
  data      = images(images = mnist, size = 4)
  objective = iwae(K = 3)
  estimator = vimco
  optimizer = adam(lr = 1e-2)
  batch     = 4
  steps     = 4
  log_every = 2
  evaluate_every = 2
  evaluate_batches = 1
}
`;
