"""Right values of functions and densities at float32 arguments, by mpmath with 60 digits: python3 truth.py > truth.json

An entry has its arguments by column, the values, and their slopes by each argument, each with the size of what it is
made of, which rounding errors are relative to. null stands for what is not defined.
"""
import json
import struct
from itertools import product

from mpmath import mp, mpf, inf, nan

mp.dps = 60
DENORMAL, NORMAL, LARGEST = 2.0**-149, 2.0**-126, (2 - 2.0**-23) * 2.0**127


def f32(x):
    return struct.unpack("f", struct.pack("f", max(-LARGEST, min(LARGEST, x))))[0]


def log(x):
    return -inf if x == 0 else nan if x < 0 else mp.log(x)


def exp(x):
    return mpf(0) if x == -inf else inf if x == inf else mp.exp(x)


def softplus(x):
    return mpf(0) if x == -inf else inf if x == inf else mp.log1p(mp.exp(-abs(x))) + max(x, 0)


def sigmoid(x):
    return mpf(0) if x == -inf else mpf(1) if x == inf else 1 / (1 + mp.exp(-x))


def tanh(x):
    return mp.sign(x) if abs(x) > 200 else mp.tanh(x)


def lgamma(x):
    return inf if x == 0 or x == inf else mp.loggamma(x)


def digamma(x):
    return -inf if x == 0 else inf if x == inf else mp.digamma(x)


def digamma_size(x):
    """1 / x is what is left of it and its neighbour, which meet at 0."""
    return inf if x == 0 or x == inf else max(abs(digamma(x)), 1 / x)


def trigamma(x):
    return inf if x == 0 else mpf(0) if x == inf else mp.psi(1, x)


def number(x, digits=12):
    if x is None or mp.isnan(x):
        return None
    if abs(x) > mpf(10) ** 300:
        return "inf" if x > 0 else "-inf"
    short = float(mp.nstr(x, digits))
    return int(short) if short == int(short) and abs(short) < 1e6 else short


def column(function, size, points, digits):
    """Values with what their errors are relative to: the value's own size, or that of its terms."""
    values = [function(*point) for point in points]
    sizes = [size(*point) if size else None if v is None else abs(v) for point, v in zip(points, values)]
    return {"values": [number(v, digits) for v in values], "sizes": [number(s, 3) for s in sizes]}


def entry(points, value, size=None, slopes=(), digits=12):
    """`slopes` are pairs of a function and the size of its terms, one for each argument."""
    points = [[mpf(f32(x)) if abs(x) != inf else mpf(x) for x in point] for point in points]
    return {
        "arguments": [[number(x) for x in xs] for xs in zip(*points)],
        "value": column(value, size, points, digits),
        "slopes": [column(slope, of, points, digits) for slope, of in slopes],
    }


def spread(low, high, count):
    return [low * (high / low) ** (i / (count - 1)) for i in range(count)]


positive = [DENORMAL, 3 * DENORMAL, NORMAL / 2, NORMAL, *spread(1e-37, 3e38, 61), *spread(0.03, 120, 60), LARGEST]
positive += [1 + k * 2.0**-23 for k in (-64, -9, -1, 0, 1, 9, 64)] + [0.5**0.5, 2, 0.625, 87.0, 87.3, 87.4, 88.0, 88.7, 88.72, 88.73, 103.9, 104.1]
signed = [-x for x in positive] + [-inf, 0.0, inf] + positive
ones = lambda points: [(x,) for x in points]

one = lambda *_: 1
own = None


def power(a, b):
    if a == 0:
        return inf if b < 0 else mpf(0)
    if a == inf:
        return inf if b > 0 else mpf(0)
    return a**b


def inside(f):
    """None at the ends, where a power is flat by definition."""
    return lambda a, b: None if a == 0 or a == inf else f(a, b)


def power_size(f):
    """A power is the exponential of b log a, which is rounded."""
    return lambda a, b: abs(f(a, b)) * (1 + abs(b * log(a))) if 0 < a < inf else mpf(0) if f(a, b) == 0 else inf


bases = [0, *spread(1e-37, 1e37, 13), 1 - 2.0**-24, 1, 1 + 2.0**-23, 3, inf]
exponents = [-40, -2, -1, -0.5, 0, 1e-3, 0.5, 1, 2, 3, 7.3, 40, 150]
by_base = inside(lambda a, b: b * a ** (b - 1))
by_exponent = inside(lambda a, b: a**b * mp.log(a))

# To where the fast backends have them; among them the float32 that are nearest to a multiple of π/2.
angles = [x for x in positive if x < 102943] + spread(1, 102943, 60)
angles += [float(k * mp.pi / 2) for k in (1, 2, 3, 4, 7, 22, 355, 710, 1000, 33215, 52174, 65535)]
angles = [-x for x in angles] + [0.0] + angles

elementwise = {
    "exp": entry(ones(signed), exp, own, [(exp, own)]),
    "log": entry(ones([0, inf] + positive), log, own, [(lambda x: inf if x == 0 else 1 / x, own)]),
    "sqrt": entry(ones([0, inf] + positive), mp.sqrt, own, [(lambda x: inf if x == 0 else 0.5 / mp.sqrt(x), own)]),
    "square": entry(ones(signed), lambda x: x * x, own, [(lambda x: 2 * x, own)]),
    "reciprocal": entry([(x,) for x in signed if x != 0], lambda x: 1 / x, own, [(lambda x: -1 / (x * x), own)]),
    "abs": entry(ones(signed), abs, own, [(mp.sign, own)]),
    "relu": entry(ones(signed), lambda x: max(x, 0), own, [(lambda x: mpf(x > 0), own)]),
    "sin": entry(ones(angles), mp.sin, own, [(mp.cos, own)], 17),
    "cos": entry(ones(angles), mp.cos, own, [(lambda x: -mp.sin(x), own)], 17),
    "lgamma": entry(ones([0, inf] + positive), lgamma, own, [(digamma, digamma_size)], 17),
    "digamma": entry(ones([0, inf] + positive), digamma, digamma_size, [(trigamma, own)], 17),
    # Slopes by the value, y (1 - y) and 1 - y², are exact to the last place of 1.
    "tanh": entry(ones(signed), tanh, own, [(lambda x: 0 if abs(x) > 200 else mp.sech(x) ** 2, one)]),
    "sigmoid": entry(ones(signed), sigmoid, own, [(lambda x: sigmoid(x) * sigmoid(-x), one)]),
    "softplus": entry(ones(signed), softplus, own, [(sigmoid, own)]),
    "pow": entry(
        [(a, b) for a, b in product(bases, exponents) if not (a in (0, inf) and b == 0)],
        power,
        power_size(power),
        [(by_base, inside(lambda a, b: abs(by_base(a, b)) * (1 + abs((b - 1) * log(a))))), (by_exponent, inside(power_size(by_exponent)))],
    ),
    "div": entry([(a, b) for a, b in product(bases[:-1], bases[1:])], lambda a, b: a / b),
}

rows = [
    [0.1, 0.2, 0.3, 0.4], [1e-30, 2e-30, 3e-30, 1e-37], [1e38, 3e38, 2e38, 1e30], [5, 5, 5, 5], [1e-3, 1e-3, 1e-3, 1e-3],
    [0, 0, 0, 1e-20], [1, 1e-30, 0, 0], [1e30, 1, 1e-30, 0], [3e-38, 2e-38, 1.5e-38, 5e-38], [0, 0, 0, 0], [7, 0, 0, 0],
]
logits = [
    [0, 0, 0, 0], [1, 2, 3, 4], [-1e4, -1e4 - 1, -1e4 + 2, -1e4], [1e30, -1e30, 0, 1e30], [300, 200, 100, 0], [-inf, 0, 1, -inf],
    [inf, 3, -inf, 2], [inf, inf, 0, -inf], [-inf, -inf, -inf, -inf], [1e-8, 2e-8, 0, -1e-8], [-80, 0, 5, -95], [LARGEST, 1, 0, -LARGEST],
]


def softmax(row):
    top = max(row)
    powers = [mpf(1) if x == top else exp(x - top) for x in row]
    return [p / sum(powers) for p in powers]


def log_softmax(row):
    top = max(row)
    below = [mpf(0) if x == top else x - top for x in row]
    total = mp.log(sum(exp(x) for x in below))
    return [-inf if x == -inf else d - total for x, d in zip(row, below)]


def logsumexp(row):
    top = max(row)
    return [top if abs(top) == inf else top + mp.log(sum(exp(x - top) for x in row))]


def normalize(row):
    return [x / sum(row) for x in row] if any(row) else [mpf(1) / len(row)] * len(row)


def sharpened(power):
    def f(row):
        if not any(row):
            return [mpf(1) / len(row)] * len(row)
        return normalize([(x / max(row)) ** power for x in row])

    return f


def by_rows(tables, f, size=None):
    """A function of one row of each table; all rows of a table are equally long."""
    given = [[[mpf(f32(x)) if abs(x) != inf else mpf(x) for x in row] for row in table] for table in tables]
    values = [f(*operands) for operands in zip(*given)]
    sizes = [[abs(v) for v in value] if size is None else size(*operands) for *operands, value in zip(*given, values)]
    flat = lambda xss: [number(x) for xs in xss for x in xs]
    return {
        "arguments": [flat(table) for table in given],
        "width": len(given[0][0]),
        "value": {"values": flat(values), "sizes": [number(s, 3) for ss in sizes for s in ss]},
    }


def exponent_size(power):
    """A weight of a power is relative to its exponent, which is rounded."""
    return lambda row: [w * (1 + abs(power) * max([abs(log(x)) for x in row if x > 0], default=0)) for w in sharpened(power)(row)]


def norm(row):
    return [mp.sqrt(sum(x * x for x in row) + mpf(10) ** -12)]


def times(p, x):
    return mpf(0) if p == 0 else p * x


def categorical_kl(q, p):
    return [sum(times(w, a - b) if w else 0 for w, a, b in zip(softmax(q), log_softmax(q), log_softmax(p)))]


def categorical_kl_size(q, p):
    return [1 + sum(times(w, abs(a) + abs(b)) for w, a, b in zip(softmax(q), log_softmax(q), log_softmax(p)))]


def tells(q, p):
    """Not where q is too small for a number and p is 0: whether that is infinite nobody can tell."""
    return all(w == 0 or w > mpf(10) ** -37 or lp > -mpf(10) ** 27 for w, lp in zip(q, p))


possible = [row for row in logits if -inf < max(row) and LARGEST not in row]
row_pairs = list(zip(*[(q, p) for q, p in product(possible, repeat=2) if tells(softmax([mpf(x) for x in q]), log_softmax([mpf(x) for x in p]))]))

along_rows = {
    "softmax": by_rows([logits], softmax),
    "logSoftmax": by_rows([logits], log_softmax),
    "logsumexp": by_rows([logits], logsumexp, lambda row: [1 + abs(logsumexp(row)[0])]),
    "normalize": by_rows([rows], normalize),
    "normalize of a cube": by_rows([rows], sharpened(3), exponent_size(3)),
    "normalize of a power of 50": by_rows([rows], sharpened(50), exponent_size(50)),
    "norm": by_rows([[row for row in rows if max(row) < 1e19]], norm),
    "KL of Categorical": by_rows(row_pairs, categorical_kl, categorical_kl_size),
}

half_log_two_pi = mp.log(2 * mp.pi) / 2
scales = [1e-30, 1e-10, 1e-4, 0.7, 1, 30, 1e10, 1e30]
places = [(x, loc, s) for s in scales for loc, z in product([0, 1.5, -3e4, 1e20], [0, 1e-6, 0.5, -3, 40, -1e5, 1e15]) for x in [f32(f32(loc) + z * s)] if abs(f32(loc) + z * s) < LARGEST]


def normal(x, loc, s):
    return -((x - loc) / s) ** 2 / 2 - log(s) - half_log_two_pi


def laplace(x, loc, s):
    return -abs(x - loc) / s - log(2 * s)


def log_normal(x, loc, s):
    return -inf if x == 0 or x == inf else normal(log(x), loc, s) - log(x)


def bernoulli(x, l):
    return -times(x, softplus(-l)) - times(1 - x, softplus(l))


def normal_kl(lq, sq, lp, sp):
    return ((sq / sp) ** 2 + ((lq - lp) / sp) ** 2 - 1) / 2 - log(sq) + log(sp)


def laplace_kl(lq, sq, lp, sp):
    d = abs(lq - lp)
    return d / sp + sq / sp * exp(-d / sq) - 1 - log(sq) + log(sp)


def bernoulli_kl(a, b):
    return times(sigmoid(a), softplus(-b) - softplus(-a)) + times(sigmoid(-a), softplus(b) - softplus(a))


pairs = [(lq, sq, lp, sp) for sq, sp in product([1e-30, 1e-4, 0.7, 1, 1e10, 1e30], repeat=2) for lq, lp in [(0, 0), (1, 1.5), (-2, 1e3)]]
extreme_logits = [-inf, -1e30, -1000, -110, -89, -60, -20, -1, -1e-6, 0, 1e-30, 0.3, 5, 15, 17, 40, 88, 103, 1e4, 1e20, inf]

densities = {
    "Normal": entry(places, normal, lambda x, loc, s: ((x - loc) / s) ** 2 / 2 + abs(log(s)) + 1),
    "Laplace": entry(places, laplace, lambda x, loc, s: abs(x - loc) / s + abs(log(s)) + 1),
    "LogNormal": entry(
        list(product([0, 1e-37, 1e-20, 1e-3, 0.9, 1, 7, 1e20, LARGEST, inf], [-50, 0, 1.3, 80], [1e-4, 0.3, 2, 1e4])),
        log_normal,
        lambda x, loc, s: inf if x == 0 or x == inf else ((abs(log(x)) + abs(loc)) / s) ** 2 + abs(log(s)) + abs(log(x)) + 1,
    ),
    "Bernoulli": entry(list(product([0, 1, 0.25, 0.5], extreme_logits)), bernoulli),
    "draw of Laplace": entry(
        list(product([k * 2.0**-24 for k in (1, 12345, 2**23 - 1, 2**23 + 1, 11 * 2**20 + 1, 2**24 - 1)], [0, -3, 1e20], [1e-30, 0.7, 1e30])),
        lambda u, loc, s: loc - s * mp.sign(u - 0.5) * mp.log(1 - 2 * abs(u - 0.5)),
        lambda u, loc, s: abs(loc) + abs(s * mp.log(1 - 2 * abs(u - 0.5))),
    ),
    "draw of LogNormal": entry(
        list(product([-6, -1e-3, 0, 0.5, 5.5], [-80, 0, 1.3, 80], [1e-30, 0.01, 1, 1e10])),
        lambda e, loc, s: mp.exp(loc + s * e),
        lambda e, loc, s: mp.exp(loc + s * e) * (1 + abs(loc) + abs(s * e)),
    ),
    "KL of Normal": entry(pairs, normal_kl, lambda lq, sq, lp, sp: (sq / sp) ** 2 + ((lq - lp) / sp) ** 2 + abs(log(sq)) + abs(log(sp)) + 1),
    "KL of Laplace": entry(pairs, laplace_kl, lambda lq, sq, lp, sp: abs(lq - lp) / sp + sq / sp + abs(log(sq)) + abs(log(sp)) + 1),
    "KL of Bernoulli": entry(
        [(a, b) for a, b in product(map(mpf, extreme_logits), repeat=2) if tells([sigmoid(a), sigmoid(-a)], [-softplus(-b), -softplus(b)])],
        bernoulli_kl,
        lambda a, b: 1 + times(sigmoid(a), softplus(-b) + softplus(-a)) + times(sigmoid(-a), softplus(b) + softplus(a)),
    ),
}


def lines(table):
    return ",\n".join(f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in table.items())


groups = {"elementwise": elementwise, "rows": along_rows, "densities": densities}
print("{\n" + ",\n".join(f"{json.dumps(name)}: {{\n{lines(table)}\n}}" for name, table in groups.items()) + "\n}")
