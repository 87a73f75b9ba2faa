/**
 * How values meet whose leading axes differ. A value has shape [k, b, …] with k 1 or K and b 1 or B: size 1 where it
 * does not vary over particles or the batch, so that such work is done once. Elementwise primitives broadcast by
 * themselves; what is here does so for the others, without making copies where it can.
 */
import { invariant } from "../diagnostics/invariant.ts";
import { broadcast, concat, contract, gather, reshape, transpose } from "../graph/build.ts";
import type { Node, Shape } from "../graph/op.ts";
import { broadcastShapes, elements } from "../graph/shapes.ts";

/** The value before any reshaping. */
export const unshaped = (x: Node): Node => (x.op === "reshape" ? unshaped(x.operands[0]) : x);

/** The elements in another shape, through at most one reshape. */
export const reshapeTo = (x: Node, shape: Shape): Node => reshape(unshaped(x), shape);

const leadOf = (x: Node, core: number): Shape => x.shape.slice(0, x.shape.length - core);
const coreOf = (x: Node, core: number): Shape => x.shape.slice(x.shape.length - core);

/** The values with equal leading axes; `cores` says how many trailing axes of each are its own. */
export const alignLeads = (xs: readonly Node[], cores: readonly number[]): readonly Node[] => {
  const leads = xs.map((x, i) => leadOf(x, cores[i] ?? 0));
  const lead = leads.reduce(broadcastShapes);
  return xs.map((x, i) => broadcast(x, [...lead, ...coreOf(x, cores[i] ?? 0)]));
};

/** Joined along the last axis. */
export const concatLast = (xs: readonly Node[]): Node => {
  const aligned = alignLeads(
    xs,
    xs.map(() => 1),
  );
  return concat(aligned, (aligned[0]?.shape.length ?? 1) - 1);
};

/** Subscripts for leading axes: particles, batch, then others. Core axes use m, n, i, o. */
const LEAD_SUBSCRIPTS = "kbcdefgh";

/**
 * einsum over the core axes named by `spec` ("mi,in->mn"), mapped over the leading axes before them. Leading axes of
 * size 1 take no part: a weight matrix [1, 1, i, o] meets [K, B, i] as "kbi,io->kbo".
 */
export const contractCores = (a: Node, b: Node, spec: `${string},${string}->${string}`): Node => {
  const [, coreA, coreB, coreOut] = /^(\w*),(\w*)->(\w*)$/u.exec(spec) ?? [];
  invariant(coreA !== undefined && coreB !== undefined && coreOut !== undefined, spec);
  const leadA = leadOf(a, coreA.length);
  const leadB = leadOf(b, coreB.length);
  const lead = broadcastShapes(leadA, leadB);
  invariant(lead.length <= LEAD_SUBSCRIPTS.length, `${lead.length} leading axes`);
  const subscriptsOf = (shape: Shape): string =>
    shape.map((n, axis) => (n > 1 ? LEAD_SUBSCRIPTS.charAt(axis) : "")).join("");
  const squeezed = (x: Node, own: Shape, core: number): Node =>
    reshapeTo(x, [...own.filter((n) => n > 1), ...coreOf(x, core)]);
  const result = contract(
    squeezed(a, leadA, coreA.length),
    squeezed(b, leadB, coreB.length),
    `${subscriptsOf(leadA)}${coreA},${subscriptsOf(leadB)}${coreB}->${subscriptsOf(lead)}${coreOut}`,
  );
  return reshapeTo(result, [...lead, ...coreOf(result, coreOut.length)]);
};

/**
 * Rows of tables: ([lead…, n, rest…], int [lead…]) to [lead…, rest…]. A table that is the same along a leading axis is
 * read where it is: a memory shared by the batch is not copied for every particle and sequence.
 */
export const gatherRows = (table: Node, index: Node, rest: number): Node => {
  const tableLead = leadOf(table, rest + 1);
  const lead = broadcastShapes(tableLead, index.shape);
  const axes = lead.map((_, axis) => axis);
  const sizeOf = (shape: Shape, axis: number): number => shape[axis] ?? 1;
  const shared = axes.filter((axis) => sizeOf(tableLead, axis) > 1);
  const own = axes.filter((axis) => sizeOf(tableLead, axis) === 1 && sizeOf(lead, axis) > 1);
  const order = [...shared, ...own];

  const wide = broadcast(
    index,
    axes.map((axis) => sizeOf(shared.includes(axis) ? tableLead : index.shape, axis)),
  );
  const kept = axes.filter((axis) => order.includes(axis));
  const squeezed = reshapeTo(
    wide,
    kept.map((axis) => sizeOf(lead, axis)),
  );
  const places = transpose(
    squeezed,
    order.map((axis) => kept.indexOf(axis)),
  );
  const rows = gather(
    reshapeTo(table, [...shared.map((axis) => sizeOf(lead, axis)), ...coreOf(table, rest + 1)]),
    places,
    shared.length,
  );
  const restAxes = coreOf(table, rest).map((_, i) => order.length + i);
  const back = transpose(rows, [...kept.map((axis) => order.indexOf(axis)), ...restAxes]);
  return reshapeTo(back, [...lead, ...coreOf(table, rest)]);
};

/** Sums, the smallest first, so that what does not vary stays small until it must broadcast. */
export const smallestFirst = (xs: readonly Node[]): readonly Node[] =>
  xs.toSorted((a, b) => elements(a.shape) - elements(b.shape));
