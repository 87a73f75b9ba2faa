/** One kernel of a matrix product: tiles of sums in registers. */
import { invariant } from "../../diagnostics/invariant.ts";
import { elements } from "../../graph/shapes.ts";
import type { Product } from "../../loops/program.ts";
import type { Lanes, CodeStatement, CodeTarget, Variable } from "../code.ts";
import { analyse } from "./analysis.ts";
import { finishRows, finishTile, isLong, keepSums, placeOf } from "./epilogue.ts";
import { freshNames } from "./names.ts";
import {
  copiesOf,
  extentOf,
  lanesFor,
  overlapping,
  singly,
  type Extent,
  type LoopPlan,
  type NestPlan,
} from "./plan.ts";
import { sumTerms } from "./sums.ts";
import { chooseTile, type Tile } from "./tile.ts";
import { openLoop, walk } from "./walk.ts";

/** The statements of the product's kernel. */
export const emitProduct = (
  product: Product,
  target: CodeTarget,
  threads: number,
  times: readonly Variable[],
): readonly CodeStatement[] => {
  const { row, column } = product;
  const analysis = analyse(product);
  const kernel = { analysis, fresh: freshNames(), times };
  const { around, rows, panels, tile, columns, isReread } = layoutOf(product, target, threads);
  const planOf = (loops: readonly LoopPlan[]): NestPlan => {
    const vector = tile.lanes === 1 ? undefined : { axis: column, lanes: tile.lanes };
    return {
      loops: [...around, ...loops],
      outside: around.length + loops.length,
      vector,
      hoist: false,
    };
  };
  const isByRows = tile.rows > 1 && isLong(analysis, tile.rows * tile.vectors);
  const place = isByRows ? placeOf(product, analysis) : undefined;
  if (row !== undefined && columns !== undefined && place !== undefined) {
    return walk({ ...kernel, plan: planOf(rows) }, (ids, scope) => {
      for (const panel of panels) {
        openLoop(panel, scope, (inside) => {
          keepSums(sumTerms(product, inside), place, inside);
        });
      }
      finishRows({ row, column, columns }, place, ids, scope);
    });
  }
  return panels.flatMap((panel) => {
    const plan = planOf(isReread ? [...rows, panel] : [panel, ...rows]);
    return walk({ ...kernel, plan }, (ids, scope) => {
      finishTile(sumTerms(product, scope), ids, scope);
    });
  });
};

/** How a product is cut into tiles. */
interface Layout {
  /** The loops outside of all tiles. */
  readonly around: readonly LoopPlan[];
  /** Over tiles of rows. */
  readonly rows: readonly LoopPlan[];
  /** Over tiles of columns, one loop for each width. */
  readonly panels: readonly LoopPlan[];
  readonly tile: Tile;
  /** How many columns there are, where that is known. */
  readonly columns: number | undefined;
  /**
   * Whether tiles go along the rows, so that lines of results are whole while they are near, as `b` stays in a cache;
   * else down the panels, and `b` is read once.
   */
  readonly isReread: boolean;
}

/** What the second cache holds of `b`, in elements: a megabyte. */
const cachedElements = 1 << 18;
/** Fewer do not pay for reading all of `b` anew for each tile of rows. */
const manyRows = 64;

const layoutOf = (
  { axes, row, column, partitioned, terms }: Product,
  target: CodeTarget,
  threads: number,
): Layout => {
  const extents = axes.map((size, axis) => extentOf(size, axis === partitioned, threads));
  const columns = partsOf(column, extents);
  const rows = row === undefined ? undefined : partsOf(row, extents);
  const lanes = lanesFor(columns.inner.least, target.lanes);
  const tile = chooseTile(
    {
      rows: rows?.inner.most ?? 1,
      columns: columns.inner.most,
      mostRows: Math.max(1, rows?.inner.least ?? 1),
      mostVectors: mostVectors(columns.inner, lanes),
      lanes,
    },
    target,
  );
  const others = extents.flatMap((extent, axis) =>
    axis === row || axis === column ? [] : [singly(axis, extent)],
  );
  const depth = terms.reduce((sum, { inner }) => sum + elements(inner), 0);
  return {
    around: [...others, ...columns.outer],
    rows:
      row === undefined || rows === undefined
        ? []
        : [...rows.outer, overlapping(row, rows.inner, tile.rows, copiesOf(tile.rows, 1))],
    panels: panelsOf(column, columns.inner, tile),
    tile,
    columns: typeof columns.inner.to === "number" ? columns.inner.to : undefined,
    isReread: (rows?.inner.most ?? 0) >= manyRows && depth * columns.inner.most <= cachedElements,
  };
};

/** Where parts are only known at run time, a tile must fit the least. */
const mostVectors = ({ to, least }: Extent, lanes: Lanes): number =>
  typeof to === "number" ? Math.ceil(to / lanes) : Math.max(1, Math.floor(least / lanes));

/** An axis as the start of this thread's part, if there is one, and what is to be covered from there. */
interface Parts {
  readonly outer: readonly LoopPlan[];
  readonly inner: Extent;
}

/** Equal parts have known sizes: after one step to where the thread's begins, there are no parts any more. */
const partsOf = (axis: number, extents: readonly Extent[]): Parts => {
  const extent = extents[axis];
  invariant(extent !== undefined, `no axis ${axis}`);
  const { from, to, least, most } = extent;
  if (typeof from === "number" || least !== most) return { outer: [], inner: extent };
  return {
    outer: [{ axis, regions: [{ from, to, step: most, copies: [0] }] }],
    inner: { from: 0, to: most, least, most },
  };
};

/** Whole tiles, then one of as few vectors as cover the rest, the last of which ends with it. */
const panelsOf = (axis: number, extent: Extent, { vectors, lanes }: Tile): readonly LoopPlan[] => {
  const { from, to } = extent;
  const width = vectors * lanes;
  if (typeof from !== "number" || typeof to !== "number") {
    return [overlapping(axis, extent, width, copiesOf(vectors, lanes))];
  }
  const whole = Math.floor(to / width) * width;
  const panels: LoopPlan[] = [];
  if (whole > 0) {
    const copies = copiesOf(vectors, lanes);
    panels.push({ axis, regions: [{ from: 0, to: whole, step: width, copies }] });
  }
  if (whole < to) {
    const rest = Math.ceil((to - whole) / lanes);
    const copies = [...copiesOf(rest - 1, lanes), to - whole - lanes];
    panels.push({ axis, regions: [{ from: whole, to, step: to - whole, copies }] });
  }
  return panels;
};
