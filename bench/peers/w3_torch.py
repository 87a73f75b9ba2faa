"""Workload W3 (w3.gtm) in PyTorch: `python w3_torch.py written NUMBERS`."""

import math
import sys

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from peer import read_numbers
from torch_peer import Numbers, mlp, tensor, train


def log_normal(z: Tensor, mean: Tensor, logvar: Tensor) -> Tensor:
    terms = math.log(2 * math.pi) + logvar + (z - mean) ** 2 * (-logvar).exp()
    return -0.5 * terms.sum(-1)


def leave_one_out(log_weights: Tensor) -> Tensor:
    """[K, B]: the bound with the arithmetic mean of the others in place of each particle."""
    count = log_weights.shape[0]
    own = torch.eye(count, dtype=torch.bool)[:, :, None]
    others = log_weights.masked_fill(own, -math.inf)
    return others.logsumexp(1) - math.log(count - 1)


class W3(nn.Module):
    def __init__(self, numbers: Numbers) -> None:
        super().__init__()
        self.encode = mlp(numbers, "encode", 2)
        self.prior = mlp(numbers, "prior", 2)
        self.post = mlp(numbers, "post", 2)
        self.obs = mlp(numbers, "obs", 3)
        self.e_p = nn.Parameter(tensor(numbers, "e_p"))

    def forward(
        self, support: Tensor, x: Tensor, gumbel: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tensor]:
        """support [256, 784], x [B, 784], gumbel [K, B, 256], noise [K, B, 32]; minus VIMCO's surrogate and the bound."""
        codes, query = self.encode(support), self.encode(x)
        lengths = (codes.square().sum(-1) + 1e-12).sqrt()
        log_p_a = (codes @ self.e_p / lengths).log_softmax(-1)
        guide = query @ codes.T / lengths
        a = (guide + gumbel).argmax(-1)
        log_q_a = guide.log_softmax(-1).expand(gumbel.shape).gather(-1, a[..., None])[..., 0]

        code = codes[a]
        prior = self.prior(code).chunk(2, -1)
        post = self.post(torch.cat([query.expand(code.shape), code], -1)).chunk(2, -1)
        z = post[0] + (0.5 * post[1]).exp() * noise
        logits = self.obs(torch.cat([z, code], -1))
        nats = F.binary_cross_entropy_with_logits(logits, x.expand(logits.shape), reduction="none")

        log_weights = (
            log_p_a[a] - log_q_a + log_normal(z, *prior) - log_normal(z, *post) - nats.sum(-1)
        )
        bound = log_weights.logsumexp(0) - math.log(len(log_weights))
        signal = (bound - leave_one_out(log_weights)).detach()
        surrogate = bound + (signal * log_q_a).sum(0)
        return -surrogate.mean(), -bound.mean()


if __name__ == "__main__":
    numbers = read_numbers(sys.argv[2])
    inputs = [tensor(numbers, name) for name in ("support", "x", "/noise.a", "/noise.z")]
    model = W3(numbers)
    train(model, lambda: model(*inputs), 3e-4)
