"""Workload W2 (w2.gtm) in JAX: `python w2_jax.py written NUMBERS`. One sequence is written; `vmap` makes the batch."""

import sys

import jax
import jax.numpy as jnp
from jax import lax

from jax_peer import Params, linear, log_bernoulli, lstm, train
from peer import read_numbers

H, N, W, R = 128, 32, 32, 4
GUARD = 1e-6
INTERFACE = [W, W, W, 1, 1, 1, R, R * W, R, R * 3]


def content(memory: jax.Array, key: jax.Array, beta: jax.Array) -> jax.Array:
    """Weights over slots for keys [..., W] and strengths [...]."""
    lengths = jnp.sqrt(jnp.sum(memory**2, -1) + GUARD)
    length = jnp.sqrt(jnp.sum(key**2, -1, keepdims=True) + GUARD)
    cosine = key @ memory.T / (length * lengths + GUARD)
    return jax.nn.softmax(beta[..., None] * cosine)


def allocation(usage: jax.Array) -> jax.Array:
    order = jnp.argsort(usage)
    ordered = usage[order]
    before = jnp.concatenate([jnp.ones(1), jnp.cumprod(ordered[:-1])])
    return jnp.zeros(N).at[order].set((1 - ordered) * before)


def write(state, word, erase, key, beta, ga, gw, free):
    memory, usage, ww, precedence, links, wr = state
    last = lax.stop_gradient(ww)
    usage = (usage + last - usage * last) * jnp.prod(1 - free[:, None] * wr, 0)
    ww = gw * (ga * allocation(usage) + (1 - ga) * content(memory, key, beta))
    memory = memory * (1 - jnp.outer(ww, erase)) + jnp.outer(ww, word)
    links = (1 - ww[:, None] - ww[None, :]) * links + jnp.outer(ww, precedence)
    links = links * (1 - jnp.eye(N))
    precedence = (1 - jnp.sum(ww)) * precedence + ww
    return memory, usage, ww, precedence, links, wr


def read(state, key, beta, mode):
    memory, usage, ww, precedence, links, wr = state
    wr = (
        mode[:, 0:1] * (wr @ links)
        + mode[:, 1:2] * (wr @ links.T)
        + mode[:, 2:3] * content(memory, key, beta)
    )
    return (memory, usage, ww, precedence, links, wr), wr @ memory


def step(p: Params, carry, x: jax.Array):
    h, c, state, reads = carry
    h, c = lstm(p, jnp.concatenate([x, reads.reshape(-1)]), h, c)
    ends = [sum(INTERFACE[: i + 1]) for i in range(len(INTERFACE) - 1)]
    word, erase, key, beta, ga, gw, free, read_key, read_beta, mode = jnp.split(
        linear(p, "interface", h), ends
    )
    sigmoid, softplus = jax.nn.sigmoid, jax.nn.softplus
    state = write(
        state, word, sigmoid(erase), key, softplus(beta[0]), sigmoid(ga), sigmoid(gw), sigmoid(free)
    )
    state, reads = read(
        state, read_key.reshape(R, W), softplus(read_beta), jax.nn.softmax(mode.reshape(R, 3))
    )
    logits = linear(p, "out", jnp.concatenate([h, reads.reshape(-1)]))
    return (h, c, state, reads), logits


def start():
    slots = jnp.full((N, W), 1e-6), jnp.zeros(N), jnp.zeros(N), jnp.zeros(N)
    state = *slots, jnp.zeros((N, N)), jnp.zeros((R, N))
    return jnp.zeros(H), jnp.zeros(H), state, jnp.zeros((R, W))


def loss(p: Params, x: jax.Array, y: jax.Array):
    """x and y [B, T, 32]; the binary cross-entropy, summed over time and bits, mean over the batch."""

    def entropy(x, y):
        _, logits = lax.scan(lambda carry, x: step(p, carry, x), start(), x)
        return -jnp.sum(log_bernoulli(y, logits))

    mean = jnp.mean(jax.vmap(entropy)(x, y))
    return mean, mean


if __name__ == "__main__":
    train(read_numbers(sys.argv[2]), ("x", "y"), loss)
