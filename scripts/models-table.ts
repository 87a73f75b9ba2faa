/**
 * Trains every file of `models/` on its own task and prints one table row each:
 *
 *     npx tsx scripts/models-table.ts [steps] [backend] > docs/models.md
 *
 * The bound is on the test split, nats per sequence, before and after; lines of progress go to stderr.
 */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, relative } from "node:path";
import {
  compile,
  evaluateBound,
  fitData,
  initialState,
  modelsDirectory,
  openBackend,
  openDataset,
  renderText,
  train,
  type Backend,
  type BoundEstimate,
  type HostArray,
  type Result,
} from "../src/index.ts";

const steps = Number(process.argv[2] ?? 500);
const wantedBackend = process.argv[3] ?? "auto";

const need = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  process.stderr.write(renderText(result.diagnostics, new Map(), { color: false }));
  return process.exit(1);
};

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** KL of each latent site in nats: a frame for sites with time, else a draw. */
const divergences = ({ terms, present = [1] }: BoundEstimate): string =>
  [...terms]
    .filter(([name]) => name.startsWith("kl."))
    .map(([name, values]) => {
      const frames = values.length > 1 ? total(present) : 1;
      return `${name.slice(3)} ${(total(values) / frames).toFixed(2)}`;
    })
    .join(", ");

const measure = async (path: string, backend: Backend): Promise<string> => {
  const text = readFileSync(path, "utf8");
  const program = need(compile({ path, text }, { set: [`train.steps=${steps}`] }));
  const { problem, config } = program;
  const spec = config.data ?? { name: "", arguments: {} };
  const dataset = need(openDataset(spec, { baseDirectory: dirname(path) }));
  const dims = need(fitData(program, dataset));
  const options = config.training;
  const boundOf = (parameters: ReadonlyMap<string, HostArray>): BoundEstimate =>
    need(
      evaluateBound({
        problem,
        dataset,
        backend,
        parameters,
        dims,
        seed: 0,
        batch: options.batch,
        particles: options.particles,
        chunk: options.particles,
        sequences: 512,
      }),
    );
  const before = boundOf(initialState(problem, options).parameters);
  const running = train({ problem, dataset, backend, options, dims });
  const started = performance.now();
  let next = await running.next();
  while (next.done !== true) next = await running.next();
  const seconds = (performance.now() - started) / 1000;
  const after = boundOf(next.value.state.parameters);
  const file = relative(modelsDirectory(), path);
  const data = dataset.name.replaceAll("|", "\\|");
  process.stderr.write(`${file}: ${before.bound.toFixed(1)} to ${after.bound.toFixed(1)}\n`);
  return `| ${file} | \`${data}\` | ${config.objective} | ${before.bound.toFixed(1)} | ${after.bound.toFixed(1)} | ${divergences(after)} | ${((1000 * seconds) / steps).toFixed(0)} |`;
};

const { backend } = need(await openBackend(wantedBackend));
const files = readdirSync(modelsDirectory()).filter((name) => name.endsWith(".gtm"));
const rows: string[] = [];
for (const file of files.sort()) rows.push(await measure(join(modelsDirectory(), file), backend));

process.stdout.write(`# What every model does in ${steps} steps

Made by \`npx tsx scripts/models-table.ts ${steps} ${wantedBackend}\` on ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node},
backend \`${backend.name}\`. Bounds are on the test split, nats per sequence (per image, where there is no time), with the
particles of the objective; KL is the mean over frames at the end, in nats, by latent. Milliseconds per step include data and
evaluation, on a shared machine.

| file | task | objective | bound before | after | KL | ms |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}
`);
