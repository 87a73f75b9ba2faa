/** Memories for random models, as texts. */
const contentRead = (score: string): string => `
  address content(k: real[W], beta: pos) -> simplex[N] = softmax(${score})
  read(a: simplex[N]) -> real[W] = a @ M`;
const erasing = `
  write(a: simplex[N], e: unit[W], v: real[W]) {
    M' = M * (1 - outer(a, e)) + outer(a, v)
  }`;

/** Each of N slots as wide as the latent; how it is written with `v` and read from `h`. */
interface Memory {
  readonly text: string;
  readonly nets: readonly string[];
  readonly write: (mem: string, h: string, v: string) => string;
  readonly read: (mem: string, h: string) => string;
  /** Of what is read. */
  readonly type: string;
}

const addressed = (score: string): Memory => ({
  text: `memory Mem(N, W) {
  state M: real[N, W] = 0.1${contentRead(score)}${erasing}
}`,
  nets: [
    "net where(h: real[H]) -> { k: real[Z], beta: pos } = linear()",
    "net erase(h: real[H]) -> unit[Z] = linear(bias = 1)",
    "net query(h: real[H]) -> { k: real[R, Z], beta: pos[R] } = linear()",
  ],
  write: (mem, h, v) => `${mem}.write(${mem}.content(where(${h})), erase(${h}), ${v})`,
  read: (mem, h) => `flat(${mem}.read(${mem}.content(query(${h}))))`,
  type: "real[R * Z]",
});

/** Read by content or position, written at the end, where it is old or where it was read. */
export type MemoryName =
  "content" | "dot" | "ntm" | "queue" | "indexed" | "aged" | "least used" | "allocated";

export const memories: Readonly<Record<MemoryName, Memory>> = {
  content: addressed("beta * cosine(k, M)"),
  dot: addressed("beta * (M @ k)"),
  ntm: {
    text: `memory Mem(N, W) {
  state M: real[N, W] = 0.1
  state w: simplex[N] = onehot(0, N)
  address at(k: real[W], beta: pos, g: unit, s: simplex[3], gamma: pos) -> simplex[N] {
    let content = softmax(beta * cosine(k, M))
    let gated   = g * content + (1 - g) * w
    return normalize((shift(gated, s) + 1e-4) ^ (1 + gamma))
  }
  read(a: simplex[N]) -> real[W] = a @ M
  write(a: simplex[N], e: unit[W], v: real[W]) {
    M' = M * (1 - outer(a, e)) + outer(a, v)
    w' = a
  }
}`,
    nets: [
      "net where(h: real[H]) -> { k: real[Z], beta: pos, g: unit, s: simplex[3], gamma: pos } = linear()",
      "net erase(h: real[H]) -> unit[Z] = linear(bias = 1)",
      "net query(h: real[H]) -> { k: real[Z], beta: pos, g: unit, s: simplex[3], gamma: pos } = linear()",
    ],
    write: (mem, h, v) => `${mem}.write(${mem}.at(where(${h})), erase(${h}), ${v})`,
    read: (mem, h) => `${mem}.read(${mem}.at(query(${h})))`,
    type: "real[Z]",
  },
  queue: {
    text: `memory Mem(N, W) {
  state M: real[N, W] = 0
  write(v: real[W]) { M' = push(M, v) }
  read(w: simplex[N]) -> real[W] = w @ M
}`,
    nets: ["net attend(h: real[H]) -> simplex[R, N] = linear()"],
    write: (mem, _, v) => `${mem}.write(${v})`,
    read: (mem, h) => `flat(${mem}.read(attend(${h})))`,
    type: "real[R * Z]",
  },
  indexed: {
    text: `memory Mem(N, W) {
  state M: real[N, W] = 0
  write(v: real[W]) { M' = push(M, tanh(v)) }
  read(s: real[N]) -> real[W] = M[argmax(s)] + 0.5 * (softmax(s) @ M)
}`,
    nets: ["net scores(h: real[H]) -> real[N] = linear()"],
    write: (mem, _, v) => `${mem}.write(${v})`,
    read: (mem, h) => `${mem}.read(scores(${h}))`,
    type: "real[Z]",
  },
  aged: {
    text: `memory Mem(N, W) {
  state M: real[N, W] = 0
  state age: pos[N] = 1
  write(v: real[W]) {
    let a = onehot(argmax(age), N)
    M'   = M * (1 - outer(a, ones(W))) + outer(a, v)
    age' = (age + 1) * (1 - a)
  }
  read(k: real[W]) -> real[W] = softmax(M @ k) @ M
}`,
    nets: ["net query(h: real[H]) -> real[R, Z] = linear()"],
    write: (mem, _, v) => `${mem}.write(${v})`,
    read: (mem, h) => `flat(${mem}.read(query(${h})))`,
    type: "real[R * Z]",
  },
  "least used": {
    text: `memory Mem(N, W) {
  state M: real[N, W] = 0.1
  state used: pos[N] = 0
  write(v: real[W], alpha: unit) {
    let oldest = onehot(argmin(used), N)
    M'    = M * (1 - outer(oldest, ones(W))) + outer(oldest, alpha * v)
    used' = 0.9 * used + oldest
  }
  read(k: real[W], beta: pos) -> real[W] = softmax(beta * cosine(k, M)) @ M
}`,
    nets: [
      "net alpha(h: real[H]) -> unit = linear()",
      "net query(h: real[H]) -> { k: real[R, Z], beta: pos[R] } = linear()",
    ],
    write: (mem, h, v) => `${mem}.write(${v}, alpha(${h}))`,
    read: (mem, h) => `flat(${mem}.read(query(${h})))`,
    type: "real[R * Z]",
  },
  allocated: {
    text: `memory Mem(N, W) {
  state M: real[N, W] = 0.1
  state u: unit[N] = 0
  state L: unit[N, N] = 0
  state p: unit[N] = 0
  address allocation(u: unit[N]) -> unit[N] {
    let order = argsort(u)
    let s     = take(u, order)
    return untake((1 - s) * cumprod(s, exclusive = yes), order)
  }
  write(k: real[W], beta: pos, g: unit, v: real[W]) {
    let c = softmax(beta * cosine(k, M))
    let w = 0.9 * (g * allocation(u) + (1 - g) * c)
    u' = (u + stop(w) - u * stop(w)) * 0.9
    M' = M * (1 - outer(w, 0.5 * ones(W))) + outer(w, v)
    L' = off_diag((1 - outer(w, ones(N)) - outer(ones(N), w)) * L + outer(w, p))
    p' = (1 - sum(w)) * p + w
  }
  read(k: real[W], beta: pos) -> real[W] = (softmax(beta * cosine(k, M)) @ (L + 0.1)) @ M
}`,
    nets: [
      "net where(h: real[H]) -> { k: real[Z], beta: pos, g: unit } = linear()",
      "net query(h: real[H]) -> { k: real[R, Z], beta: pos[R] } = linear()",
    ],
    write: (mem, h, v) => `${mem}.write(where(${h}), v = ${v})`,
    read: (mem, h) => `flat(${mem}.read(query(${h})))`,
    type: "real[R * Z]",
  },
};
