/** Who takes part in a workload, and how each is started. */
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { programOf } from "./bundle.ts";
import type { Command } from "./contestant.ts";
import type { Workload, WorkloadName } from "./workloads.ts";

/** What a contestant is compared as. */
export type Role =
  | "native"
  | "native, one thread"
  | "wasm"
  | "tensorflow"
  | "tfjs:wasm"
  | "JAX, as written"
  | "JAX, hoisted"
  | "PyTorch, as written"
  | "PyTorch, hoisted"
  | "eager tfjs, naive"
  | "eager tfjs, hoisted"
  | "peak, one thread";

export interface Entrant extends Command {
  readonly name: Role;
}

export type Refusal = { readonly name: Role; readonly skip: string };

/** What a run gives to those who take part. */
export interface Terms {
  readonly threads: number;
  readonly cores: number;
  /** The file with parameters, data and noise. */
  readonly numbers: string;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Threads by every knob that a contestant might have, and processors where there are more than threads. */
const confine = (
  name: Role,
  threads: number,
  cores: number,
  command: readonly string[],
): Entrant | Refusal => {
  const env = { OMP_NUM_THREADS: `${threads}`, GTMC_THREADS: `${threads}` };
  if (threads >= cores) return { name, command, env };
  const pinned = ["taskset", "--cpu-list", `0-${threads - 1}`];
  if (canRun("taskset")) return { name, command: [...pinned, ...command], env };
  return name.startsWith("JAX")
    ? { name, skip: "only `taskset` limits its threads, and there is none" }
    : { name, command, env };
};

const canRun = (program: string): boolean => {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const ours = ["native", "wasm", "tensorflow"] as const;

/** Peers in Python that exist: workload, framework, variant. */
const peers: Readonly<Record<WorkloadName, readonly (readonly [Role, string, string])[]>> = {
  w1: [
    ["JAX, as written", "w1_jax.py", "written"],
    ["JAX, hoisted", "w1_jax.py", "hoisted"],
    ["PyTorch, as written", "w1_torch.py", "written"],
    ["PyTorch, hoisted", "w1_torch.py", "hoisted"],
  ],
  w2: [
    ["JAX, as written", "w2_jax.py", "written"],
    ["PyTorch, as written", "w2_torch.py", "written"],
  ],
  w3: [
    ["JAX, as written", "w3_jax.py", "written"],
    ["PyTorch, as written", "w3_torch.py", "written"],
  ],
};

/** All contestants of a workload, peers first. The machine's peak takes part where a target is a part of it. */
export const lineup = (workload: Workload, terms: Terms): readonly (Entrant | Refusal)[] => {
  const { threads, cores, numbers } = terms;
  const python = process.env["PYTHON"] ?? "python3";
  const gtmc = (name: Role, backend: string, count: number): Entrant | Refusal =>
    confine(name, count, cores, [
      process.execPath,
      programOf("bench-gtmc"),
      backend,
      workload.name,
    ]);
  const named = peers[workload.name].map(([name, file, variant]) =>
    confine(name, threads, cores, [python, here(`peers/${file}`), variant, numbers]),
  );
  const own = ours.map((backend) => gtmc(backend, backend, threads));
  if (workload.name !== "w1") return [...named, ...own];
  const eager = (["naive", "hoisted"] as const).map((variant) =>
    confine(`eager tfjs, ${variant}`, threads, cores, [
      process.execPath,
      "--import",
      "tsx",
      here("peers/eager-tfjs.ts"),
      variant,
      numbers,
    ]),
  );
  return [
    ...named,
    ...eager,
    gtmc("tfjs:wasm", "tfjs:wasm", threads),
    ...own,
    gtmc("native, one thread", "native", 1),
    peak(terms, workload),
  ];
};

/** Compiles the probe of what one core can do at most, for as many operations as the workload has. */
const peak = ({ cores }: Terms, { megaflops }: Workload): Entrant | Refusal => {
  const name = "peak, one thread";
  const binary = join(tmpdir(), `gtmc-peak-${process.pid}`);
  const cc = process.env["CC"] ?? "cc";
  const flags = ["-O2", "-march=native", "-ffp-contract=fast"];
  try {
    execFileSync(cc, [...flags, here("peers/peak.c"), "-o", binary], { stdio: "ignore" });
  } catch {
    return { name, skip: `${cc} does not compile its probe` };
  }
  return confine(name, 1, cores, [binary, `${megaflops}`]);
};
