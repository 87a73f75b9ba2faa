import type {
  Carry,
  DataField,
  DistributionCall,
  Initializer,
  Model,
  Parameter,
  Site,
  Type,
} from "./model.ts";
import type { Value } from "./value.ts";

/** `real[R, Z]`, `index[S]`, `pos`; what an index selects from comes after its axes, as in the language. */
export const printType = ({ base, axes, of }: Type): string => {
  const shown = of === undefined || base === "perm" ? axes : [...axes, of];
  return shown.length === 0 ? base : `${base}[${shown.join(", ")}]`;
};

const printAttrs = (attrs: object): string => {
  const entries = Object.entries(attrs).map(([key, attr]) => {
    const text = Array.isArray(attr) ? `(${attr.join(", ")})` : String(attr);
    return `${key} = ${text}`;
  });
  return entries.length === 0 ? "" : `{${entries.join(", ")}}`;
};

/** One line: `%7: real[R, L] = softmax %6  // step, mem.read`. */
export const printValue = (value: Value): string => {
  const { id, type, op, attrs, operands, when, name } = value;
  const right = [op + printAttrs(attrs), ...operands.map((operand) => `%${operand}`)].join(" ");
  return `%${id}: ${printType(type)} = ${right}  // ${name === undefined ? when : `${when}, ${name}`}`;
};

const printInitializer = (init: Initializer): string => {
  switch (init.kind) {
    case "constant":
      return `${init.value}`;
    case "blocks":
      return init.blocks.map(({ size, value }) => `${value} x ${size}`).join(", ");
    case "normal":
      return `normal(${init.scale})`;
    case "glorot":
      return `glorot(${init.fanIn}, ${init.fanOut}, gain ${init.gain})`;
  }
};

const printParameter = ({ name, shape, init, role, owner }: Parameter): string =>
  `  ${name}: [${shape.join(", ")}] = ${printInitializer(init)}  // ${role}, ${owner}`;

const printData = ({ name, type, per, role }: DataField): string =>
  `  ${name}: ${printType(type)}  // ${role}, per ${per}`;

const printCarry = ({ name, type, initial, next, backward }: Carry): string =>
  `  ${name}: ${printType(type)} = %${initial} -> %${next}${backward === true ? "  // backward" : ""}`;

const printCall = (call: DistributionCall): string => {
  const given = Object.entries(call.arguments).map(([name, id]) => `${name} = %${id}`);
  return `${call.family}(${given.join(", ")})`;
};

const printSite = ({ name, role, when, type, prior, guide }: Site): string => {
  const site = `  ${name}: ${printType(type)} ~ ${printCall(prior)}  // ${role}, ${when}`;
  return guide === undefined ? site : `${site}\n    guide ${printCall(guide)}`;
};

/** The text form that people read and golden files hold. Spans are left out. */
export const printModel = (model: Model): string => {
  const dims = Object.entries(model.dims).map(([name, size]) => `  ${name} = ${size ?? "data"}`);
  const watches = model.watches.map(({ name, kind, value }) => `  ${name}: ${kind} %${value}`);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["dims", dims],
    ["parameters", model.parameters.map(printParameter)],
    ["data", model.data.map(printData)],
    ["values", model.values.map((value) => `  ${printValue(value)}`)],
    ["carries", model.carries.map(printCarry)],
    ["sites", model.sites.map(printSite)],
    ["watches", watches],
  ];
  const text = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [title, ...lines].join("\n"));
  return `${[`model ${model.name}`, ...text].join("\n")}\n`;
};
