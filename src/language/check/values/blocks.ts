/** Bodies: `{ let a = …  M' = …  return … }`, whose lines have no order. */
import type { Span } from "../../../diagnostics/span.ts";
import type { Block, Expr, Name, BlockStatement } from "../../ast.ts";
import * as errors from "../errors/bodies.ts";
import * as names from "../errors/names.ts";
import type { Frame, Term, ValueTerm } from "./terms.ts";
import { poison } from "./terms.ts";

/** How a body may change states: only operations of memories do. */
export interface States {
  /** The value before, or `undefined` when there is no such state. */
  readonly before: (name: string) => Term | undefined;
  /** The new value with the state's type; reports what does not fit. */
  readonly accept: (name: Name, term: Term, span: Span) => Term;
}

export interface BodyResult {
  readonly result?: Term;
  readonly updates: ReadonlyMap<string, Term>;
}

type Named = Extract<BlockStatement, { readonly kind: "let" | "update" }>;

const shown = ({ kind, name }: Named): string => (kind === "let" ? name.text : `${name.text}'`);

const collect = (block: Block, frame: Frame): ReadonlyMap<string, Named> => {
  const defined = new Map<string, Named>();
  for (const statement of block.statements) {
    if (statement.kind === "return") continue;
    const before = defined.get(shown(statement));
    if (before === undefined) defined.set(shown(statement), statement);
    else frame.report(names.declaredTwice(statement.name, before.name));
  }
  return defined;
};

const runBlock = (block: Block, outer: Frame, states: States | undefined): BodyResult => {
  const defined = collect(block, outer);
  const terms = new Map<Named, Term>();
  const path: Named[] = [];

  const demand = (statement: Named): Term => {
    const known = terms.get(statement);
    if (known !== undefined) return known;
    const since = path.indexOf(statement);
    if (since >= 0) {
      outer.report(
        errors.cycleInBody(path.slice(since).map((s) => ({ shown: shown(s), span: s.name.span }))),
      );
      return poison;
    }
    path.push(statement);
    const term = accept(statement, frame.analysis.evaluate(statement.value, frame));
    path.pop();
    terms.set(statement, term);
    if (term.kind === "value") frame.builder.name(term.id, `${frame.path}.${statement.name.text}`);
    return term;
  };

  const accept = (statement: Named, term: Term): Term => {
    if (statement.kind === "let") return term;
    const { name, value } = statement;
    if (states === undefined) {
      frame.report(errors.primeOutsideOperation(name.span));
      return poison;
    }
    return states.accept(name, term, value.span);
  };

  const frame: Frame = {
    ...outer,
    local: (name) => {
      const statement = defined.get(name.text);
      return statement?.kind === "let" ? demand(statement) : outer.local(name);
    },
    localNames: () => [
      ...[...defined.values()].flatMap((s) => (s.kind === "let" ? [s.name.text] : [])),
      ...outer.localNames(),
    ],
    primed: (name, span) => {
      const statement = defined.get(`${name.text}'`);
      if (statement !== undefined) return demand(statement);
      // A state that the operation leaves alone is the same after it.
      return states?.before(name.text) ?? outer.primed(name, span);
    },
  };
  for (const statement of defined.values()) demand(statement);
  const updates = new Map<string, Term>();
  for (const statement of defined.values()) {
    if (statement.kind === "update") updates.set(statement.name.text, demand(statement));
  }
  const [first, second] = block.statements.filter((s) => s.kind === "return");
  if (second !== undefined) frame.report(errors.secondReturn(second.span));
  if (first === undefined) return { updates };
  return { updates, result: frame.analysis.evaluate(first.value, frame) };
};

/** Evaluates a body in its frame; without `states` nothing may be primed. */
export const runBody = (body: Expr | Block, frame: Frame, states?: States): BodyResult =>
  body.kind === "block"
    ? runBlock(body, frame, states)
    : { updates: new Map(), result: frame.analysis.evaluate(body, frame) };

/** Parameters as local names in front of whatever the frame knows. */
export const withParameters = (frame: Frame, values: ReadonlyMap<string, ValueTerm>): Frame => ({
  ...frame,
  local: (name) => values.get(name.text) ?? frame.local(name),
  localNames: () => [...values.keys(), ...frame.localNames()],
});
