/**
 * JSON of what a program reads. An infinity is a number that may be meant, such as a divergence from what a prior excludes; JSON
 * has none and would write null, so it becomes the text "Infinity" or "-Infinity".
 */
export const encodeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(
    value,
    (_, one: unknown) => (typeof one === "number" && !Number.isFinite(one) ? String(one) : one),
    indent,
  );

/** For `JSON.stringify`: numbers that JSON lacks or writes as others (-0, infinities, NaN) as texts, so that none look alike. */
export const distinctly = (_key: string, value: unknown): unknown =>
  typeof value === "number" && (Object.is(value, -0) || !Number.isFinite(value))
    ? Object.is(value, -0)
      ? "-0"
      : String(value)
    : value;
