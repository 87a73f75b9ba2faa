"""What the JAX peers share: layers, and a jitted step of training."""

from typing import Callable

import jax
import jax.numpy as jnp
import numpy as np
import optax

from peer import serve

Params = dict[str, jax.Array]


def linear(p: Params, name: str, x: jax.Array) -> jax.Array:
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def gaussian(p: Params, net: str, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean and log variance by a network with one hidden layer."""
    hidden = jax.nn.relu(linear(p, f"{net}.0", x))
    mean, logvar = jnp.split(linear(p, f"{net}.1", hidden), 2, axis=-1)
    return mean, logvar


def lstm(p: Params, x: jax.Array, h: jax.Array, c: jax.Array) -> tuple[jax.Array, jax.Array]:
    gates = linear(p, "rnn.gates", jnp.concatenate([x, h], -1))
    i, f, o, g = jnp.split(gates, 4, axis=-1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def log_bernoulli(x: jax.Array, logits: jax.Array) -> jax.Array:
    return x * logits - jax.nn.softplus(logits)


def train(
    numbers: dict[str, np.ndarray],
    inputs: tuple[str, ...],
    loss: Callable[..., tuple[jax.Array, jax.Array]],
    learning_rate: float = 1e-3,
) -> None:
    """Serves steps of Adam. `loss(params, *inputs)` gives what to minimise and what to report."""
    batch = [jnp.asarray(numbers[name]) for name in inputs]
    params = {name: jnp.asarray(x) for name, x in numbers.items() if name not in inputs}
    optimizer = optax.adam(learning_rate, eps=1e-8)

    def update(params, state, *batch):
        (_, reported), grads = jax.value_and_grad(loss, has_aux=True)(params, *batch)
        updates, state = optimizer.update(grads, state)
        return optax.apply_updates(params, updates), state, reported

    jitted = jax.jit(update, donate_argnums=(0, 1))
    training = params, optimizer.init(params)

    def step() -> float:
        nonlocal training
        params, state, reported = jax.block_until_ready(jitted(*training, *batch))
        training = params, state
        return float(reported)

    serve(f"JAX {jax.__version__}", step)
