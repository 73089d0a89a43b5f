"""The same networks in eager PyTorch, in the loop of its own DCGAN tutorial.

In: a recipe. Out: a function that makes one step. The networks are read from the same lines. D
learns from real batches and from fakes that are detached, new ones for each batch; then G learns
through the new D: from the last fakes again, as in the tutorial, or from new ones. Where the
recipe is conditional both are told the labels, D as planes.

Source: https://pytorch.org/tutorials/beginner/dcgan_faces_tutorial.html
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from gan_course.recipes.adversarial import Adversarial
from gan_course.recipes.conditional import Conditional
from gan_course.recipes.translating import Translating

Batches = Callable[[int], dict[str, np.ndarray]]  # as our game makes them


def torch_step(recipe: Adversarial, batches: Batches, same_fakes: bool) -> Callable[[], float]:
    """One step of `recipe` on `batches(step)`: images, uint8 (d_steps, batch, H, W, C), and
    labels (d_steps, batch) where there are some.

    Args:
      same_fakes: G learns from D's last fakes, which saves a forward pass of G.
    """
    torch.manual_seed(recipe.seed)
    generator, discriminator = players(recipe)
    g_optimizer = optimizer(recipe, recipe.g_learning_rate, generator.parameters())
    d_optimizer = optimizer(recipe, recipe.d_learning_rate, discriminator.parameters())
    d_loss, g_loss = LOSSES[recipe.objective]
    low, high = recipe.value_range
    count = 0

    def noise():
        if recipe.noise == "uniform":
            return torch.rand(recipe.batch_size, recipe.latent_dim) * 2 - 1
        return torch.randn(recipe.batch_size, recipe.latent_dim)

    def learn_d(real, fake):
        d_optimizer.zero_grad()
        loss = d_loss(discriminator(real), discriminator(fake), recipe.real_label).mean()
        if recipe.penalty is not None:
            loss = loss + recipe.penalty_weight * _penalty(recipe, discriminator, real, fake)
        loss.backward()
        d_optimizer.step()
        _clip(recipe, discriminator)
        return loss

    def learn_g(fake):
        g_optimizer.zero_grad()
        g_loss(discriminator(fake)).mean().backward()
        g_optimizer.step()

    def step() -> float:
        nonlocal count
        batch = batches(count)
        reals = torch.from_numpy(batch["images"]).permute(0, 1, 4, 2, 3).contiguous()
        reals = reals.float() * ((high - low) / 255) + low
        labels = torch.from_numpy(batch["labels"]).long() if "labels" in batch else None
        count += 1
        for number, real in enumerate(reals):
            told = None if labels is None else functional.one_hot(labels[number], recipe.classes)
            fake = generator(beside(noise(), told))
            loss = learn_d(beside(real, told), beside(fake.detach(), told))
        learn_g(beside(fake if same_fakes else generator(beside(noise(), told)), told))
        return float(loss.detach())

    return step


def beside(inputs: torch.Tensor, told: torch.Tensor | None) -> torch.Tensor:
    """Inputs (batch, …) and, behind them, the labels, one-hot (batch, classes): numbers beside
    numbers, planes beside planes."""
    if told is None:
        return inputs
    label = told.float().reshape(*told.shape, *[1] * (inputs.dim() - 2))
    return torch.cat((inputs, label.expand(*told.shape, *inputs.shape[2:])), 1)


def players(recipe: Adversarial) -> tuple[nn.Module, nn.Module]:
    """The generator and the discriminator, which take the labels as `beside` puts them."""
    told = 0
    if isinstance(recipe, Conditional):
        if recipe.condition != "planes":
            raise ValueError(f"only planes are played here, not {recipe.condition!r}")
        told = recipe.classes
    height, width, channels = recipe.image_shape
    return (
        network(recipe.generator, (recipe.latent_dim + told,)),
        network(recipe.discriminator, (channels + told, height, width)),
    )


def parameters(recipe: Adversarial) -> int:
    """Of both networks: must be as many as ours."""
    return sum(weights.numel() for each in players(recipe) for weights in each.parameters())


def network(lines: tuple[str, ...], shape: tuple[int, ...]) -> nn.Sequential:
    """The lines as PyTorch layers; `shape` is that of the input, channels first."""
    return chain(lines, shape)[0]


def chain(lines: tuple[str, ...], shape: tuple[int, ...]) -> tuple[nn.Sequential, tuple[int, ...]]:
    """The lines as PyTorch layers, and the shape of what they give."""
    layers: list[nn.Module] = []
    for line in lines:
        words = line.split()
        if words[0] == "Res":
            conv = " ".join(["Conv", words[1], "k3 valid", *words[2:]])
            block, shape = chain(("Pad 1", f"{conv} ReLU", "Pad 1", conv), shape)
            layers.append(Residual(block))
            continue
        while words:
            word, numbers = words.pop(0), []
            while words and _is_number(words[0]):
                numbers.append(float(words.pop(0)))
            options = []
            while words and (words[0][0] in "ksN" and words[0][1] in "0123456789(") | (
                words[0] in ("SN", "nobias", "xavier", "valid") or words[0].startswith("bias(")
            ):
                options.append(words.pop(0))
            layer, shape = _layer(word, numbers, options, shape)
            layers.append(layer)
    return nn.Sequential(*layers), shape


class Residual(nn.Module):
    """What goes in, plus what the block makes of it."""

    def __init__(self, block: nn.Module):
        super().__init__()
        self.block = block

    def forward(self, made):
        return made + self.block(made)


class BatchDeviation(nn.Module):
    """One plane more: the deviation over the batch, its mean over all places."""

    def forward(self, made):
        deviation = (made.var(0, correction=0) + 1e-8).sqrt().mean()
        return torch.cat([made, deviation.expand_as(made[:, :1])], 1)


def _is_number(word: str) -> bool:
    return word.lstrip("-").replace(".", "", 1).isdigit()


def _layer(word: str, numbers: list[float], options: list[str], shape: tuple[int, ...]):
    if word in ("Conv", "ConvT"):
        made, shape = _convolution(word, int(numbers[0]), options, shape)
    elif word == "Dense":
        made = nn.Linear(shape[0], int(numbers[0]), "nobias" not in options)
        shape = (int(numbers[0]),)
    elif word in ("Pad", "ZeroPad"):
        pixels = int(numbers[0])
        made = {"Pad": nn.ReflectionPad2d, "ZeroPad": nn.ZeroPad2d}[word](pixels)
        shape = (shape[0], *(side + 2 * pixels for side in shape[1:]))
    elif word == "Reshape":
        height, width, channels = map(int, numbers)
        shape = (channels, height, width)
        made = nn.Unflatten(1, shape)
    elif word == "BatchDeviation":
        made, shape = BatchDeviation(), (shape[0] + 1, *shape[1:])
    elif word == "Flatten":
        made, shape = nn.Flatten(), (math.prod(shape),)
    elif word == "GlobalMaxPool":
        made, shape = nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()), shape[:1]
    elif word == "Up":
        made, shape = nn.Upsample(scale_factor=2), (shape[0], *(2 * side for side in shape[1:]))
    else:
        made = _after(word, numbers, shape)
    if "SN" in options:
        made = nn.utils.parametrizations.spectral_norm(made)
    return made, shape


def _convolution(word: str, filters: int, options: list[str], shape: tuple[int, ...]):
    size = {o[0]: int(o[1:]) for o in options if o[0] in "ks" and o[1:].isdigit()}
    kernel, stride, bias = size["k"], size.get("s", 1), "nobias" not in options
    if word == "ConvT":
        padding = math.ceil((kernel - stride) / 2)
        more = 2 * padding - (kernel - stride)
        made = nn.ConvTranspose2d(shape[0], filters, kernel, stride, padding, more, bias=bias)
        return made, (filters, *(side * stride for side in shape[1:]))
    if "valid" in options:
        padding, sides = 0, [(side - kernel) // stride + 1 for side in shape[1:]]
    else:
        sides = [math.ceil(side / stride) for side in shape[1:]]
        room = (shape[1] + 2 * p - kernel for p in range(kernel))
        fitting = (p for p, left in enumerate(room) if left // stride + 1 == sides[0])
        padding = next(fitting, "same")  # an even kernel without stride has no even padding
    made = nn.Conv2d(shape[0], filters, kernel, stride, padding, bias=bias)
    return made, (filters, *sides)


def _after(word: str, numbers: list[float], shape: tuple[int, ...]) -> nn.Module:
    """A layer that keeps the shape."""
    if word == "BN":
        kind = nn.BatchNorm1d if len(shape) == 1 else nn.BatchNorm2d
        return kind(shape[0], eps=1e-3, momentum=1 - (numbers[0] if numbers else 0.99))
    return {
        "IN": lambda: nn.InstanceNorm2d(shape[0], eps=1e-5, affine=True),
        "PlainIN": lambda: nn.InstanceNorm2d(shape[0], eps=1e-5),
        "ReLU": nn.ReLU,
        "LReLU": lambda: nn.LeakyReLU(numbers[0]),
        "tanh": nn.Tanh,
        "sigmoid": nn.Sigmoid,
        "Dropout": lambda: nn.Dropout(numbers[0]),
    }[word]()


def optimizer(recipe: Adversarial | Translating, rate: float, weights) -> torch.optim.Optimizer:
    """The recipe's optimizer for those weights."""
    if recipe.optimizer == "adam":
        return torch.optim.Adam(weights, rate, (recipe.beta_1, 0.999), eps=1e-7)
    if recipe.optimizer == "rmsprop":
        return torch.optim.RMSprop(weights, rate, alpha=0.9, eps=1e-7)
    return torch.optim.SGD(weights, rate)


def _cross_entropy(real, fake, real_label=1.0):
    on_real = functional.softplus(-real)
    if real_label != 1:
        on_real = real_label * on_real + (1 - real_label) * functional.softplus(real)
    return on_real + functional.softplus(fake)


def _squares(real, fake, real_label=1.0):
    return 0.5 * (real - 1) ** 2 + 0.5 * fake**2


def _hinge(real, fake, real_label=1.0):
    return functional.relu(1 - real) + functional.relu(1 + fake)


LOSSES = {  # of D: (real logits, fake logits, target of real ones); of G: (fake logits)
    "non_saturating": (_cross_entropy, lambda fake: functional.softplus(-fake)),
    "minimax": (_cross_entropy, lambda fake: -functional.softplus(fake)),
    "least_squares": (_squares, lambda fake: 0.5 * (fake - 1) ** 2),
    "hinge": (_hinge, lambda fake: -fake),
    "wasserstein": (lambda real, fake, real_label=1.0: fake - real, lambda fake: -fake),
}


def _penalty(recipe: Adversarial, discriminator: nn.Module, real, fake):
    if recipe.penalty == "r1":
        places = real.clone().requires_grad_()
    else:
        share = torch.rand(len(real), 1, 1, 1)
        places = (share * real + (1 - share) * fake.detach()).requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(places).sum(), places, create_graph=True)
    norm = slope.flatten(1).norm(dim=1)
    return (norm**2 / 2 if recipe.penalty == "r1" else (norm - 1) ** 2).mean()


def _clip(recipe: Adversarial, discriminator: nn.Module) -> None:
    if recipe.clip is not None:
        with torch.no_grad():
            for weight in discriminator.parameters():
                weight.clamp_(-recipe.clip, recipe.clip)
