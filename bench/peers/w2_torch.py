"""Workload W2 (w2.gtm) in PyTorch: `python w2_torch.py written NUMBERS`."""

import sys

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from peer import read_numbers
from torch_peer import Numbers, linear, lstm, tensor, train

H, N, W, R = 128, 32, 32, 4
GUARD = 1e-6
OFF_DIAGONAL = 1 - torch.eye(N)
INTERFACE = [W, W, W, 1, 1, 1, R, R * W, R, R * 3]


def content(memory: Tensor, key: Tensor, beta: Tensor) -> Tensor:
    """Weights [B, K, N] for keys [B, K, W] and strengths [B, K]."""
    lengths = (memory.square().sum(-1) + GUARD).sqrt()
    length = (key.square().sum(-1) + GUARD).sqrt()
    cosine = key @ memory.mT / (length[:, :, None] * lengths[:, None] + GUARD)
    return (beta[:, :, None] * cosine).softmax(-1)


def allocation(usage: Tensor) -> Tensor:
    ordered, order = usage.sort(dim=-1, stable=True)
    before = torch.cat([torch.ones_like(ordered[:, :1]), ordered[:, :-1].cumprod(-1)], -1)
    return torch.zeros_like(usage).scatter(-1, order, (1 - ordered) * before)


class DNC(nn.Module):
    def __init__(self, numbers: Numbers) -> None:
        super().__init__()
        self.rnn = lstm(numbers, H)
        self.interface = linear(numbers, "interface")
        self.out = linear(numbers, "out")

    def start(self, batch: int) -> None:
        self.memory = torch.full((batch, N, W), 1e-6)
        self.usage = torch.zeros(batch, N)
        self.ww = torch.zeros(batch, N)
        self.precedence = torch.zeros(batch, N)
        self.links = torch.zeros(batch, N, N)
        self.wr = torch.zeros(batch, R, N)

    def write(self, word, erase, key, beta, ga, gw, free) -> None:
        last = self.ww.detach()
        kept = (1 - free[:, :, None] * self.wr).prod(1)
        self.usage = (self.usage + last - self.usage * last) * kept
        found = content(self.memory, key[:, None], beta)[:, 0]
        ww = gw * (ga * allocation(self.usage) + (1 - ga) * found)
        column, row = ww[:, :, None], ww[:, None]
        self.memory = self.memory * (1 - column * erase[:, None]) + column * word[:, None]
        links = (1 - column - row) * self.links + column * self.precedence[:, None]
        self.links = links * OFF_DIAGONAL
        self.precedence = (1 - ww.sum(-1, keepdim=True)) * self.precedence + ww
        self.ww = ww

    def read(self, key: Tensor, beta: Tensor, mode: Tensor) -> Tensor:
        backward, forward, by_content = mode.split(1, -1)
        self.wr = (
            backward * (self.wr @ self.links)
            + forward * (self.wr @ self.links.mT)
            + by_content * content(self.memory, key, beta)
        )
        return self.wr @ self.memory

    def forward(self, inputs: Tensor) -> Tensor:
        """inputs [T, B, 32]; logits of the same shape."""
        batch = inputs.shape[1]
        self.start(batch)
        h, c = torch.zeros(batch, H), torch.zeros(batch, H)
        reads = torch.zeros(batch, R * W)
        logits = []
        for x in inputs:
            h, c = self.rnn(torch.cat([x, reads], -1), (h, c))
            word, erase, key, beta, ga, gw, free, read_key, read_beta, mode = self.interface(
                h
            ).split(INTERFACE, -1)
            self.write(
                word,
                erase.sigmoid(),
                key,
                F.softplus(beta),
                ga.sigmoid(),
                gw.sigmoid(),
                free.sigmoid(),
            )
            reads = self.read(
                read_key.view(batch, R, W),
                F.softplus(read_beta),
                mode.view(batch, R, 3).softmax(-1),
            ).flatten(1)
            logits.append(self.out(torch.cat([h, reads], -1)))
        return torch.stack(logits)


if __name__ == "__main__":
    numbers = read_numbers(sys.argv[2])
    x, y = (tensor(numbers, name).transpose(0, 1).contiguous() for name in ("x", "y"))
    model = DNC(numbers)

    def loss() -> tuple[Tensor, Tensor]:
        """The binary cross-entropy, summed over time and bits, mean over the batch."""
        value = F.binary_cross_entropy_with_logits(model(x), y, reduction="sum") / x.shape[1]
        return value, value

    train(model, loss)
