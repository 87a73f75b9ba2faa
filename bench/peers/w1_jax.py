"""Workload W1 (w1.gtm) in JAX: `python w1_jax.py written|hoisted NUMBERS`.

"written" has every network in the body of the scan; "hoisted" leaves there only what the recurrence needs.
"""

import sys

import jax
import jax.numpy as jnp
from jax import lax

from jax_peer import Params, gaussian, linear, log_bernoulli, lstm, train
from peer import read_numbers

Z, H, L, R = 32, 128, 15, 3


def encode(p: Params, x: jax.Array) -> jax.Array:
    return jax.nn.relu(linear(p, "encode", x))


def decode(p: Params, z: jax.Array, psi: jax.Array) -> jax.Array:
    hidden = jax.nn.relu(linear(p, "obs.0", jnp.concatenate([z, psi], -1)))
    return linear(p, "obs.1", hidden)


def context(p: Params, h: jax.Array, slots: jax.Array) -> jax.Array:
    """What a step knows of the past: three reads and the controller's output, [B, 224]."""
    attention = jax.nn.softmax(linear(p, "attend", h).reshape(-1, R, L))
    reads = attention @ slots
    return jnp.concatenate([reads.reshape(-1, R * Z), h], -1)


def advance(p: Params, state, z: jax.Array, psi: jax.Array):
    h, c, slots = state
    h, c = lstm(p, jnp.concatenate([z, psi], -1), h, c)
    return h, c, jnp.concatenate([z[:, None], slots[:, :-1]], 1)


def kl(mean_q, logvar_q, mean_p, logvar_p) -> jax.Array:
    """Of two Gaussians, summed."""
    spread = jnp.exp(logvar_q) + (mean_q - mean_p) ** 2
    return 0.5 * jnp.sum(logvar_p - logvar_q - 1 + spread * jnp.exp(-logvar_p))


def start(batch: int):
    return jnp.zeros((batch, H)), jnp.zeros((batch, H)), jnp.zeros((batch, L, Z))


def loss_as_written(p: Params, frames: jax.Array, noise: jax.Array):
    """frames [B, T, 784], noise [T, 1, B, 32]; minus the bound in nats."""

    def step(state, at):
        x, epsilon = at
        psi = context(p, state[0], state[2])
        mean_p, logvar_p = gaussian(p, "prior", psi)
        mean_q, logvar_q = gaussian(p, "post", jnp.concatenate([encode(p, x), psi], -1))
        z = mean_q + jnp.exp(0.5 * logvar_q) * epsilon
        seen = jnp.sum(log_bernoulli(x, decode(p, z, psi)))
        return advance(p, state, z, psi), seen - kl(mean_q, logvar_q, mean_p, logvar_p)

    batch = frames.shape[0]
    _, bounds = lax.scan(step, start(batch), (frames.swapaxes(0, 1), noise[:, 0]))
    loss = -jnp.sum(bounds) / batch
    return loss, loss


def loss_hoisted(p: Params, frames: jax.Array, noise: jax.Array):
    def step(state, at):
        code, epsilon = at
        psi = context(p, state[0], state[2])
        mean, logvar = gaussian(p, "post", jnp.concatenate([code, psi], -1))
        z = mean + jnp.exp(0.5 * logvar) * epsilon
        return advance(p, state, z, psi), (z, psi, mean, logvar)

    batch = frames.shape[0]
    frames = frames.swapaxes(0, 1)
    _, (z, psi, mean, logvar) = lax.scan(step, start(batch), (encode(p, frames), noise[:, 0]))
    seen = jnp.sum(log_bernoulli(frames, decode(p, z, psi)))
    loss = (kl(mean, logvar, *gaussian(p, "prior", psi)) - seen) / batch
    return loss, loss


if __name__ == "__main__":
    variant, path = sys.argv[1:]
    losses = {"written": loss_as_written, "hoisted": loss_hoisted}
    train(read_numbers(path), ("x", "/noise.z"), losses[variant])
