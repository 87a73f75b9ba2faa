/** What the system or Node calls an error: "EEXIST", "ERR_BUFFER_TOO_LARGE"; undefined for what is no error of theirs. */
export const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;
