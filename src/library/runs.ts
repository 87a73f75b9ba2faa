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

/** The lines of metrics.jsonl. */
export const readMetrics: typeof run.readMetrics = insisting(
  "readMetrics",
  folder,
  run.readMetrics,
);

/** Adds what the user was told to log.txt. */
export const appendLog: typeof run.appendLog = insisting(
  "appendLog",
  { ...folder, text },
  run.appendLog,
);

/** The same as JSON. */
export const writeJson: typeof run.writeJson = insisting(
  "writeJson",
  { path: text, value: rules.encodable },
  run.writeJson,
);
