"""The game of two networks on images: what a step of it sees."""

from gan_course.base.errors import InputError
from gan_course.data import ImageSet
from gan_course.data.batches import Batches
from gan_course.recipes.schema import Recipe


def batches_of(recipe: Recipe, data: ImageSet) -> Batches:
    """The batches that a run of the recipe sees.

    Raises:
      InputError: if the images have another shape than the recipe's, or are fewer than a batch.
    """
    if data.image_shape != recipe.image_shape:
        raise InputError(
            f"recipe {recipe.name!r} makes images of {recipe.image_shape}, but the images of "
            f"{data.name!r} are {data.image_shape}; choose another dataset or recipe"
        )
    return Batches(data.x_train, recipe.batch_size, recipe.d_steps, recipe.seed)
