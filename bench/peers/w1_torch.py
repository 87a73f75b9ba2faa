"""Workload W1 (w1.gtm) in PyTorch: `python w1_torch.py written|hoisted NUMBERS`.

"written" runs every network in every step of time; "hoisted" keeps in the loop only what the recurrence needs.
"""

import sys

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from peer import read_numbers
from torch_peer import Numbers, linear, lstm, mlp, tensor, train

Z, H, L, R = 32, 128, 15, 3


def kl(mean_q: Tensor, logvar_q: Tensor, mean_p: Tensor, logvar_p: Tensor) -> Tensor:
    """Of two Gaussians, summed."""
    spread = logvar_q.exp() + (mean_q - mean_p) ** 2
    return 0.5 * (logvar_p - logvar_q - 1 + spread * (-logvar_p).exp()).sum()


def nats(logits: Tensor, x: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, x, reduction="sum")


class W1(nn.Module):
    def __init__(self, numbers: Numbers) -> None:
        super().__init__()
        self.encode = nn.Sequential(linear(numbers, "encode"), nn.ReLU())
        self.attend = linear(numbers, "attend")
        self.prior = mlp(numbers, "prior", 2)
        self.post = mlp(numbers, "post", 2)
        self.obs = mlp(numbers, "obs", 2)
        self.rnn = lstm(numbers, H)

    def context(self, h: Tensor, slots: Tensor) -> Tensor:
        """What a step knows of the past: three reads and the controller's output, [B, 224]."""
        attention = self.attend(h).view(-1, R, L).softmax(-1)
        return torch.cat([(attention @ slots).flatten(1), h], -1)

    def start(self, batch: int) -> tuple[Tensor, Tensor, Tensor]:
        return torch.zeros(batch, H), torch.zeros(batch, H), torch.zeros(batch, L, Z)

    def loss_as_written(self, frames: Tensor, noise: Tensor) -> Tensor:
        """frames [T, B, 784], noise [T, B, 32]; minus the bound in nats."""
        batch = frames.shape[1]
        h, c, slots = self.start(batch)
        loss = torch.zeros(())
        for x, epsilon in zip(frames, noise):
            psi = self.context(h, slots)
            mean_p, logvar_p = self.prior(psi).chunk(2, -1)
            mean_q, logvar_q = self.post(torch.cat([self.encode(x), psi], -1)).chunk(2, -1)
            z = mean_q + (0.5 * logvar_q).exp() * epsilon
            seen = torch.cat([z, psi], -1)
            loss = loss + nats(self.obs(seen), x) + kl(mean_q, logvar_q, mean_p, logvar_p)
            h, c = self.rnn(seen, (h, c))
            slots = torch.cat([z[:, None], slots[:, :-1]], 1)
        return loss / batch

    def loss_hoisted(self, frames: Tensor, noise: Tensor) -> Tensor:
        batch = frames.shape[1]
        h, c, slots = self.start(batch)
        contexts, posteriors, seens = [], [], []
        for code, epsilon in zip(self.encode(frames), noise):
            psi = self.context(h, slots)
            posterior = self.post(torch.cat([code, psi], -1))
            mean, logvar = posterior.chunk(2, -1)
            z = mean + (0.5 * logvar).exp() * epsilon
            seen = torch.cat([z, psi], -1)
            h, c = self.rnn(seen, (h, c))
            slots = torch.cat([z[:, None], slots[:, :-1]], 1)
            contexts.append(psi)
            posteriors.append(posterior)
            seens.append(seen)
        prior = self.prior(torch.stack(contexts)).chunk(2, -1)
        divergence = kl(*torch.stack(posteriors).chunk(2, -1), *prior)
        return (nats(self.obs(torch.stack(seens)), frames) + divergence) / batch


if __name__ == "__main__":
    variant, path = sys.argv[1:]
    numbers = read_numbers(path)
    frames = tensor(numbers, "x").transpose(0, 1).contiguous()
    noise = tensor(numbers, "/noise.z")[:, 0]
    model = W1(numbers)
    losses = {"written": model.loss_as_written, "hoisted": model.loss_hoisted}

    def loss() -> tuple[Tensor, Tensor]:
        value = losses[variant](frames, noise)
        return value, value

    train(model, loss)
