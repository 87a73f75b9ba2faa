/** Text that is already markup; everything else is escaped when it is put into an element. */
export interface Markup {
  readonly markup: string;
}

export type Child = Markup | string | number | readonly Child[];

export type Attributes = Readonly<Record<string, string | number | undefined>>;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Characters that HTML does not allow become the sign for what cannot be shown. */
const escapeText = (text: string): string =>
  text.replace(/[^\t\n\r\P{Cc}]/gu, "\ufffd").replace(/[&<>"]/gu, (c) => entities[c] ?? c);

const isList = (child: Child): child is readonly Child[] => Array.isArray(child);

const print = (child: Child): string => {
  if (isList(child)) return child.map(print).join("");
  return typeof child === "object" ? child.markup : escapeText(`${child}`);
};

/** Coordinates need no more than a hundredth of a pixel. */
const printAttribute = (value: string | number): string =>
  typeof value === "number" ? `${Math.round(value * 100) / 100}` : escapeText(value);

/** Markup as it stands. */
export const raw = (markup: string): Markup => ({ markup });

/** An HTML or SVG element. Attributes that are undefined are left out. */
export const element = (
  name: string,
  attributes: Attributes = {},
  ...children: readonly Child[]
): Markup => {
  const printed = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${printAttribute(value)}"`]))
    .join("");
  return raw(`<${name}${printed}>${print(children)}</${name}>`);
};

/** Elements of HTML that have no end tag. */
export const voidElement = (name: string, attributes: Attributes): Markup =>
  raw(element(name, attributes).markup.replace(`</${name}>`, ""));
