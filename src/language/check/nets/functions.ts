/** Nets and functions, ready to be put in place of their calls. */
import { invariant } from "../../../diagnostics/invariant.ts";
import type { Span } from "../../../diagnostics/span.ts";
import type { ArchExpr, Block, Expr, FnDecl, Name, NetDecl } from "../../ast.ts";
import { applyOne } from "../values/apply.ts";
import { planArchitecture } from "./architectures.ts";
import { runBody, withParameters } from "../values/blocks.ts";
import type { NetHead } from "./heads.ts";
import { headOf } from "./heads.ts";
import type { LayerBuilder, Surroundings } from "./layers.ts";
import { asVector } from "../values/vectors.ts";
import * as bodies from "../errors/bodies.ts";
import * as errors from "../errors/nets.ts";
import { acceptResult } from "../types/results.ts";
import type { DeclaredParameter, NetResult, Signed } from "../types/signatures.ts";
import type {
  Callable,
  CallableParameter,
  DecidedWidth,
  Frame,
  Term,
  ValueTerm,
} from "../values/terms.ts";
import { poison } from "../values/terms.ts";

/** A declaration where it is about to be called. */
export interface Placed<D> extends Signed<D> {
  readonly broken: () => boolean;
  /** Surroundings of the body, not yet mapped and without its parameters. */
  readonly frame: Frame;
  readonly widths: Map<string, DecidedWidth>;
}

/** Parameters that look the same from inside and outside. */
const unchanged = ({ name, type, span }: DeclaredParameter): CallableParameter => ({
  name,
  outer: type,
  inner: type,
  span,
});

const callable = (
  what: string,
  { parameters, broken, widths }: Placed<unknown>,
  inline: Callable["inline"],
): Callable => ({
  what,
  parameters: parameters.map(unchanged),
  broken,
  updates: false,
  toCaller: (axis) => axis,
  widths,
  inline,
});

const runTyped = (
  body: Expr | Block,
  result: NetResult,
  name: Name,
  what: string,
  frame: Frame,
): Term => {
  const { result: term } = runBody(body, frame);
  if (term === undefined) {
    frame.report(bodies.missingReturn(name, what));
    return poison;
  }
  return acceptResult(term, result, resultSpan(body), what, frame);
};

/** Where a body says what it gives. */
export const resultSpan = (body: Expr | Block): Span => {
  if (body.kind !== "block") return body.span;
  const given = body.statements.find((statement) => statement.kind === "return");
  return given?.kind === "return" ? given.value.span : body.span;
};

/** A function, inlined where it is called. */
export const fnCallable = (placed: Placed<FnDecl>): Callable => {
  const { decl, result, frame } = placed;
  const what = `function \`${decl.name.text}\``;
  return callable(what, placed, (values, lead) =>
    runTyped(decl.body, result, decl.name, what, withParameters({ ...frame, lead }, values)),
  );
};

/** What the names of an architecture mean in this frame. */
export const surroundingsOf = (frame: Frame): Surroundings => ({
  scope: frame.scope,
  dims: frame.dims,
  parameters: new Map(),
  report: frame.report,
  of: (file) =>
    surroundingsOf({
      ...frame,
      scope: frame.analysis.modules.scopes.get(file) ?? new Map<string, never>(),
      dims: frame.analysis.dims.ofFile(file),
    }),
});

/** The layers of an architecture for this head, or `undefined` when something was reported. */
const planLayers = (
  arch: ArchExpr,
  head: NetHead,
  frame: Frame,
): readonly LayerBuilder[] | undefined => {
  const planned = planArchitecture(arch, surroundingsOf(frame));
  if (planned === undefined) return undefined;
  const builders: LayerBuilder[] = [];
  let broken = false;
  const early = planned.slice(0, -1).find((layer) => layer.rule.last);
  const end = planned.at(-1);
  const misplaced = early ?? (end?.rule.last === false ? end : undefined);
  if (misplaced !== undefined) {
    const { span, rule } = misplaced;
    frame.report(errors.layerOutOfPlace(span, rule.usage, misplaced === end));
    return undefined;
  }
  for (const layer of planned) {
    const builder = layer.rule.plan(layer, head, frame);
    if (builder === undefined) broken = true;
    else builders.push(builder);
  }
  return broken ? undefined : builders;
};

/** An argument as a vector; an index as its one-hot vector. */
const asInput = (term: ValueTerm, frame: Frame): ValueTerm => {
  const { of, axes, base } = term.type;
  if (base !== "index" || of === undefined) return asVector(frame, term);
  const attrs = { size: frame.concrete(of.dim) };
  const result = { base: "simplex" as const, core: [...axes, of] };
  return asVector(frame, applyOne(frame, "onehot", { term, core: axes.length }, attrs, result));
};

const runLayers = (
  builders: readonly LayerBuilder[],
  values: ReadonlyMap<string, ValueTerm>,
  { decl }: Placed<NetDecl>,
  frame: Frame,
  owner: string,
): ValueTerm => {
  const inputs = decl.parameters.map(({ name }) => {
    const value = values.get(name.text);
    invariant(value !== undefined, `argument ${name.text} is bound`);
    return asInput(value, frame);
  });
  let outputs: readonly ValueTerm[] = inputs;
  for (const [i, build] of builders.entries()) {
    const prefix = builders.length === 1 ? frame.path : `${frame.path}.${i}`;
    outputs = [build(outputs, frame, { prefix, owner, net: decl.name })];
  }
  const [output] = outputs;
  invariant(output !== undefined, "an architecture has a last layer");
  return output;
};

/** A net, inlined where it is called; its parameters are named after the path of its frame. */
export const netCallable = (placed: Placed<NetDecl>, owner: string): Callable => {
  const { decl, result, frame } = placed;
  const { body } = decl;
  const what = `network \`${decl.name.text}\``;
  if (body.kind === "block") {
    return callable(what, placed, (values, lead) =>
      runTyped(body, result, decl.name, what, withParameters({ ...frame, lead }, values)),
    );
  }
  return callable(what, placed, (values, lead) => {
    const inner = { ...frame, lead };
    const head = headOf(result);
    const builders = planLayers(body, head, inner);
    if (builders === undefined) return poison;
    return head.finish(runLayers(builders, values, placed, inner, owner), inner);
  });
};
