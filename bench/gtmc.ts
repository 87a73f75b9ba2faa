/**
 * A contestant: training steps of a workload by gtmc. `gtmc.ts BACKEND WORKLOAD [CHANGES]`, where the changes to its
 * sizes are JSON.
 */
import { openBackend } from "../src/index.ts";
import { createStepper } from "../src/training/run-step.ts";
import { decline, serve } from "./serve.ts";
import { changed, feedOf, startOf, workloads, type Changes } from "./workloads.ts";

const [name = "", workload = "", changes = "{}"] = process.argv.slice(2);
const messages = (failed: { readonly diagnostics: readonly { readonly message: string }[] }) =>
  failed.diagnostics.map(({ message }) => message).join("; ");

const chosen = Object.values(workloads).find((one) => one.name === workload);
if (chosen === undefined) throw new Error(`no workload ${workload}`);
const opened = await openBackend(name);
const { backend } = opened.ok ? opened.value : decline(messages(opened));
const { program, objective, state } = startOf(changed(chosen, JSON.parse(changes) as Changes));
const feed = feedOf(objective);
const created = createStepper(backend, objective, program.config.training, state);
const stepper = created.ok ? created.value : decline(messages(created));
serve(`Node ${process.versions.node}`, (iteration) => -stepper.step(iteration, feed).bound);
