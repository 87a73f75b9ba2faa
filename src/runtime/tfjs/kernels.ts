/** Each primitive as kernels of TensorFlow.js and loops, where tensors can be read and written in place. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import * as gamma from "../../graph/gamma.ts";
import type { CumulationName } from "../../graph/kinds.ts";
import type { Node, NodeOf, Shape } from "../../graph/op.ts";
import { elements, stridesOf } from "../../graph/shapes.ts";
import { contraction } from "./product.ts";
import type { TensorKernel, KernelTable } from "./device.ts";
import * as loops from "./loops.ts";
import { reshaped, type TensorMemory } from "./memory.ts";
import { reduction } from "./reduction.ts";
import { inOrder, stridedCopy, stridedSum, type Elements, type Walk } from "./strided.ts";

type Unary = TensorKernel<TensorInfo, readonly [Node]>;
type Binary = TensorKernel<TensorInfo, readonly [Node, Node]>;
type Typed = Pick<Node, "shape" | "dtype">;

/** The primitives on one backend. */
export const kernelTable = (memory: TensorMemory): KernelTable<TensorInfo> => {
  const unary = (name: string): (() => Unary | undefined) => {
    const run = memory.kernel(name);
    return () => run && (([x]) => run({ x }));
  };
  const binary = (name: string): (() => Binary | undefined) => {
    const run = memory.kernel(name);
    return () => run && (([a, b]) => run({ a, b }));
  };

  const loop1 =
    ({ shape, dtype }: Typed, fill: (out: Elements, x: Elements) => void): Unary =>
    ([x]) => {
      const out = memory.make(shape, dtype);
      fill(memory.view(out), memory.view(x));
      return out;
    };
  const loop2 =
    ({ shape, dtype }: Typed, fill: (out: Elements, a: Elements, b: Elements) => void): Binary =>
    ([a, b]) => {
      const out = memory.make(shape, dtype);
      fill(memory.view(out), memory.view(a), memory.view(b));
      return out;
    };
  /** Of operands that broadcast: TensorFlow.js takes 100 ns per element for that in these operations. */
  const withBroadcast = (
    fill: (out: Elements, a: Elements, b: Elements) => void,
  ): ((node: Typed & { readonly operands: readonly [Node, Node] }) => Binary) => {
    return (node) => {
      const [left, right] = node.operands.map(({ shape }) => broadcastTo(shape, node.shape));
      return loop2(node, (out, a, b) => {
        fill(out, left?.(a) ?? a, right?.(b) ?? b);
      });
    };
  };

  const lastSize = ({ operands: [x] }: { readonly operands: readonly [Node] }): number =>
    x.shape.at(-1) ?? 1;

  /** The same elements, owned once more. */
  const view =
    ({ shape }: Typed): Unary =>
    ([x]) => {
      memory.retain(x);
      return reshaped(x, shape);
    };

  const copy = (node: Typed, shape: Shape, from: Walk, to: Walk): Unary =>
    loop1(node, stridedCopy(shape, from, to));

  const transpose = memory.kernel("Transpose");
  const softmax = memory.kernel("Softmax");
  return {
    neg: unary("Neg"),
    exp: unary("Exp"),
    log: unary("Log"),
    sqrt: unary("Sqrt"),
    square: unary("Square"),
    reciprocal: unary("Reciprocal"),
    abs: unary("Abs"),
    sign: (node) => loop1(node, loops.sign),
    // Kernels of `tfjs:wasm` have sin(-4e-15) = 2e-7.
    sin: (node) => loop1(node, each(Math.sin)),
    cos: (node) => loop1(node, each(Math.cos)),
    tanh: (node) => loop1(node, loops.tanh),
    sigmoid: unary("Sigmoid"),
    softplus: (node) => loop1(node, loops.softplus),
    relu: unary("Relu"),
    lgamma: (node) => loop1(node, each(gamma.lgamma)),
    digamma: (node) => loop1(node, each(gamma.digamma)),
    trigamma: (node) => loop1(node, each(gamma.trigamma)),
    stop: view,
    cast: (node) =>
      loop1(node, (out, x) => {
        out.set(x);
      }),
    add: binary("Add"),
    sub: binary("Sub"),
    mul: binary("Multiply"),
    div: binary("RealDiv"),
    pow: withBroadcast(loops.power),
    max: withBroadcast(loops.maximum),
    min: withBroadcast(loops.minimum),
    greater: withBroadcast(loops.greater),
    equal: withBroadcast(loops.equal),
    select: (node) => {
      const [condition, left, right] = node.operands.map(({ shape }) =>
        broadcastTo(shape, node.shape),
      );
      return ([c, a, b]) => {
        const out = memory.make(node.shape, node.dtype);
        const [test, yes, no] = [memory.view(c), memory.view(a), memory.view(b)];
        if (test.length === 1) {
          memory.view(out).set(test[0] === 0 ? (right?.(no) ?? no) : (left?.(yes) ?? yes));
          return out;
        }
        loops.choose(
          memory.view(out),
          condition?.(test) ?? test,
          left?.(yes) ?? yes,
          right?.(no) ?? no,
        );
        return out;
      };
    },

    sum: reduction(memory, "sum"),
    prod: reduction(memory, "prod"),
    amax: reduction(memory, "amax"),
    softmax: (node) => {
      const size = lastSize(node);
      return (
        softmax &&
        (([logits]) => {
          const out = softmax({ logits }, { dim: node.shape.length - 1 });
          loops.infiniteSoftmax(memory.view(out), memory.view(logits), size);
          return out;
        })
      );
    },
    logSoftmax: (node) => {
      const size = lastSize(node);
      return loop1(node, (out, x) => {
        loops.logSoftmax(out, x, size);
      });
    },
    logsumexp: (node) => {
      const size = lastSize(node);
      return loop1(node, (out, x) => {
        loops.logsumexp(out, x, size);
      });
    },
    cumsum: (node) => loop1(node, cumulation("sum", node)),
    cumprod: (node) => loop1(node, cumulation("prod", node)),
    argsort: (node) => {
      const size = lastSize(node);
      return loop1(node, (out, x) => {
        loops.argsort(out, x, size);
      });
    },
    argmax: (node) => {
      const size = lastSize(node);
      return loop1(node, (out, x) => {
        loops.argmax(out, x, size);
      });
    },

    onehot: (node) =>
      loop1(node, (out, x) => {
        loops.onehot(out, x, node.attrs.depth);
      }),
    gather: (node) => {
      const [{ shape }, indices] = node.operands;
      const sizes = indexing(
        node.attrs.batch,
        shape[node.attrs.batch] ?? 1,
        indices.shape,
        node.shape,
      );
      return ([x, at]) => {
        const out = memory.make(node.shape, node.dtype);
        loops.gather(memory.view(out), memory.view(x), memory.view(at), sizes);
        return out;
      };
    },
    scatterAdd: (node) => {
      const [{ shape }, indices] = node.operands;
      const sizes = indexing(node.attrs.batch, node.attrs.size, indices.shape, shape);
      return ([x, at]) => {
        const out = memory.make(node.shape, node.dtype);
        loops.scatterAdd(memory.view(out), memory.view(x), memory.view(at), sizes);
        return out;
      };
    },

    reshape: view,
    transpose: (node) => {
      const perm = [...node.attrs.permutation];
      return transpose && (([x]) => transpose({ x }, { perm }));
    },
    broadcast: (node) =>
      copy(
        node,
        node.shape,
        broadcastWalk(node.operands[0].shape, node.shape),
        inOrder(node.shape),
      ),
    concat: (node) => concatenation(memory, node),
    slice: (node) => {
      const strides = stridesOf(node.operands[0].shape);
      const offset = node.attrs.begin.reduce(
        (sum, from, axis) => sum + from * (strides[axis] ?? 0),
        0,
      );
      return copy(node, node.shape, { offset, strides }, inOrder(node.shape));
    },
    pad: (node) => {
      const strides = stridesOf(node.shape);
      const offset = node.attrs.before.reduce(
        (sum, by, axis) => sum + by * (strides[axis] ?? 0),
        0,
      );
      const { shape } = node.operands[0];
      const place = stridedCopy(shape, inOrder(shape), { offset, strides });
      return loop1(node, (out, x) => {
        out.fill(0);
        place(out, x);
      });
    },
    reverse: (node) => {
      const { axis } = node.attrs;
      const strides = stridesOf(node.shape);
      const stride = strides[axis] ?? 1;
      const offset = ((node.shape[axis] ?? 1) - 1) * stride;
      return copy(
        node,
        node.shape,
        { offset, strides: strides.with(axis, -stride) },
        inOrder(node.shape),
      );
    },
    windows: (node) => {
      const { axis, stride } = node.attrs;
      const strides = windowStrides(node.operands[0].shape, axis, stride);
      return copy(node, node.shape, { offset: 0, strides }, inOrder(node.shape));
    },
    overlapAdd: (node) => {
      const { axis, stride } = node.attrs;
      const strides = windowStrides(node.shape, axis, stride);
      const { shape } = node.operands[0];
      const place = stridedSum(shape, inOrder(shape), { offset: 0, strides });
      return loop1(node, (out, x) => {
        out.fill(0);
        place(out, x);
      });
    },

    contract: (node) => contraction(memory, node),
  };
};

const each =
  (f: (x: number) => number) =>
  (out: Elements, x: Elements): void => {
    for (let i = 0; i < out.length; i += 1) out[i] = f(x[i] ?? 0);
  };

/** Through windows of an axis of an array. */
const windowStrides = (shape: Shape, axis: number, stride: number): readonly number[] => {
  const strides = stridesOf(shape);
  const along = strides[axis] ?? 1;
  return strides.toSpliced(axis, 1, stride * along, along);
};

/** Through an array as if its axes of size 1 were as long as those of `shape`. */
const broadcastWalk = (from: Shape, shape: Shape): Walk => ({
  offset: 0,
  strides: stridesOf(from).map((stride, axis) => (from[axis] === shape[axis] ? stride : 0)),
});

/** Elements of a `from` array as those of a `to` array, or nothing if they are. */
const broadcastTo = (from: Shape, to: Shape): ((x: Elements) => Elements) | undefined => {
  const count = elements(to);
  if (elements(from) === count) return undefined;
  const fill = stridedCopy(to, broadcastWalk(from, to), inOrder(to));
  return (x) => {
    const out = x instanceof Float32Array ? new Float32Array(count) : new Int32Array(count);
    fill(out, x);
    return out;
  };
};

const cumulation = (
  kind: "sum" | "prod",
  { shape, attrs }: NodeOf<CumulationName>,
): ((out: Elements, x: Elements) => void) => {
  const size = shape[attrs.axis] ?? 1;
  const inner = elements(shape.slice(attrs.axis + 1));
  return (out, x) => {
    loops.cumulate(out, x, kind, [size, inner], attrs);
  };
};

/** `whole` is the shape with the index axes and the rows behind them. */
const indexing = (batch: number, size: number, indices: Shape, whole: Shape): loops.Indexing => ({
  batch: elements(indices.slice(0, batch)),
  size,
  count: elements(indices.slice(batch)),
  row: elements(whole.slice(indices.length)),
});

const concatenation = (memory: TensorMemory, node: NodeOf<"concat">): TensorKernel<TensorInfo> => {
  const { axis } = node.attrs;
  const strides = stridesOf(node.shape);
  let begin = 0;
  const copies = node.operands.map(({ shape }) => {
    const to = { offset: begin * (strides[axis] ?? 1), strides };
    begin += shape[axis] ?? 0;
    return stridedCopy(shape, inOrder(shape), to);
  });
  return (operands) => {
    const out = memory.make(node.shape, node.dtype);
    const target = memory.view(out);
    operands.forEach((x, i) => copies[i]?.(target, memory.view(x)));
    return out;
  };
};
