"""The games from image to image in eager PyTorch, with the same networks and losses as ours.

In: a recipe of pix2pix or of CycleGAN, and the batches of our game. Out: a callable that makes one
step, in the order of the recipe's game, which is also that of the authors' code. As there, judges
take no gradients while generators learn, and past fakes lie in a list. (Learning rates do not
fall: that costs nothing.)

Source: https://github.com/junyanz/pytorch-CycleGAN-and-pix2pix
"""

import itertools
import random
from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.torch_step import LOSSES, chain, network, optimizer
from gan_course.recipes.cycle import Cycle
from gan_course.recipes.pix2pix import Pix2pix
from gan_course.recipes.translating import Translating

Batches = Callable[[int], dict[str, np.ndarray]]  # inputs, images: uint8 (1, batch, H, W, C)


class UNet(nn.Module):
    """Down and up again, with a bridge from each size to the same size; as `unet` of ours."""

    def __init__(self, down: tuple[str, ...], up: tuple[str, ...], shape: tuple[int, ...]):
        super().__init__()
        self.down, self.up, bridges = nn.ModuleList(), nn.ModuleList(), []
        for line in down:
            layers, shape = chain((line,), shape)
            self.down.append(layers)
            bridges.append(shape[0])
        bridges.pop()
        for line in up:
            layers, shape = chain((line,), shape)
            self.up.append(layers)
            if bridges:
                shape = (shape[0] + bridges.pop(), *shape[1:])

    def forward(self, made):
        sizes = []
        for layers in self.down:
            made = layers(made)
            sizes.append(made)
        sizes.pop()
        for layers in self.up:
            made = layers(made)
            if sizes:
                made = torch.cat((made, sizes.pop()), 1)
        return made


def networks(recipe: Translating) -> tuple[nn.Module, ...]:
    """Generators, then as many judges, in the order of our game's `build`."""
    from_, to = (_channels_first(shape) for shape in (recipe.input_shape, recipe.image_shape))
    if isinstance(recipe, Pix2pix):
        seen = (to[0] + from_[0], *to[1:]) if recipe.sees_input else to
        return UNet(recipe.down, recipe.up, from_), network(recipe.discriminator, seen)
    return (
        network(recipe.generator, from_),
        network(recipe.generator_back, to),
        network(recipe.discriminator, to),
        network(recipe.discriminator_back or recipe.discriminator, from_),
    )


def _channels_first(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    height, width, channels = shape
    return channels, height, width


def parameters(recipe: Translating) -> int:
    """Of all networks: must be as many as ours."""
    return sum(weights.numel() for weights in _weights(networks(recipe)))


def _weights(several: Iterable[nn.Module]) -> Iterable[nn.Parameter]:
    return itertools.chain.from_iterable(each.parameters() for each in several)


class _Step:
    """What both games have; calling it makes a step and returns a loss."""

    def __init__(self, recipe: Translating, batches: Batches):
        torch.manual_seed(recipe.seed)
        self.recipe, self.batches, self.steps = recipe, batches, itertools.count()
        self.networks = networks(recipe)
        half = len(self.networks) // 2
        self.generators, self.judges = self.networks[:half], self.networks[half:]
        self.g_optimizer = optimizer(recipe, recipe.g_learning_rate, _weights(self.generators))
        self.d_optimizer = optimizer(recipe, recipe.d_learning_rate, _weights(self.judges))
        self.d_loss, self.g_loss = LOSSES[recipe.objective]

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """inputs, images: float32 (batch, C, H, W) in the recipe's value range."""
        made = self.batches(next(self.steps))
        return self._scaled(made["inputs"][0]), self._scaled(made["images"][0])

    def _scaled(self, pixels: np.ndarray) -> torch.Tensor:
        low, high = self.recipe.value_range
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous()
        return images.float() * ((high - low) / 255) + low

    def judges_take_gradients(self, wanted: bool) -> None:
        """Whether a backward pass stops for the judges' own weights."""
        for judge in self.judges:
            judge.requires_grad_(wanted)


def _descend(chosen: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    chosen.zero_grad()
    loss.backward()
    chosen.step()


class Pix2pixStep(_Step):
    """D learns from the true answer and G's; then G, from D's new verdict and the truth."""

    recipe: Pix2pix

    def __call__(self) -> float:
        recipe, (generator, judge) = self.recipe, self.networks
        question, truth = self.batch()
        answer = generator(question)
        total = recipe.l1_weight * functional.l1_loss(answer, truth)
        if recipe.adversarial_weight > 0:
            self.judges_take_gradients(True)
            real = judge(self._seen(truth, question))
            fake = judge(self._seen(answer.detach(), question))
            _descend(self.d_optimizer, recipe.d_weight * self.d_loss(real, fake).mean())
            self.judges_take_gradients(False)
            verdict = judge(self._seen(answer, question))
            total = total + recipe.adversarial_weight * self.g_loss(verdict).mean()
        _descend(self.g_optimizer, total)
        return float(total.detach())

    def _seen(self, answer: torch.Tensor, question: torch.Tensor) -> torch.Tensor:
        return torch.cat((answer, question), 1) if self.recipe.sees_input else answer


class CycleStep(_Step):
    """Both generators, then both judges, who are shown fakes of the past as well."""

    recipe: Cycle

    def __init__(self, recipe: Cycle, batches: Batches):
        super().__init__(recipe, batches)
        self.pools = Pool(recipe.pool_size, recipe.seed), Pool(recipe.pool_size, recipe.seed + 1)

    def __call__(self) -> float:
        x, y = self.batch()
        x = self._negated(x)
        self.judges_take_gradients(False)
        there, back = self._generators_learn(x, y)
        self.judges_take_gradients(True)
        losses = [
            self.d_loss(judge(real), judge(pool.shown(fake))).mean()
            for judge, pool, real, fake in zip(
                self.judges, self.pools, (y, x), (there, back), strict=True
            )
        ]
        total = self.recipe.d_weight * sum(losses)
        _descend(self.d_optimizer, total)
        return float(total.detach())

    def _generators_learn(self, x, y) -> tuple[torch.Tensor, torch.Tensor]:
        recipe, distance = self.recipe, functional.l1_loss
        generator, generator_back, of_targets, of_inputs = self.networks
        there, back = generator(x), generator_back(y)
        home = generator_back(self._noisy(there))
        home_again = generator(self._negated(self._noisy(back)))
        adversarial = self.g_loss(of_targets(there)).mean() + self.g_loss(of_inputs(back)).mean()
        cycle = distance(home, x) + distance(home_again, y)
        total = recipe.adversarial_weight * adversarial + recipe.cycle_weight * cycle
        if recipe.identity_weight > 0:
            identity = distance(generator(y), y) + distance(generator_back(x), x)
            total = total + recipe.identity_weight * identity
        _descend(self.g_optimizer, total)
        return there.detach(), back.detach()

    def _noisy(self, images: torch.Tensor) -> torch.Tensor:
        if self.recipe.cycle_noise == 0:
            return images
        return images + self.recipe.cycle_noise * torch.randn_like(images)

    def _negated(self, images: torch.Tensor) -> torch.Tensor:
        if self.recipe.negatives == 0:
            return images
        chances = torch.rand(len(images), 1, 1, 1, device=images.device)
        return torch.where(chances < self.recipe.negatives, -images, images)


class Pool:
    """Past fakes in a list, of which one in two is shown in place of a new one."""

    def __init__(self, size: int, seed: int):
        self.size, self.images, self.random = size, [], random.Random(seed)

    def shown(self, fresh: torch.Tensor) -> torch.Tensor:
        """Fresh fakes (batch, C, H, W), or past ones in their place."""
        if self.size == 0:
            return fresh
        chosen = []
        for image in fresh:
            if len(self.images) < self.size:
                self.images.append(image)
            elif self.random.random() < 0.5:
                place = self.random.randrange(self.size)
                image, self.images[place] = self.images[place], image
            chosen.append(image)
        return torch.stack(chosen)


STEPS = {"pix2pix": Pix2pixStep, "cycle": CycleStep}  # by the recipe's game
