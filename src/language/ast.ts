import type { Span } from "../diagnostics/span.ts";

/** A parsed file. Order of items does not matter to anyone but the printer. */
export interface File {
  readonly kind: "file";
  readonly path: string;
  /** Text of the `///` lines at the top, when an empty line parts them from the first declaration. */
  readonly doc: string;
  readonly imports: readonly Import[];
  readonly items: readonly Item[];
  readonly span: Span;
}

export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** `import { DNC } from "./memory/dnc.gtm"`. */
export interface Import {
  readonly names: readonly Name[];
  readonly path: Name;
  readonly span: Span;
}

export type Item = DimDecl | NetDecl | ArchDecl | FnDecl | MemoryDecl | ModelDecl | TrainDecl;

interface Declared {
  readonly name: Name;
  /** Text of the `///` lines above. */
  readonly doc: string;
  readonly span: Span;
}

/** `dim P = R * Z + H`; without a value it is bound by data. */
export interface DimDecl extends Declared {
  readonly kind: "dim";
  readonly value?: Expr;
}

/** `net f(a: T) -> R = arch` or `net f(a: T) -> R { let …  return … }`. */
export interface NetDecl extends Declared {
  readonly kind: "net";
  readonly parameters: readonly Param[];
  readonly result: ResultType;
  readonly body: ArchExpr | Block;
}

/**
 * `arch mlp(H..., act = relu) = dense(H, act)... >> linear()`: an architecture built from others. A parameter
 * with `...` takes any number of sizes, and a layer with `...` is repeated for each of them.
 */
export interface ArchDecl extends Declared {
  readonly kind: "arch";
  readonly parameters: readonly ArchParam[];
  readonly body: ArchExpr;
}

export interface ArchParam {
  readonly name: Name;
  readonly rest: boolean;
  readonly default?: Expr;
}

/** Layers in order; one layer where there is no `>>`. */
export interface ArchExpr {
  readonly kind: "arch-expr";
  readonly layers: readonly Layer[];
  readonly span: Span;
}

export interface Layer {
  readonly name: Name;
  readonly arguments: readonly Argument[];
  readonly repeated: boolean;
  readonly span: Span;
}

/** `fn f(a: T) -> R = expr` or with a block. */
export interface FnDecl extends Declared {
  readonly kind: "fn";
  readonly parameters: readonly Param[];
  readonly result: TypeExpr;
  readonly body: Expr | Block;
}

export interface MemoryDecl extends Declared {
  readonly kind: "memory";
  /** Sizes, bound where the memory is declared in a model. */
  readonly dims: readonly Name[];
  readonly states: readonly StateDecl[];
  readonly nets: readonly NetDecl[];
  readonly operations: readonly Operation[];
}

/** `state M: real[N, W] = 1e-6`. */
export interface StateDecl extends Declared {
  readonly kind: "state";
  readonly type: TypeExpr;
  readonly initial: Expr;
}

/** `read(w: simplex[R, L]) -> real[R, W] = w @ M`. Without a result it gives the new memory. */
export interface Operation extends Declared {
  readonly kind: "operation";
  /** The role word in front or, for `read(…)` and the like, the name itself; any other name is a `step`. */
  readonly role: "address" | "read" | "write" | "step";
  readonly parameters: readonly Param[];
  readonly result?: ResultType;
  readonly body: Expr | Block;
}

/** `{ let a = …  M' = …  return … }`; equations are unordered. */
export interface Block {
  readonly kind: "block";
  readonly statements: readonly BlockStatement[];
  readonly span: Span;
}

export type BlockStatement =
  | { readonly kind: "let"; readonly name: Name; readonly value: Expr; readonly span: Span }
  /** `M' = …`. */
  | { readonly kind: "update"; readonly name: Name; readonly value: Expr; readonly span: Span }
  | { readonly kind: "return"; readonly value: Expr; readonly span: Span };

export interface Param {
  readonly name: Name;
  readonly type: TypeExpr;
  readonly span: Span;
}

/** `real[R, Z]`, `normal[Z]`, `index[S]`, `pos`; `real[_]` is a width that the call decides. */
export interface TypeExpr {
  readonly kind: "type";
  readonly base: Name;
  readonly axes: readonly (Expr | Hole)[];
  readonly span: Span;
}

export interface Hole {
  readonly kind: "hole";
  readonly span: Span;
}

/** `{ v: real[Z], erase: unit[Z] }`. */
export interface RecordType {
  readonly kind: "record-type";
  readonly fields: readonly Param[];
  readonly span: Span;
}

export type ResultType = TypeExpr | RecordType;

export interface ModelDecl extends Declared {
  readonly kind: "model";
  readonly members: readonly Member[];
}

export type Member = DataDecl | ParamDecl | MemoryInstance | InitialValue | Equation | SiteDecl;

/** `data x[t]: unit[X]`, `data support: unit[S, X] shared`. */
export interface DataDecl extends Declared {
  readonly kind: "data";
  readonly indexed: boolean;
  readonly shared: boolean;
  readonly type: TypeExpr;
}

/** `param e_p: real[E] = randn(0.1)`. */
export interface ParamDecl extends Declared {
  readonly kind: "param";
  readonly type: TypeExpr;
  readonly initial?: Expr;
}

/** `memory rnn: LSTM(H)`. */
export interface MemoryInstance extends Declared {
  readonly kind: "memory-instance";
  readonly memory: Name;
  readonly arguments: readonly Argument[];
}

/** `z[0]: real[Z] = 0`; the type may be left out where it is known. */
export interface InitialValue extends Declared {
  readonly kind: "initial";
  readonly type?: TypeExpr;
  readonly value: Expr;
}

/** `psi[t] = …`, `e: real[S, E] = …`. */
export interface Equation extends Declared {
  readonly kind: "equation";
  readonly indexed: boolean;
  readonly type?: TypeExpr;
  readonly value: Expr;
}

/** `z[t] ~ prior(psi[t])` with its guide below. */
export interface SiteDecl extends Declared {
  readonly kind: "site";
  readonly indexed: boolean;
  readonly prior: Expr;
  /** A distribution, or the word `prior`. */
  readonly guide?: Expr | { readonly kind: "guide-prior"; readonly span: Span };
}

/** `train { objective = elbo  batch = 10 }`: values only. */
export interface TrainDecl {
  readonly kind: "train";
  readonly entries: readonly Setting[];
  readonly span: Span;
}

export interface Setting {
  readonly name: Name;
  readonly value: Expr;
  readonly span: Span;
}

/** A positional argument, or a named one (`act = tanh`, `bias = {ga: 3}`). */
export interface Argument {
  readonly name?: Name;
  readonly value: Expr;
  readonly span: Span;
}

export type Comparison = ">" | ">=" | "<" | "<=" | "==" | "!=";

export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "@" | Comparison;

export type Expr =
  | { readonly kind: "number"; readonly value: number; readonly text: string; readonly span: Span }
  /** `yes`, `no`. */
  | { readonly kind: "boolean"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "name"; readonly text: string; readonly span: Span }
  /** `M'`: the value after. */
  | { readonly kind: "primed"; readonly name: Name; readonly span: Span }
  /** `x[t]` is offset 0, `x[t-2]` is -2, `x[t+1]` is 1. */
  | { readonly kind: "at-time"; readonly name: Name; readonly offset: number; readonly span: Span }
  /** `M[a]`. */
  | { readonly kind: "index"; readonly target: Expr; readonly index: Expr; readonly span: Span }
  /** `rnn[t].h`. */
  | { readonly kind: "field"; readonly target: Expr; readonly field: Name; readonly span: Span }
  | {
      readonly kind: "call";
      readonly callee: Name;
      readonly arguments: readonly Argument[];
      readonly span: Span;
    }
  /** `mem[t-1].write(…)`. */
  | {
      readonly kind: "method";
      readonly target: Expr;
      readonly method: Name;
      readonly arguments: readonly Argument[];
      readonly span: Span;
    }
  | { readonly kind: "negate"; readonly operand: Expr; readonly span: Span }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly operatorSpan: Span;
      readonly left: Expr;
      readonly right: Expr;
      readonly span: Span;
    }
  /** `[a, b]`: concatenation of vectors. */
  | { readonly kind: "concat"; readonly parts: readonly Expr[]; readonly span: Span }
  /** `{ga: 3, gw: 3}`. */
  | {
      readonly kind: "record";
      readonly fields: readonly { readonly name: Name; readonly value: Expr }[];
      readonly span: Span;
    }
  /** What stands where recovery skipped text; checks stay silent about it. */
  | { readonly kind: "missing"; readonly span: Span };
