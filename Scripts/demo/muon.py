"""Muon: momentum whose matrices are made orthogonal before they are added (Jordan and others, 2024)."""

import torch

MOMENTUM = 0.95
# A polynomial that drives singular values towards one, and how often it is applied.
QUINTIC = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


def orthogonal(matrices):
    """The nearest orthogonal matrices, nearly: count × rows × columns."""
    is_tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if is_tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    a, b, c = QUINTIC
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if is_tall else x


class Muon(torch.optim.Optimizer):
    """Matrices of one shape, which are many in a transformer, are worked on together."""

    def __init__(self, matrices, lr, weight_decay):
        by_shape = {}
        for matrix in matrices:
            by_shape.setdefault(matrix.shape, []).append(matrix)
        super().__init__([{"params": group} for group in by_shape.values()],
                         {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            matrices = group["params"]
            state = self.state[matrices[0]]
            gradients = torch.stack([matrix.grad for matrix in matrices])
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(gradients)
            momentum = state["momentum"].lerp_(gradients, 1 - MOMENTUM)
            update = orthogonal(gradients.lerp(momentum, MOMENTUM))
            # As large as an update of AdamW's is.
            scale = 0.2 * max(update.shape[1:]) ** 0.5
            for matrix, part in zip(matrices, update):
                matrix.mul_(1 - group["lr"] * group["weight_decay"]).add_(part, alpha=-group["lr"] * scale)
