"""Workload W3 (w3.gtm) in JAX: `python w3_jax.py written NUMBERS`."""

import math
import sys

import jax
import jax.numpy as jnp
from jax import lax
from jax.nn import logsumexp

from jax_peer import Params, gaussian, linear, log_bernoulli, train
from peer import read_numbers


def encode(p: Params, x: jax.Array) -> jax.Array:
    return linear(p, "encode.1", jax.nn.relu(linear(p, "encode.0", x)))


def decode(p: Params, z: jax.Array, code: jax.Array) -> jax.Array:
    hidden = jax.nn.relu(linear(p, "obs.0", jnp.concatenate([z, code], -1)))
    return linear(p, "obs.2", jax.nn.relu(linear(p, "obs.1", hidden)))


def log_normal(z: jax.Array, mean: jax.Array, logvar: jax.Array) -> jax.Array:
    terms = math.log(2 * math.pi) + logvar + (z - mean) ** 2 * jnp.exp(-logvar)
    return -0.5 * jnp.sum(terms, -1)


def leave_one_out(log_weights: jax.Array) -> jax.Array:
    """[K, B]: the bound with the arithmetic mean of the others in place of each particle."""
    count = log_weights.shape[0]
    own = jnp.eye(count, dtype=bool)[:, :, None]
    return logsumexp(jnp.where(own, -jnp.inf, log_weights), axis=1) - math.log(count - 1)


def loss(p: Params, support: jax.Array, x: jax.Array, gumbel: jax.Array, noise: jax.Array):
    """support [256, 784], x [B, 784], gumbel [K, B, 256], noise [K, B, 32]; minus VIMCO's surrogate, minus the bound."""
    codes, query = encode(p, support), encode(p, x)
    lengths = jnp.sqrt(jnp.sum(codes**2, -1) + 1e-12)
    log_p_a = jax.nn.log_softmax(codes @ p["e_p"] / lengths)
    guide = query @ codes.T / lengths
    a = jnp.argmax(guide + gumbel, -1)
    log_q_a = jnp.take_along_axis(jax.nn.log_softmax(guide)[None], a[..., None], -1)[..., 0]

    code = codes[a]
    queries = jnp.broadcast_to(query, code.shape)
    prior = gaussian(p, "prior", code)
    post = gaussian(p, "post", jnp.concatenate([queries, code], -1))
    z = post[0] + jnp.exp(0.5 * post[1]) * noise
    seen = jnp.sum(log_bernoulli(x, decode(p, z, code)), -1)

    log_weights = log_p_a[a] - log_q_a + log_normal(z, *prior) - log_normal(z, *post) + seen
    bound = logsumexp(log_weights, axis=0) - math.log(len(log_weights))
    signal = lax.stop_gradient(bound - leave_one_out(log_weights))
    surrogate = bound + jnp.sum(signal * log_q_a, 0)
    return -jnp.mean(surrogate), -jnp.mean(bound)


if __name__ == "__main__":
    train(read_numbers(sys.argv[2]), ("support", "x", "/noise.a", "/noise.z"), loss, 3e-4)
