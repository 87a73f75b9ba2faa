/** The syntax tree as text without spans, for case files: `binary(operator: +, left: name(a), right: name(b))`. */
export const showTree = (node: unknown): string => {
  if (Array.isArray(node)) return `[${node.map(showTree).join(", ")}]`;
  if (typeof node !== "object" || node === null) return String(node);
  const { kind, ...fields } = node as Readonly<Record<string, unknown>> & {
    readonly kind?: string;
  };
  const shown = Object.entries(fields).filter(
    ([key, value]) => !/span$/iu.test(key) && value !== "" && value !== false,
  );
  const text = fields["text"];
  if (kind === undefined && typeof text === "string") return text;
  if (kind === "number" || kind === "name") return `${kind}(${String(text)})`;
  if (kind === "boolean") return `boolean(${String(fields["value"])})`;
  const body = shown
    .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => `${key}: ${showTree(value)}`)
    .join(", ");
  return kind === undefined ? `(${body})` : `${kind}(${body})`;
};

/** A tree without its spans, for comparing two. */
export const withoutSpans = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(withoutSpans);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !/span$/iu.test(key))
      .map(([key, value]) => [key, withoutSpans(value)]),
  );
};
