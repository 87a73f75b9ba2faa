/** Parameters and optimizer slots where the backend computes, and the executable that updates them. */
import { success, type Result } from "../diagnostics/diagnostic.ts";
import { invariant } from "../diagnostics/invariant.ts";
import type { Backend, Buffer, HostArray } from "../runtime/backend.ts";
import type { Terms } from "./event.ts";
import { disposeAll, scalar, upload, type Feed } from "./feed.ts";
import { runOnce, type Trial } from "./forward.ts";
import { optimizers } from "./optimizer.ts";
import type { TrainingOptions } from "./options.ts";
import type { ObjectiveGraph } from "../inference/graphs.ts";
import { buildStep, names } from "./step.ts";

/** What one update measured. `terms` may be read until the next update. */
export interface StepMetrics {
  readonly bound: number;
  readonly gradNorm: number;
  terms(): Terms;
}

export interface Stepper {
  /** Parameters as they are, for other executables; they change owner with the next update. */
  parameters(): ReadonlyMap<string, Buffer>;
  /**
   * One update. When the bound or the gradient is not finite the update is thrown away, and the parameters remain as
   * they were.
   */
  step(iteration: number, feed: Feed): StepMetrics;
  /** What the program gives for other inputs than the state and a batch; the state stays as it is. */
  readonly trial: Trial;
  /** Copies of parameters and slots. */
  read(): { readonly parameters: Feed; readonly slots: Feed };
  dispose(): void;
}

const take = (from: Map<string, Buffer>, name: string): Buffer => {
  const buffer = from.get(name);
  invariant(buffer !== undefined, `the step has no output ${name}`);
  from.delete(name);
  return buffer;
};

const readScalar = (from: ReadonlyMap<string, Buffer>, name: string): number =>
  from.get(name)?.read().data[0] ?? NaN;

/** Compiles the step and uploads its state. */
export const createStepper = (
  backend: Backend,
  objective: ObjectiveGraph,
  options: TrainingOptions,
  initial: { readonly parameters: Feed; readonly slots: Feed },
): Result<Stepper> => {
  const { graph } = buildStep(objective, options);
  const compiled = backend.compile(graph);
  if (!compiled.ok) return compiled;
  const executable = compiled.value;
  const parameterNames = [...initial.parameters.keys()];
  const slotNames = [...initial.slots.keys()];
  const stateNames = [...parameterNames, ...slotNames];
  const { optimizer } = options;
  const rule = optimizers[optimizer.kind];

  let state = upload(backend, graph.inputs, new Map([...initial.parameters, ...initial.slots]));
  /** Metrics of the last update that nobody has read. */
  let unread = new Map<string, Buffer>();
  const readAll = (wanted: readonly string[]): Map<string, HostArray> =>
    new Map(
      wanted.map((name) => {
        const buffer = state.get(name);
        invariant(buffer !== undefined, `no state ${name}`);
        return [name, buffer.read()];
      }),
    );

  return success({
    parameters: () => new Map([...state].filter(([name]) => parameterNames.includes(name))),
    step: (iteration, feed) => {
      disposeAll(unread.values());
      const scalars = Object.entries(rule.scalars(optimizer, iteration)).map(
        ([name, value]) => [names.scalar(name), scalar(value)] as const,
      );
      const fed = upload(backend, graph.inputs, new Map([...feed, ...scalars]));
      const results = executable.run(new Map([...state, ...fed]));
      disposeAll(fed.values());
      state = new Map(stateNames.map((name) => [name, take(results, name)]));
      unread = results;
      return {
        bound: readScalar(results, names.bound),
        gradNorm: readScalar(results, names.gradNorm),
        terms: () =>
          new Map(
            [...objective.terms.keys()].map((name) => {
              const buffer = results.get(names.term(name));
              invariant(buffer !== undefined, `no term ${name}`);
              return [name, [...buffer.read().data]];
            }),
          ),
      };
    },
    trial: { inputs: graph.inputs, run: (given) => runOnce(backend, executable, graph, given) },
    read: () => ({ parameters: readAll(parameterNames), slots: readAll(slotNames) }),
    dispose: () => {
      disposeAll(state.values());
      disposeAll(unread.values());
      executable.dispose();
    },
  });
};
