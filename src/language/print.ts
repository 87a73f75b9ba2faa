import type {
  ArchDecl,
  ArchExpr,
  Argument,
  BinaryOperator,
  Comparison,
  Block,
  Expr,
  File,
  Import,
  Item,
  Member,
  MemoryDecl,
  NetDecl,
  Operation,
  Param,
  ResultType,
  SiteDecl,
  StateDecl,
  BlockStatement,
  TypeExpr,
} from "./ast.ts";
import { aligned, braces, listed, withDoc } from "./print-lists.ts";

/** How tightly an expression holds together; a looser one inside a tighter one needs parentheses. */
const binding = { comparison: 0, sum: 1, product: 2, unary: 3, power: 4, postfix: 5 } as const;
type Binding = (typeof binding)[keyof typeof binding];

interface OperatorPrinting {
  readonly own: Binding;
  readonly left: Binding;
  readonly right: Binding;
  readonly text: string;
}

const comparing = (operator: Comparison): OperatorPrinting => ({
  own: binding.comparison,
  left: binding.sum,
  right: binding.sum,
  text: ` ${operator} `,
});

const operators: { readonly [O in BinaryOperator]: OperatorPrinting } = {
  "+": { own: binding.sum, left: binding.sum, right: binding.product, text: " + " },
  "-": { own: binding.sum, left: binding.sum, right: binding.product, text: " - " },
  "*": { own: binding.product, left: binding.product, right: binding.unary, text: " * " },
  "/": { own: binding.product, left: binding.product, right: binding.unary, text: " / " },
  "@": { own: binding.product, left: binding.product, right: binding.unary, text: " @ " },
  "^": { own: binding.power, left: binding.postfix, right: binding.unary, text: " ^ " },
  ">": comparing(">"),
  ">=": comparing(">="),
  "<": comparing("<"),
  "<=": comparing("<="),
  "==": comparing("=="),
  "!=": comparing("!="),
};

const bindingOf = (expr: Expr): Binding =>
  expr.kind === "binary"
    ? operators[expr.operator].own
    : expr.kind === "negate"
      ? binding.unary
      : binding.postfix;

/** An expression as source text, with no more parentheses than it needs. */
export const printExpr = (expr: Expr): string => {
  switch (expr.kind) {
    case "number":
      return expr.text;
    case "boolean":
      return spellTruth(expr.value);
    case "string":
      return `"${expr.value}"`;
    case "name":
      return expr.text;
    case "primed":
      return `${expr.name.text}'`;
    case "at-time":
      return `${expr.name.text}[${timeIndex(expr.offset)}]`;
    case "index":
      return `${atLeast(binding.postfix, expr.target)}[${printExpr(expr.index)}]`;
    case "field":
      return `${atLeast(binding.postfix, expr.target)}.${expr.field.text}`;
    case "call":
      return expr.callee.text + printArguments(expr.arguments);
    case "method": {
      const target = atLeast(binding.postfix, expr.target);
      return `${target}.${expr.method.text}${printArguments(expr.arguments)}`;
    }
    case "negate":
      return `-${atLeast(binding.unary, expr.operand)}`;
    case "binary": {
      const { left, right, text } = operators[expr.operator];
      return atLeast(left, expr.left) + text + atLeast(right, expr.right);
    }
    case "concat":
      return `[${expr.parts.map(printExpr).join(", ")}]`;
    case "record": {
      const fields = expr.fields.map(({ name, value }) => `${name.text}: ${printExpr(value)}`);
      return `{${fields.join(", ")}}`;
    }
    case "missing":
      return "…";
  }
};

const spellTruth = (value: boolean): string => (value ? "yes" : "no");

const atLeast = (needed: Binding, expr: Expr): string =>
  bindingOf(expr) < needed ? `(${printExpr(expr)})` : printExpr(expr);

const timeIndex = (offset: number): string =>
  offset === 0 ? "t" : offset < 0 ? `t-${-offset}` : `t+${offset}`;

/** Arguments in their parentheses, `(64, act = tanh)`. */
const printArguments = (list: readonly Argument[]): string => {
  const printed = list.map(({ name, value }) =>
    name === undefined ? printExpr(value) : `${name.text} = ${printExpr(value)}`,
  );
  return `(${printed.join(", ")})`;
};

const printType = ({ base, axes }: TypeExpr): string => {
  const printed = axes.map((axis) => (axis.kind === "hole" ? "_" : printExpr(axis)));
  return printed.length === 0 ? base.text : `${base.text}[${printed.join(", ")}]`;
};

const printParam = ({ name, type }: Param): string => `${name.text}: ${printType(type)}`;

/** `head -> type`, or a record of types, one field per line where that is too long. */
const withResult = (head: string, result: ResultType): string =>
  result.kind === "type"
    ? `${head} -> ${printType(result)}`
    : listed(`${head} -> `, "{ ", result.fields.map(printParam), " }");

const printPipeline = ({ layers }: ArchExpr): string =>
  layers
    .map(
      (layer) =>
        `${layer.name.text}${printArguments(layer.arguments)}${layer.repeated ? "..." : ""}`,
    )
    .join(" >> ");

const printStatement = (statement: BlockStatement): string => {
  switch (statement.kind) {
    case "let":
      return `let ${statement.name.text} = ${printExpr(statement.value)}`;
    case "update":
      return `${statement.name.text}' = ${printExpr(statement.value)}`;
    case "return":
      return `return ${printExpr(statement.value)}`;
  }
};

/** `head = value` or `head { ... }`. */
const printBody = (head: string, body: Expr | ArchExpr | Block): string =>
  body.kind === "block"
    ? braces(head, body.statements.map(printStatement))
    : `${head} = ${body.kind === "arch-expr" ? printPipeline(body) : printExpr(body)}`;

const printNet = (net: NetDecl): string => {
  const head = listed(`net ${net.name.text}`, "(", net.parameters.map(printParam), ")");
  return withDoc(net.doc, printBody(withResult(head, net.result), net.body));
};

/** A net that fits on one line. */
const isPlain = ({ doc, body, result }: NetDecl): boolean =>
  doc === "" && body.kind === "arch-expr" && result.kind === "type";

/** Nets below each other, in columns where they are of one line each. */
const printNets = (nets: readonly NetDecl[]): readonly string[] => {
  const isBreak = (net: NetDecl): boolean => !isPlain(net);
  const end = nets.findIndex(isBreak);
  const plain = end < 0 ? nets : nets.slice(0, end);
  const rows = aligned(plain.map(netColumns));
  const [other] = end < 0 ? [] : nets.slice(end);
  return other === undefined ? rows : [...rows, printNet(other), ...printNets(nets.slice(end + 1))];
};

const netColumns = ({ name, parameters, result, body }: NetDecl): readonly string[] => [
  `net ${name.text}(${parameters.map(printParam).join(", ")})`,
  result.kind === "type" ? `-> ${printType(result)}` : "",
  body.kind === "arch-expr" ? `= ${printPipeline(body)}` : "",
];

const printArch = ({ name, parameters, body }: ArchDecl): string => {
  const printed = parameters.map(
    (parameter) =>
      parameter.name.text +
      (parameter.rest ? "..." : "") +
      (parameter.default === undefined ? "" : ` = ${printExpr(parameter.default)}`),
  );
  return `arch ${name.text}(${printed.join(", ")}) = ${printPipeline(body)}`;
};

const printStates = (states: readonly StateDecl[]): readonly string[] => {
  const rows = aligned(
    states.map(({ name, type, initial }) => [
      `state ${name.text}:`,
      printType(type),
      `= ${printExpr(initial)}`,
    ]),
  );
  return rows.map((row, i) => withDoc(states[i]?.doc ?? "", row));
};

const printOperation = (operation: Operation): string => {
  const { name, role, parameters, result, body, doc } = operation;
  const word = role === "step" || role === name.text ? name.text : `${role} ${name.text}`;
  const head = listed(word, "(", parameters.map(printParam), ")");
  const signature = result === undefined ? head : withResult(head, result);
  return withDoc(doc, printBody(signature, body));
};

const printMemory = ({ name, dims, states, nets, operations }: MemoryDecl): string => {
  const sizes = dims.length === 0 ? "" : `(${dims.map(({ text }) => text).join(", ")})`;
  const groups = [
    printStates(states),
    printNets(nets),
    ...operations.map((o) => [printOperation(o)]),
  ];
  const lines = groups.filter((group) => group.length > 0).map((group) => group.join("\n"));
  return braces(
    `memory ${name.text}${sizes}`,
    [lines.join("\n\n")].filter((text) => text !== ""),
  );
};

const printMember = (member: Member): string => {
  const { name } = member;
  switch (member.kind) {
    case "data": {
      const index = member.indexed ? "[t]" : "";
      const shared = member.shared ? " shared" : "";
      return `data ${name.text}${index}: ${printType(member.type)}${shared}`;
    }
    case "param": {
      const initial = member.initial === undefined ? "" : ` = ${printExpr(member.initial)}`;
      return `param ${name.text}: ${printType(member.type)}${initial}`;
    }
    case "memory-instance": {
      const given = member.arguments.length === 0 ? "" : printArguments(member.arguments);
      return `memory ${name.text}: ${member.memory.text}${given}`;
    }
    case "initial":
    case "equation": {
      const index = member.kind === "initial" ? "[0]" : member.indexed ? "[t]" : "";
      const type = member.type === undefined ? "" : `: ${printType(member.type)}`;
      return `${name.text}${index}${type} = ${printExpr(member.value)}`;
    }
    case "site":
      return printSite(member);
  }
};

const printSite = ({ name, indexed, prior, guide }: SiteDecl): string => {
  const line = `${name.text}${indexed ? "[t]" : ""} ~ ${printExpr(prior)}`;
  if (guide === undefined) return line;
  return `${line}\n  guide ${guide.kind === "guide-prior" ? "prior" : printExpr(guide)}`;
};

const isLine = ({ kind }: Member): boolean => kind === "equation" || kind === "site";

/** Members with an empty line between what is declared and what is defined. */
const printMembers = (members: readonly Member[]): readonly string[] =>
  members.map((member, i) => {
    const previous = members[i - 1];
    const gap = previous !== undefined && isLine(previous) !== isLine(member) ? "\n" : "";
    return gap + withDoc(member.doc, printMember(member));
  });

const printImport = ({ names, path }: Import): string =>
  listed(
    "import ",
    "{ ",
    names.map(({ text }) => text),
    ` } from "${path.text}"`,
  );

const printItem = (item: Item): string => {
  switch (item.kind) {
    case "dim":
      return `dim ${item.name.text}${item.value === undefined ? "" : ` = ${printExpr(item.value)}`}`;
    case "net":
      return printNet({ ...item, doc: "" });
    case "arch":
      return printArch(item);
    case "fn": {
      const head = listed(`fn ${item.name.text}`, "(", item.parameters.map(printParam), ")");
      return printBody(`${head} -> ${printType(item.result)}`, item.body);
    }
    case "memory":
      return printMemory(item);
    case "model":
      return braces(`model ${item.name.text}`, printMembers(item.members));
    case "train":
      return braces(
        "train",
        aligned(item.entries.map(({ name, value }) => [name.text, `= ${printExpr(value)}`])),
      );
  }
};

/**
 * A file as source text in the shipped style. Comments other than doc comments are not in the tree, hence not in
 * the text. Parsing the text gives the same tree again.
 */
export const printFile = (file: File): string => {
  const groups: Item[][] = [];
  for (const item of file.items) {
    const group = groups.at(-1);
    const joins = (item.kind === "dim" || item.kind === "net") && group?.[0]?.kind === item.kind;
    const hasDoc = item.kind !== "train" && item.doc !== "";
    if (joins && !hasDoc) group.push(item);
    else groups.push([item]);
  }
  const printed = groups.map((group) => {
    const nets = group.filter((item) => item.kind === "net");
    const [first] = group;
    const doc = first === undefined || first.kind === "train" ? "" : first.doc;
    const lines =
      nets.length === group.length
        ? printNets(nets.map((n) => ({ ...n, doc: "" })))
        : group.map(printItem);
    return withDoc(doc, lines.join("\n"));
  });
  const imports = file.imports.map(printImport).join("\n");
  const paragraphs = [withDoc(file.doc, "").trimEnd(), imports, ...printed];
  return `${paragraphs.filter((text) => text !== "").join("\n\n")}\n`;
};
