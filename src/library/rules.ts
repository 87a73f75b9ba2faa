/** What arguments of the library must be. */
import { volume } from "../data/array.ts";
import { wholeFrom, type ArgumentRule } from "../diagnostics/argument.ts";

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === "object" &&
  value !== null &&
  !(Array.isArray(value) || value instanceof Map || value instanceof Set);

const having = (expected: string, holds: (value: Members) => boolean): ArgumentRule => ({
  expected,
  holds: (value) => isObject(value) && holds(value),
});

export const anObject: ArgumentRule = having("an object", () => true);

/** Whether all of a list are so, the holes too, which `every` passes over. */
const all = (value: unknown, holds: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && Array.from(value as unknown[]).every(holds);

const listOf = (expected: string, holds: (value: unknown) => boolean): ArgumentRule => ({
  expected: `a list of ${expected}`,
  holds: (value) => all(value, holds),
});

export const texts: ArgumentRule = listOf("texts", (one) => typeof one === "string");

export const lists: ArgumentRule = listOf("objects", isObject);

/** Objects by name. */
export const objects: ArgumentRule = having("an object of objects by name", (value) =>
  Object.values(value).every(isObject),
);

export const aFunction: ArgumentRule = {
  expected: "a function",
  holds: (value) => typeof value === "function",
};

export const aBackend: ArgumentRule = having(
  "a backend, such as openBackend gives",
  ({ name, compile }) => typeof name === "string" && typeof compile === "function",
);

const areNamed = (value: unknown, member: string): boolean =>
  all(
    value,
    (one) => isObject(one) && typeof one["name"] === "string" && Array.isArray(one[member]),
  );

export const aDataset: ArgumentRule = having(
  "a data set, such as openDataset and arraysDataset give",
  ({ fields, batch, steps, images, regions }) =>
    areNamed(fields, "shape") &&
    typeof batch === "function" &&
    (steps === undefined || wholeFrom(1).holds(steps)) &&
    images instanceof Map &&
    Array.isArray(regions),
);

export const aProblem: ArgumentRule = having(
  "the problem of a program",
  ({ parameters, objective, evaluation }) =>
    areNamed(parameters, "shape") &&
    typeof objective === "function" &&
    typeof evaluation === "function",
);

const isModel = (value: unknown): boolean =>
  isObject(value) &&
  isObject(value["dims"]) &&
  ["data", "sites", "values", "watches"].every((part) => Array.isArray(value[part]));

/** What of a program data is fitted to. */
export const aModelWithConfig: ArgumentRule = having(
  "a program, such as compile gives",
  ({ model, config }) => isModel(model) && isObject(config) && isObject(config["training"]),
);

export const aProgram: ArgumentRule = having(
  "a program, such as compile gives",
  ({ model, problem, config, sampling }) =>
    aModelWithConfig.holds({ model, config }) &&
    aProblem.holds(problem) &&
    typeof sampling === "function",
);

const isArray = (value: unknown): boolean =>
  isObject(value) &&
  shape.holds(value["shape"]) &&
  ArrayBuffer.isView(value["data"]) &&
  "length" in value["data"] &&
  volume(value["shape"] as readonly number[]) === value["data"].length;

/** Arrays by name. */
export const arrays: ArgumentRule = {
  expected: "a map of arrays by name",
  holds: (value) => value instanceof Map && [...value.values()].every(isArray),
};

const dimension = wholeFrom(1);

/** Of what is compared with the reference. */
export const verifying: ArgumentRule = having(
  "{ seconds, force }: a number >= 0, and whether to go beyond it",
  ({ seconds, force }) => typeof seconds === "number" && seconds >= 0 && typeof force === "boolean",
);

/** A list of sizes. */
export const shape: ArgumentRule = listOf("whole numbers", wholeFrom(0).holds);

export const aSchedule: ArgumentRule = having(
  "a schedule: a text, and a function `at` of the iteration",
  ({ text, at }) => typeof text === "string" && typeof at === "function",
);

export const anOptimizer: ArgumentRule = having(
  "an optimizer with a learning rate",
  ({ kind, learningRate }) => typeof kind === "string" && aSchedule.holds(learningRate),
);

export const targets: ArgumentRule = listOf(
  "targets with their sizes",
  (one) => Array.isArray(one) && one.length === 2 && typeof one[0] === "string" && isObject(one[1]),
);

export const dimensions: ArgumentRule = having(
  "an object of sizes by name, each at least 1",
  (value) => Object.values(value).every(dimension.holds),
);

export const aState: ArgumentRule = having(
  "a state of training, such as a checkpoint holds",
  ({ iteration, seed, parameters, slots }) =>
    wholeFrom(0).holds(iteration) &&
    wholeFrom(0).holds(seed) &&
    arrays.holds(parameters) &&
    arrays.holds(slots),
);

const isFrame = (value: unknown, area: number): boolean =>
  value instanceof Float32Array && value.length === area;

const areaOf = (size: unknown): number | undefined =>
  Array.isArray(size) && size.length === 2 && all(size, dimension.holds)
    ? Number(size[0]) * Number(size[1])
    : undefined;

const areFrames = (value: unknown, area: number): boolean =>
  all(value, (frame) => isFrame(frame, area));

/** Images of one size, a list of each sequence. */
export const frames: ArgumentRule = having(
  "frames: a size [height, width], and of each sequence a list of that many numbers per frame",
  ({ size, sequences }) => {
    const area = areaOf(size);
    return (
      area !== undefined &&
      Array.isArray(sequences) &&
      sequences.length > 0 &&
      all(sequences, (one) => areFrames(one, area))
    );
  },
);

export const continuations: ArgumentRule = having(
  "continuations: a size [height, width], a prefix, and of each sequence `original` and `draws`",
  ({ size, prefix, sequences }) => {
    const area = areaOf(size);
    return (
      area !== undefined &&
      wholeFrom(0).holds(prefix) &&
      Array.isArray(sequences) &&
      sequences.length > 0 &&
      all(
        sequences,
        (one: unknown) =>
          isObject(one) &&
          areFrames(one["original"], area) &&
          Array.isArray(one["draws"]) &&
          all(one["draws"], (draw) => areFrames(draw, area)),
      )
    );
  },
);

/** Options of a data source as a `train` block gives them. */
export const dataArguments: ArgumentRule = having(
  "an object of numbers, texts and booleans",
  (value) =>
    Object.values(value).every((one) => ["number", "string", "boolean"].includes(typeof one)),
);

export const aMap: ArgumentRule = { expected: "a map", holds: (value) => value instanceof Map };

export const numbers: ArgumentRule = {
  expected: "a list or typed array of numbers",
  holds: (value) => ArrayBuffer.isView(value) || all(value, (one) => typeof one === "number"),
};

/** Nested further than any path, a value holds itself. */
const deepest = 32;

const isSetting = (value: unknown, depth = 0): boolean =>
  typeof value === "object" && value !== null
    ? depth < deepest &&
      (Array.isArray(value) || isObject(value)) &&
      Object.values(value).every((one) => isSetting(one, depth + 1))
    : value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);

export const settings: ArgumentRule = having("an object of settings, nested or by paths", (value) =>
  isSetting(value),
);

export const encodable: ArgumentRule = {
  expected: "what JSON can hold",
  holds: (value) => value !== undefined && typeof value !== "function" && typeof value !== "symbol",
};
