/** Run folders and what is in them. */
import { perhaps, text, wholeFrom } from "../diagnostics/argument.ts";
import * as run from "../run/index.ts";
import * as checkpoints from "../training/checkpoint.ts";
import { answering, insisting } from "./door.ts";
import * as rules from "./rules.ts";

const folder = { folder: text };

/** A checkpoint, or why it cannot be read. */
export const readCheckpoint: typeof checkpoints.readCheckpoint = answering(
  "readCheckpoint",
  folder,
  checkpoints.readCheckpoint,
);

/** The checkpoint that `latest` names; where that one is damaged, the newest whole one, with a warning. */
export const readLatest: typeof checkpoints.readLatest = answering(
  "readLatest",
  folder,
  checkpoints.readLatest,
);

/** The checkpoint with the best bound, or the latest where it is gone. */
export const readBest: typeof checkpoints.readBest = answering(
  "readBest",
  folder,
  checkpoints.readBest,
);

/** Whether a folder of checkpoints holds one. */
export const hasCheckpoint: typeof checkpoints.hasCheckpoint = insisting(
  "hasCheckpoint",
  folder,
  checkpoints.hasCheckpoint,
);

/** Writes a checkpoint that appears whole, and removes old ones. */
export const writeCheckpoint: typeof checkpoints.writeCheckpoint = insisting(
  "writeCheckpoint",
  { ...folder, state: rules.aState, keep: perhaps(wholeFrom(1)) },
  checkpoints.writeCheckpoint,
);

/** Reads a run folder, or says which of its parts are missing, damaged, or of another version of gtmc. */
export const openRun: typeof run.openRun = answering("openRun", folder, run.openRun);

/** Makes a run folder that appears whole. */
export const createRun: typeof run.createRun = answering(
  "createRun",
  {
    ...folder,
    contents: rules.anObject,
    "contents.model": text,
    "contents.seed": wholeFrom(0),
    "contents.sources": rules.lists,
    "contents.settings": rules.lists,
    "contents.overrides": rules.anObject,
    "contents.graph": text,
    "contents.environment": rules.anObject,
  },
  run.createRun,
);

/** Takes a run folder for this process. */
export const lockRun: typeof run.lockRun = answering(
  "lockRun",
  { ...folder, shown: text, verb: text },
  run.lockRun,
);

/** The lines of metrics.jsonl. */
export const readMetrics: typeof run.readMetrics = insisting(
  "readMetrics",
  folder,
  run.readMetrics,
);

/** Drops the metrics after an iteration. */
export const rewindMetrics: typeof run.rewindMetrics = insisting(
  "rewindMetrics",
  { ...folder, iteration: wholeFrom(0) },
  run.rewindMetrics,
);

/** Adds a line to metrics.jsonl. */
export const appendMetrics: typeof run.appendMetrics = insisting(
  "appendMetrics",
  { ...folder, metrics: rules.anObject },
  run.appendMetrics,
);

/** Adds what the user was told to log.txt. */
export const appendLog: typeof run.appendLog = insisting(
  "appendLog",
  { ...folder, text },
  run.appendLog,
);

/** What a resumed run was told anew. */
export const updateRun: typeof run.updateRun = insisting(
  "updateRun",
  {
    ...folder,
    contents: rules.anObject,
    "contents.settings": rules.lists,
    "contents.overrides": rules.anObject,
  },
  run.updateRun,
);

/** A free name for samples of a target, taken at once from whoever else asks. */
export const takeSampleName: typeof run.takeSampleName = insisting(
  "takeSampleName",
  { ...folder, target: text },
  run.takeSampleName,
);

/** Names of files for names of arrays, apart where a disk does not tell cases apart. */
export const fileNames: typeof run.fileNames = insisting(
  "fileNames",
  { names: rules.texts },
  run.fileNames,
);

/** Writes down that a run is whole. */
export const writeManifest: typeof run.writeManifest = insisting(
  "writeManifest",
  { ...folder, finished: rules.aDate },
  run.writeManifest,
);

/** A run that goes on is not whole. */
export const removeManifest: typeof run.removeManifest = insisting(
  "removeManifest",
  folder,
  run.removeManifest,
);

/** Removes what a process that was killed left half written. */
export const removePartial: typeof run.removePartial = insisting(
  "removePartial",
  folder,
  run.removePartial,
);

/** The name of a run's folder. */
export const runName: typeof run.runName = insisting(
  "runName",
  { model: text, started: rules.aDate, seed: wholeFrom(0) },
  run.runName,
);

/** What a run runs on. */
export const describeEnvironment: typeof run.describeEnvironment = insisting(
  "describeEnvironment",
  { backend: text, cwd: text, started: rules.aDate },
  run.describeEnvironment,
);

/** Writes a file that appears complete or not at all. */
export const writeWhole: typeof run.writeWhole = insisting(
  "writeWhole",
  { path: text, content: rules.content },
  run.writeWhole,
);

/** The same as JSON. */
export const writeJson: typeof run.writeJson = insisting(
  "writeJson",
  { path: text, value: rules.encodable },
  run.writeJson,
);
