"""The painting of chapter 11 in eager PyTorch: the same judge, the same three losses, Adam.

In: a recipe, the two pictures, and the filters of our judge. Out: a callable that makes one step on
the pixels, and returns the loss before it.
"""

import numpy as np
import torch
from torch.nn import functional

from gan_course.recipes.style import JUDGES, Style

Maps = dict[str, torch.Tensor]


class StyleStep:
    """pictures: "content" and "style", uint8 (1, H, W, 3); "kernel0", "bias0", … of the judge.

    (Adam's epsilon is added after the correction of the second moment here, before it in Keras:
    the same work, but not the same picture.)
    """

    def __init__(self, recipe: Style, pictures: dict[str, np.ndarray]):
        self.recipe = recipe
        kernels = sorted(name for name in pictures if name.startswith("kernel"))
        self.filters = [
            (
                torch.from_numpy(pictures[name].transpose(3, 2, 0, 1).copy()),
                torch.from_numpy(pictures[name.replace("kernel", "bias")].copy()),
            )
            for name in kernels
        ]
        content, style = (self._values(pictures[name]) for name in ("content", "style"))
        with torch.no_grad():
            seen, manner = self.look(content), self.look(style)
        self.content = {name: seen[name] for name in recipe.content_layers}
        self.style = {name: gram(manner[name]) for name in recipe.style_layers}
        self.image = content.clone().requires_grad_()
        betas = recipe.beta_1, recipe.beta_2
        self.optimizer = torch.optim.Adam(
            [self.image], recipe.learning_rate, betas, eps=recipe.epsilon
        )

    def __call__(self) -> float:
        recipe = self.recipe
        self.optimizer.zero_grad()
        seen = self.look(self.image)
        total = (
            recipe.content_weight * difference(self.content, seen)
            + recipe.style_weight * difference(self.style, {n: gram(seen[n]) for n in self.style})
            + recipe.variation_weight * variation(self.image)
        )
        total.backward()
        self.optimizer.step()
        with torch.no_grad():
            self.image.clamp_(*recipe.value_range)
        return float(total.detach())

    def look(self, image: torch.Tensor) -> Maps:
        """What the judge sees at each of its layers."""
        low, high = self.recipe.value_range
        features, maps = (image - low) * (2 / (high - low)) - 1, {}
        for name, (kernel, bias) in zip(JUDGES["random"], self.filters, strict=False):
            features = functional.relu(functional.conv2d(features, kernel, bias, padding=1))
            maps[name] = features
            features = functional.avg_pool2d(features, 2)
        return maps

    def _values(self, pixels: np.ndarray) -> torch.Tensor:
        low, high = self.recipe.value_range
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous()
        return images.float() * ((high - low) / 255) + low


def gram(features: torch.Tensor) -> torch.Tensor:
    """The mean product of each pair of filters over all places."""
    places = features.flatten(2)[0]
    return places @ places.T / places.shape[1]


def difference(wanted: Maps, found: Maps) -> torch.Tensor:
    """The mean squared difference of each layer, and of these the mean."""
    each = [functional.mse_loss(found[name], wanted[name]) for name in wanted]
    return sum(each) / len(each)


def variation(image: torch.Tensor) -> torch.Tensor:
    """Of neighbouring pixels, a place."""
    across = (image[..., 1:] - image[..., :-1]).abs().sum()
    down = (image[..., 1:, :] - image[..., :-1, :]).abs().sum()
    return (across + down) / (image.shape[2] * image.shape[3])
