/** Functions of a module in C, one for each number of lanes that is asked for. */
import type { CodeFunctionName, Lanes, Module, CodeStatement } from "../../code/code.ts";
import { InternalError, invariant } from "../../diagnostics/invariant.ts";
import { printExpr, typeName, type NamesInC } from "./expressions.ts";
import { namer, type Namer } from "./names.ts";

export interface Functions {
  /** The identifier of a function for this many lanes, which is printed for having been asked for. */
  readonly call: (name: CodeFunctionName, lanes: Lanes) => string;
  /** What was asked for, callees first. After that nothing more may be asked for. */
  readonly print: () => readonly string[];
}

export const functionsOf = (module: Module, local: Namer): Functions => {
  const identifier = namer("f_");
  const asked = new Map<CodeFunctionName, Set<Lanes>>(
    module.functions.map(({ name }) => [name, new Set()]),
  );
  const call: Functions["call"] = (name, lanes) => {
    const counts = asked.get(name);
    invariant(counts !== undefined, `no function ${name}`);
    counts.add(lanes);
    return `${identifier(name)}_x${lanes}`;
  };
  const scope: NamesInC = {
    local,
    call,
    variable: (name) => outside(`variable ${name}`),
    buffer: (name) => outside(`buffer ${name}`),
  };
  const printOne = ({ name, params, body }: Module["functions"][number], lanes: Lanes): string => {
    const { lets, result } = body(lanes);
    const given = params.map((param) => `f32x${lanes} ${local(param)}`).join(", ");
    const lines = [
      ...lets.map((line) => letText(line, scope)),
      `return ${printExpr(result, scope).text};`,
    ];
    const body_ = lines.map((line) => `  ${line}`).join("\n");
    return `FN f32x${lanes} ${identifier(name)}_x${lanes}(${given}) {\n${body_}\n}`;
  };
  return {
    call,
    // Callers come last and are printed first, as printing them asks for callees.
    print: () =>
      module.functions
        .toReversed()
        .flatMap((one) => [...(asked.get(one.name) ?? [])].map((lanes) => printOne(one, lanes)))
        .toReversed(),
  };
};

const letText = (statement: CodeStatement, scope: NamesInC): string => {
  invariant(statement.kind === "let", `a function with a ${statement.kind}`);
  const { local, type, value } = statement;
  return `const ${typeName(type)} ${scope.local(local)} = ${printExpr(value, scope).text};`;
};

const outside = (what: string): never => {
  throw new InternalError(`a function uses ${what}`);
};
