/** A bug in gtmc itself, never the user's mistake. The command line exits with 70 and asks for a report. */
export class InternalError extends Error {
  override readonly name = "InternalError";
}

/** Throws `InternalError` unless the condition holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (condition === false || condition === null || condition === undefined) {
    throw new InternalError(message);
  }
}
