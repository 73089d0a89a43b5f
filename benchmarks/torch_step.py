"""The same networks in eager PyTorch, in the loop of its own DCGAN tutorial.

In: a recipe. Out: a function that makes one step. The networks are read from the same lines. D
learns from real batches and from fakes that are detached, new ones for each batch; then G learns
through the new D: from the last fakes again, as in the tutorial, or from new ones.

Source: https://pytorch.org/tutorials/beginner/dcgan_faces_tutorial.html
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from gan_course.recipes.schema import Recipe


def torch_step(
    recipe: Recipe, batches: Callable[[int], np.ndarray], same_fakes: bool
) -> Callable[[], float]:
    """One step of `recipe` on uint8 images `batches(step)`: (d_steps, batch, H, W, C).

    Args:
      same_fakes: G learns from D's last fakes, which saves a forward pass of G.
    """
    torch.manual_seed(recipe.seed)
    height, width, channels = recipe.image_shape
    generator = network(recipe.generator, (recipe.latent_dim,))
    discriminator = network(recipe.discriminator, (channels, height, width))
    g_optimizer = _optimizer(recipe, recipe.g_learning_rate, generator)
    d_optimizer = _optimizer(recipe, recipe.d_learning_rate, discriminator)
    d_loss, g_loss = _LOSSES[recipe.objective]
    low, high = recipe.value_range
    count = 0

    def noise():
        if recipe.noise == "uniform":
            return torch.rand(recipe.batch_size, recipe.latent_dim) * 2 - 1
        return torch.randn(recipe.batch_size, recipe.latent_dim)

    def learn_d(real, fake):
        d_optimizer.zero_grad()
        loss = d_loss(discriminator(real), discriminator(fake), recipe).mean()
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
        reals = torch.from_numpy(batches(count)).permute(0, 1, 4, 2, 3).contiguous()
        reals = reals.float() * ((high - low) / 255) + low
        count += 1
        for real in reals:
            fake = generator(noise())
            loss = learn_d(real, fake.detach())
        learn_g(fake if same_fakes else generator(noise()))
        return float(loss.detach())

    return step


def parameters(recipe: Recipe) -> int:
    """Of both networks: must be as many as ours."""
    height, width, channels = recipe.image_shape
    networks = (
        network(recipe.generator, (recipe.latent_dim,)),
        network(recipe.discriminator, (channels, height, width)),
    )
    return sum(weights.numel() for each in networks for weights in each.parameters())


def network(lines: tuple[str, ...], shape: tuple[int, ...]) -> nn.Sequential:
    """The lines as PyTorch layers; `shape` is that of the input, channels first."""
    layers: list[nn.Module] = []
    for line in lines:
        words = line.split()
        while words:
            word, numbers = words.pop(0), []
            while words and _is_number(words[0]):
                numbers.append(float(words.pop(0)))
            options = []
            while words and (words[0][0] in "ksN" and words[0][1] in "0123456789(") | (
                words[0] in ("SN", "nobias", "xavier") or words[0].startswith("bias(")
            ):
                options.append(words.pop(0))
            layer, shape = _layer(word, numbers, options, shape)
            layers.append(layer)
    return nn.Sequential(*layers)


def _is_number(word: str) -> bool:
    return word.lstrip("-").replace(".", "", 1).isdigit()


def _layer(word: str, numbers: list[float], options: list[str], shape: tuple[int, ...]):
    size = {o[0]: int(o[1:]) for o in options if o[0] in "ks" and o[1:].isdigit()}
    kernel, stride, bias = size.get("k"), size.get("s", 1), "nobias" not in options
    if word == "Dense":
        made = nn.Linear(shape[0], int(numbers[0]), bias)
        shape = (int(numbers[0]),)
    elif word == "Conv":
        sides = tuple(math.ceil(side / stride) for side in shape[1:])
        padding = next(
            p for p in range(kernel) if (shape[1] + 2 * p - kernel) // stride + 1 == sides[0]
        )
        made = nn.Conv2d(shape[0], int(numbers[0]), kernel, stride, padding, bias=bias)
        shape = (int(numbers[0]), *sides)
    elif word == "ConvT":
        padding = math.ceil((kernel - stride) / 2)
        more = 2 * padding - (kernel - stride)
        made = nn.ConvTranspose2d(
            shape[0], int(numbers[0]), kernel, stride, padding, more, bias=bias
        )
        shape = (int(numbers[0]), *(side * stride for side in shape[1:]))
    elif word == "Reshape":
        height, width, channels = map(int, numbers)
        shape = (channels, height, width)
        made = nn.Unflatten(1, shape)
    elif word == "Flatten":
        made, shape = nn.Flatten(), (math.prod(shape),)
    elif word == "Up":
        made, shape = nn.Upsample(scale_factor=2), (shape[0], *(2 * side for side in shape[1:]))
    elif word == "BN":
        kind = nn.BatchNorm1d if len(shape) == 1 else nn.BatchNorm2d
        made = kind(shape[0], eps=1e-3, momentum=1 - (numbers[0] if numbers else 0.99))
    else:
        made = {
            "ReLU": nn.ReLU,
            "LReLU": lambda: nn.LeakyReLU(numbers[0]),
            "tanh": nn.Tanh,
            "sigmoid": nn.Sigmoid,
            "Dropout": lambda: nn.Dropout(numbers[0]),
        }[word]()
    if "SN" in options:
        made = nn.utils.parametrizations.spectral_norm(made)
    return made, shape


def _optimizer(recipe: Recipe, rate: float, learner: nn.Module) -> torch.optim.Optimizer:
    if recipe.optimizer == "adam":
        return torch.optim.Adam(learner.parameters(), rate, (recipe.beta_1, 0.999), eps=1e-7)
    if recipe.optimizer == "rmsprop":
        return torch.optim.RMSprop(learner.parameters(), rate, alpha=0.9, eps=1e-7)
    return torch.optim.SGD(learner.parameters(), rate)


def _cross_entropy(real, fake, recipe):
    on_real = recipe.real_label * functional.softplus(-real)
    on_real = on_real + (1 - recipe.real_label) * functional.softplus(real)
    return on_real + functional.softplus(fake)


def _squares(real, fake, recipe):
    return 0.5 * (real - 1) ** 2 + 0.5 * fake**2


def _hinge(real, fake, recipe):
    return functional.relu(1 - real) + functional.relu(1 + fake)


_LOSSES = {
    "non_saturating": (_cross_entropy, lambda fake: functional.softplus(-fake)),
    "minimax": (_cross_entropy, lambda fake: -functional.softplus(fake)),
    "least_squares": (_squares, lambda fake: 0.5 * (fake - 1) ** 2),
    "hinge": (_hinge, lambda fake: -fake),
    "wasserstein": (lambda real, fake, recipe: fake - real, lambda fake: -fake),
}


def _penalty(recipe: Recipe, discriminator: nn.Module, real, fake):
    if recipe.penalty == "r1":
        places = real.clone().requires_grad_()
    else:
        share = torch.rand(len(real), 1, 1, 1)
        places = (share * real + (1 - share) * fake.detach()).requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(places).sum(), places, create_graph=True)
    norm = slope.flatten(1).norm(dim=1)
    return (norm**2 / 2 if recipe.penalty == "r1" else (norm - 1) ** 2).mean()


def _clip(recipe: Recipe, discriminator: nn.Module) -> None:
    if recipe.clip is not None:
        with torch.no_grad():
            for weight in discriminator.parameters():
                weight.clamp_(-recipe.clip, recipe.clip)
