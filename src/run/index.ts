export type { Environment, KeptSetting, KeptSource, Overrides, RunContents } from "./contents.ts";
export { describeEnvironment, packageVersion } from "./environment.ts";
export {
  appendLog,
  appendMetrics,
  createRun,
  newSampleName,
  runFiles,
  runName,
  updateRun,
} from "./folder.ts";
export { lockRun, type RunLock } from "./lock.ts";
export { removeManifest, writeManifest } from "./manifest.ts";
export { encodeNpy } from "./npy.ts";
export { openRun, readMetrics, rewindMetrics, type KeptCheckpoint, type Run } from "./open.ts";
export { removePartial, writeJson, writeWhole } from "./whole-file.ts";
