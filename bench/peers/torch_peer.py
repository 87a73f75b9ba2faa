"""What the PyTorch peers share: layers with the numbers of a run, and a step of training."""

import os
from typing import Callable

import numpy as np
import torch
from torch import Tensor, nn

from peer import serve

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

Numbers = dict[str, np.ndarray]


def tensor(numbers: Numbers, name: str) -> Tensor:
    return torch.from_numpy(numbers[name].copy())


def linear(numbers: Numbers, name: str) -> nn.Linear:
    weight = tensor(numbers, f"{name}.weight")
    layer = nn.Linear(*weight.shape)
    layer.weight.data = weight.T.contiguous()
    layer.bias.data = tensor(numbers, f"{name}.bias")
    return layer


def mlp(numbers: Numbers, name: str, layers: int) -> nn.Sequential:
    modules: list[nn.Module] = []
    for i in range(layers):
        modules += [linear(numbers, f"{name}.{i}"), nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def lstm(numbers: Numbers, hidden: int) -> nn.LSTMCell:
    """PyTorch orders the gates input, forget, candidate, output; its second bias, redundant, stays zero."""
    weight, bias = tensor(numbers, "rnn.gates.weight"), tensor(numbers, "rnn.gates.bias")
    order = [0, 1, 3, 2]
    weight = weight.reshape(-1, 4, hidden)[:, order].reshape(-1, 4 * hidden)
    cell = nn.LSTMCell(len(weight) - hidden, hidden)
    cell.weight_ih.data = weight[:-hidden].T.contiguous()
    cell.weight_hh.data = weight[-hidden:].T.contiguous()
    cell.bias_ih.data = bias.reshape(4, hidden)[order].flatten()
    cell.bias_hh = nn.Parameter(torch.zeros(4 * hidden), requires_grad=False)
    return cell


def train(
    model: nn.Module,
    loss: Callable[[], tuple[Tensor, Tensor]],
    learning_rate: float = 1e-3,
) -> None:
    """Serves steps of Adam. `loss()` gives what to minimise and what to report."""
    learned = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(learned, lr=learning_rate)

    def step() -> float:
        optimizer.zero_grad()
        objective, reported = loss()
        objective.backward()
        optimizer.step()
        return reported.item()

    serve(f"PyTorch {torch.__version__}", step)
