/** E032x: bodies of functions, networks and operations. */
import { didYouMeanAt } from "../../../diagnostics/nearest.ts";
import type { Span } from "../../../diagnostics/span.ts";
import type { Name, StateDecl } from "../../ast.ts";
import type { Finding } from "../finding.ts";
import { error } from "../finding.ts";
import type { Axis } from "../types/event-type.ts";
import { origins } from "../types/event-type.ts";

export const wrongResult = (
  span: Span,
  what: string,
  declared: string,
  found: string,
  axes: readonly Axis[],
): Finding =>
  error("E0320", `${what} does not give what it declares`, span, {
    label: `found    ${found}`,
    notes: [`declared ${declared}`],
    secondary: origins(axes),
  });

export const missingReturn = (name: Name, what: string): Finding =>
  error("E0321", `${what} declares a result and returns none`, name.span, {
    label: "its block needs a line `return ..`",
  });

export const secondReturn = (span: Span): Finding =>
  error("E0321", "a second `return`", span, { label: "a block returns once" });

export const resultNotDeclared = (span: Span, name: Name, found: string): Finding =>
  error("E0321", `operation \`${name.text}\` returns a value and declares none`, span, {
    label: found,
    help: ["write `-> TYPE` after its parameters, or change states with `state' = ..`"],
  });

export const updateBesideResult = (name: Name, what: string): Finding =>
  error("E0322", `${what} gives a value and cannot change states`, name.span, {
    label: "an operation with `->` leaves the memory as it is; split it in two",
  });

export const primeOutsideOperation = (span: Span): Finding =>
  error("E0323", "only an operation of a memory changes states", span, {
    label: "there are no states here",
  });

export const unknownState = (span: Span, text: string, known: Iterable<string> = []): Finding => {
  const all = [...known];
  return error("E0323", `there is no state \`${text}\``, span, {
    label:
      all.length === 0
        ? "a prime marks the new value of a state"
        : `the states are ${all.join(", ")}`,
    proposals: didYouMeanAt({ text, span }, all),
  });
};

export const wrongState = (
  span: Span,
  state: StateDecl,
  declared: string,
  found: string,
): Finding =>
  error("E0324", `\`${state.name.text}\` is set to something of another shape`, span, {
    label: `found    ${found}`,
    secondary: [{ span: state.type.span, text: "declared here" }],
    notes: [`declared ${declared}`],
  });

export const timeOutsideModel = (span: Span, name: string): Finding =>
  error("E0325", `\`${name}\` has no time here`, span, {
    label: "only a model has time: pass the value as an argument",
  });

export const cycleInBody = (
  cycle: readonly { readonly shown: string; readonly span: Span }[],
): Finding => {
  const [first, ...rest] = cycle;
  const shown = cycle.map((one) => one.shown);
  const path = [...shown, ...shown.slice(0, 1)].join(" <- ");
  return error("E0404", `\`${first?.shown ?? ""}\` depends on itself`, first?.span ?? nowhere, {
    label: "these lines have no order, so none can come first",
    secondary: rest.map(({ span, shown: name }) => ({ span, text: `\`${name}\` is part of it` })),
    notes: [`the cycle: ${path}`],
  });
};

const nowhere: Span = { file: "", start: 0, end: 0 };
