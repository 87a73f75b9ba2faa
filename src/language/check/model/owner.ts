import type { Name } from "../../ast.ts";
import type { Reference } from "./causality.ts";

/** The member whose text is elaborated. */
export interface Owner {
  readonly name: Name;
  readonly indexed: boolean;
  readonly part: Reference["part"];
}
