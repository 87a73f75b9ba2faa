/** How the functions of this folder are written. */
import type { CodeExpr, Function, Lanes, CodeStatement, CodeType } from "../code.ts";
import { get } from "../build.ts";
import { f32 } from "../type.ts";

/** What the definition of a function works with. */
export interface Maker {
  readonly lanes: Lanes;
  /** Names a value that is used more than once. */
  readonly keep: (value: CodeExpr, scalar?: CodeType["scalar"]) => CodeExpr;
}

/** A function by its result in terms of its parameters. */
export const define = (
  name: string,
  params: readonly string[],
  result: (maker: Maker, ...args: readonly CodeExpr[]) => CodeExpr,
): Function => ({
  name,
  params,
  body: (lanes) => {
    const lets: CodeStatement[] = [];
    const keep: Maker["keep"] = (value, scalar = "f32") => {
      const type: CodeType = { scalar, lanes };
      const local = `v${lets.length}`;
      lets.push({ kind: "let", local, type, value });
      return get(local, type);
    };
    const args = params.map((param) => get(param, f32(lanes)));
    return { result: result({ lanes, keep }, ...args), lets };
  },
});
