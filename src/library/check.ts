/** Checking alone: it loads less than compiling does. */
import { perhaps, text } from "../diagnostics/argument.ts";
import type { Result, SourceFile } from "../diagnostics/diagnostic.ts";
import type { CompileOptions } from "../program/analyse.ts";
import { check as checkWith } from "../program/check.ts";
import { diskPrelude, loadFromDisk } from "../program/disk.ts";
import type { CheckedFile } from "../program/program.ts";
import { answering, type ArgumentRules } from "./door.ts";
import * as rules from "./rules.ts";

/** What a text and its options must be. */
export const ofSource: ArgumentRules = {
  source: rules.anObject,
  "source.path": text,
  "source.text": text,
  options: perhaps(rules.anObject),
  "options.set": perhaps(rules.texts),
  "options.config": perhaps(rules.anObject),
  "options.config.values": perhaps(rules.settings),
  "options.model": perhaps(text),
  "options.load": perhaps(rules.aFunction),
};

/** Checks all that a text declares: a library without a model, or several models. */
export const check: (source: SourceFile, options?: Partial<CompileOptions>) => Result<CheckedFile> =
  answering("check", ofSource, (source: SourceFile, options: Partial<CompileOptions> = {}) =>
    checkWith(source, { load: loadFromDisk, prelude: diskPrelude(), ...options }),
  );
