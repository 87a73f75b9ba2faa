/** What a rewriting rule is. */
import type { Node, NodeOf, OpName } from "../../op.ts";

/**
 * An equal node that is cheaper or closer to the normal form, or `undefined` if the rule does not apply. The
 * operands of the given node are in normal form; those of the answer need not be. No rule undoes another.
 */
export type Rule<K extends OpName> = (node: NodeOf<K>) => Node | undefined;

/** Every primitive's rules, tried in order. */
export type Rules = { readonly [K in OpName]: readonly Rule<K>[] };
