import { invariant } from "../diagnostics/invariant.ts";
import type { Result } from "../diagnostics/diagnostic.ts";
import type { Families } from "../ir/library.ts";
import type { Model } from "../ir/model.ts";
import type { TrainDecl } from "./ast.ts";
import type { Modules } from "./modules.ts";

/** What a file says once it is known to be right. */
export interface Program {
  /** The models that the entry file declares or imports, its own first. */
  readonly models: readonly Model[];
  /** The settings as written; reading them is not the language's business. */
  readonly train?: TrainDecl;
}

/**
 * Checks every file and lowers the models of the entry file. All errors of all files come back at once.
 * `sizes` replaces the values of dimensions that the entry file declares.
 */
export const analyse = (
  _modules: Modules,
  _families: Families,
  _sizes: ReadonlyMap<string, number> = new Map(),
): Result<Program> => {
  invariant(false, "under construction");
};
