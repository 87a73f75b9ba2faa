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
