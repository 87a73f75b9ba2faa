/** E035x: architectures and parameters. */
import { didYouMeanAt } from "../../../diagnostics/nearest.ts";
import type { Span } from "../../../diagnostics/span.ts";
import type { Dim } from "../../../shape/dim.ts";
import type { ArchDecl, DimDecl, Expr, Name } from "../../ast.ts";
import type { Finding } from "../finding.ts";
import { error } from "../finding.ts";

export const unknownArchitecture = (name: Name, known: readonly string[]): Finding =>
  error("E0350", `unknown architecture \`${name.text}\``, name.span, {
    label: `there are ${known.join(", ")}`,
    proposals: didYouMeanAt(name, known),
  });

export const architectureArguments = (span: Span, { name, parameters }: ArchDecl): Finding => {
  const usage = parameters.map((p) => `${p.name.text}${p.rest ? "..." : ""}`).join(", ");
  return error("E0351", `wrong arguments of architecture \`${name.text}\``, span, {
    label: `it is ${name.text}(${usage})`,
    secondary: [{ span: name.span, text: "declared here" }],
  });
};

export const layerArguments = (span: Span, usage: string): Finding =>
  error("E0351", "wrong arguments of this layer", span, { label: `it is ${usage}` });

export const layerOutOfPlace = (span: Span, usage: string, last: boolean): Finding =>
  error(
    "E0352",
    last ? "the last layer does not give the declared result" : "this layer ends a network",
    span,
    {
      label: last
        ? "the last layer is linear(), as wide as the result needs"
        : `${usage} stands at the end only`,
    },
  );

export const unknownActivation = (expr: Expr, known: readonly string[]): Finding =>
  error("E0353", "unknown activation", expr.span, {
    label: `one of: ${known.join(", ")}`,
    proposals: expr.kind === "name" ? didYouMeanAt(expr, known) : [],
  });

export const biasNotANumber = (span: Span, fields: readonly string[]): Finding =>
  error("E0354", "a bias is a number", span, {
    label:
      fields.length === 0
        ? "write bias = NUMBER"
        : `write bias = NUMBER or bias = {${fields.map((f) => `${f}: NUMBER`).join(", ")}}`,
  });

export const unknownBiasField = (name: Name, known: readonly string[]): Finding =>
  error("E0354", `the result has no field \`${name.text}\``, name.span, {
    label:
      known.length === 0 ? "it has one value: write bias = NUMBER" : `it has ${known.join(", ")}`,
    proposals: didYouMeanAt(name, known),
  });

export const parameterOfOpenSize = (
  owner: Name,
  parameter: string,
  shape: readonly Dim[],
  dim: DimDecl,
): Finding =>
  error("E0355", `the shape of parameter \`${parameter}\` depends on data`, owner.span, {
    label: `it has shape [${shape.join(", ")}]`,
    secondary: [{ span: dim.span, text: "this dimension has no value: the data decides it" }],
    notes: [
      "parameters outlive the data they were trained on, so their shapes may not depend on it",
    ],
    help: [`give \`${dim.name.text}\` a value, or keep it out of what networks read and give`],
  });
