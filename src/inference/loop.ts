/** A scan under construction: arguments appear as the body asks for them. */
import { invariant } from "../diagnostics/invariant.ts";
import { broadcast, input, reshape, scan, select } from "../graph/build.ts";
import type { Node, NodeOf, Shape } from "../graph/op.ts";
import { broadcastShapes, sameShape, type Typed } from "../graph/shapes.ts";
import { reshapeTo, unshaped } from "./align.ts";

/** What a body may bring in. */
export interface Imports {
  /** A value from outside, equal in every step. */
  readonly constant: (node: Node) => Node;
  /** This step's element of a value [length, …]; the value is asked for when the loop is closed. */
  readonly perStep: (key: string, type: Typed, whole: () => Node) => Node;
}

/** A recurrent quantity: where it starts, and how long its event shape is. */
export interface Recurrence {
  readonly name: string;
  /** [k, b, E…] */
  readonly initial: Node;
}

export interface OpenLoop<Body> {
  /** What `build` made, for further questions about a step. */
  readonly body: Body;
  /** Makes the scan: stacked outputs [length, …], and the carries as they are in the end. */
  readonly close: (outputs: readonly Node[]) => ClosedLoop;
}

interface ClosedLoop {
  readonly outputs: readonly Node[];
  readonly final: ReadonlyMap<string, Node>;
}

export interface LoopOptions<Body> {
  readonly length: number;
  readonly reverse: boolean;
  readonly carries: readonly Recurrence[];
  /** The body, given its imports and the carries as a step finds them. */
  readonly build: (imports: Imports, carry: (name: string) => Node) => Body;
  /** A carry as a step leaves it. */
  readonly next: (body: Body, name: string) => Node;
  /** Per step [1, b, 1…] of this rank: where it is 0 the carries stay as they are. */
  readonly mask?: (imports: Imports, rank: number) => Node;
}

const LEADING = 2;

/**
 * Opens a loop. Whether a carry varies over particles and batch shows only in the body that it feeds: the body is built
 * anew with wider carries until it leaves them as wide as it found them, at most twice for each.
 */
export const openLoop = <Body>(options: LoopOptions<Body>): OpenLoop<Body> => {
  const leads = new Map(
    options.carries.map(({ name, initial }) => [name, initial.shape.slice(0, LEADING)]),
  );
  for (;;) {
    const attempt = tryLoop(options, leads);
    if (attempt !== undefined) return attempt;
  }
};

/** A loop whose carries have these leading axes, or `undefined` after widening those that do not suffice. */
const tryLoop = <Body>(
  options: LoopOptions<Body>,
  leads: Map<string, Shape>,
): OpenLoop<Body> | undefined => {
  const { length, reverse, carries, mask } = options;
  const imports = importing();
  const entering = carries.map(({ name, initial }) => {
    const shape = [...(leads.get(name) ?? []), ...initial.shape.slice(LEADING)];
    return { name, initial, argument: input(`carry.${name}`, shape, initial.dtype) };
  });
  const body = options.build(imports, (name) => {
    const found = entering.find((carry) => carry.name === name);
    invariant(found !== undefined, `no carry ${name}`);
    return found.argument;
  });
  const leaving = entering.map(({ name, argument }) => {
    const next = options.next(body, name);
    if (mask === undefined) return next;
    return select(mask(imports, argument.shape.length), next, argument);
  });

  const isStable = entering.map(({ name, argument }, i) => {
    const shape = broadcastShapes(argument.shape, leaving[i]?.shape ?? argument.shape);
    invariant(
      sameShape(shape.slice(LEADING), argument.shape.slice(LEADING)),
      `carry ${name} changes its event shape`,
    );
    leads.set(name, shape.slice(0, LEADING));
    return sameShape(shape, argument.shape);
  });
  if (isStable.includes(false)) return undefined;

  return {
    body,
    close: (outputs) => {
      const nextCarries = leaving.map((next, i) =>
        broadcast(next, entering[i]?.argument.shape ?? []),
      );
      const { constants, inputs } = imports.taken();
      const results = scan({
        length,
        reverse,
        body: {
          carries: entering.map(({ argument }) => argument),
          constants: constants.map(({ argument }) => argument),
          inputs: inputs.map(({ argument }) => argument),
          nextCarries,
          outputs,
        },
        carries: entering.map(({ initial, argument }) => broadcast(initial, argument.shape)),
        constants: constants.map(({ value }) => value),
        inputs: inputs.map(({ whole }) => whole()),
      });
      const final = new Map<string, Node>();
      entering.forEach(({ name }, i) => {
        const node = results[i];
        if (node !== undefined) final.set(name, node);
      });
      return { outputs: results.slice(entering.length), final };
    },
  };
};

interface Constant {
  readonly value: Node;
  readonly argument: NodeOf<"input">;
}

interface PerStep {
  readonly whole: () => Node;
  readonly argument: NodeOf<"input">;
}

interface Importing extends Imports {
  readonly taken: () => {
    readonly constants: readonly Constant[];
    readonly inputs: readonly PerStep[];
  };
}

const importing = (): Importing => {
  const constants = new Map<Node, Constant>();
  const inputs = new Map<string, PerStep>();
  return {
    // Reshaping happens within: a weight matrix enters as it is, whatever axes its value has.
    constant: (node) => {
      const value = unshaped(node);
      const name = value.op === "input" ? value.attrs.name : `static.${constants.size}`;
      const entry = constants.get(value) ?? {
        value,
        argument: input(name, value.shape, value.dtype),
      };
      constants.set(value, entry);
      return reshapeTo(entry.argument, node.shape);
    },
    perStep: (key, type, whole) => {
      const entry = inputs.get(key) ?? { whole, argument: input(key, type.shape, type.dtype) };
      inputs.set(key, entry);
      return reshape(entry.argument, type.shape);
    },
    taken: () => ({ constants: [...constants.values()], inputs: [...inputs.values()] }),
  };
};
