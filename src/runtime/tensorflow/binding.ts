/** Native TensorFlow's interface: the addon of `@tensorflow/tfjs-node`, without the JavaScript around it. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

/** What the addon exports; the constants are TensorFlow's. */
export interface Binding {
  readonly createTensor: (
    shape: readonly number[],
    dtype: number,
    data: Float32Array | Int32Array,
  ) => number;
  readonly deleteTensor: (id: number) => void;
  readonly tensorDataSync: (id: number) => Float32Array | Int32Array;
  executeOp(
    name: string,
    attributes: readonly {
      readonly name: string;
      readonly type: number;
      readonly value: number | boolean;
    }[],
    inputs: readonly number[],
    results: number,
  ): readonly { readonly id: number }[];
  /** The id of a session of the graph in a directory, under comma-separated tags. */
  readonly loadSavedModel: (directory: string, tags: string) => number;
  readonly deleteSavedModel: (id: number) => void;
  /** Inputs and outputs by their names in the graph, separated by commas. */
  readonly runSavedModel: (
    id: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ) => readonly { readonly id: number }[];
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_Version: string;
}

/** Loads TensorFlow, 400 MB of it; throws where it is not installed. */
export const loadBinding = (): Binding => {
  const manifest = find(createRequire(import.meta.url), "@tensorflow/tfjs-node/package.json");
  const addon = addonOf(manifest);
  if (!existsSync(addon)) {
    throw new Error(
      "@tensorflow/tfjs-node has no native addon (scripts/build-tfjs-node.sh makes one)",
    );
  }
  // TensorFlow reports its processor's features on the console unless told to keep to warnings.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "1";
  const binding: unknown = createRequire(manifest)(addon);
  if (!isBinding(binding))
    throw new Error("the native addon is not one of @tensorflow/tfjs-node 4");
  return binding;
};

const find = (require: NodeJS.Require, name: string): string => {
  try {
    return require.resolve(name);
  } catch {
    throw new Error("@tensorflow/tfjs-node is not installed");
  }
};

/** Where the package's loader would look for it. */
const addonOf = (manifest: string): string => {
  const tool = createRequire(manifest)("@mapbox/node-pre-gyp") as {
    readonly find: (manifest: string) => string;
  };
  return tool.find(manifest);
};

const isBinding = (value: unknown): value is Binding =>
  typeof value === "object" && value !== null && "executeOp" in value && "createTensor" in value;
