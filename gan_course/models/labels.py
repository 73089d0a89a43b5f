"""Networks that are told a label: the generator what to draw, the discriminator what was ordered.

In: the lines of a recipe. Out: plain `tf.keras` models of two inputs, latents or images, and
labels, float32 (batch, classes): one-hot, or any mixture of classes. The labels join in front of
the chain of layers (planes), or behind it (projection, auxiliary).
"""

from gan_course.base import device
from gan_course.base.backend import keras
from gan_course.base.errors import InputError
from gan_course.base.seeds import layer_seed
from gan_course.models import check_output, network
from gan_course.recipes.conditional import Conditional


def build_told(recipe: Conditional) -> tuple[keras.Model, keras.Model]:
    """The two networks of a conditional recipe.

    Returns:
      generator: [latents (batch, latent_dim), labels (batch, classes)] -> images (batch, H, W, C).
      discriminator: [images, labels] -> (batch, 1), the logit; with an auxiliary head (batch, 2),
        the logit and the cross-entropy of the label as the head sees the image.

    Raises:
      InputError: as `models.build` does.
    """
    judges = {"planes": _with_planes, "projection": _projected, "auxiliary": _with_a_second_head}
    return _generator(recipe), judges[recipe.condition](recipe)


def _generator(recipe: Conditional) -> keras.Model:
    """The one-hot label beside the noise. Source: Mirza and Osindero 2014, arXiv:1411.1784."""
    width, policy = recipe.latent_dim + recipe.classes, device.policy(recipe.layer_dtype)
    chain = network("generator", (width,), recipe.generator, recipe.seed, policy)
    check_output(chain, recipe.image_shape, "an image")
    latents = keras.Input((recipe.latent_dim,), name="latents")
    labels = keras.Input((recipe.classes,), name="labels")
    both = keras.layers.Concatenate(name="told")([latents, labels])
    return keras.Model([latents, labels], chain(both), name="generator")


def _with_planes(recipe: Conditional) -> keras.Model:
    """One more channel a class, which is 1 everywhere for the label and 0 for the others."""
    height, width, channels = recipe.image_shape
    shape = (height, width, channels + recipe.classes)
    policy = device.policy(recipe.layer_dtype)
    chain = network("discriminator", shape, recipe.discriminator, recipe.seed, policy)
    check_output(chain, (1,), "one logit")
    images, labels = _inputs(recipe)
    planes = label_planes(labels, height, width)
    both = keras.layers.Concatenate(name="told")([images, planes])
    return keras.Model([images, labels], chain(both), name="discriminator")


def label_planes(labels, height: int, width: int):
    """Labels (batch, classes) -> planes (batch, height, width, classes), constant in each channel.

    By broadcasting: `repeat` and `reshape` put the numbers in another order, and the planes become
    stripes.
    """
    dots = keras.layers.Reshape((1, 1, labels.shape[-1]), name="dots")(labels)
    return keras.layers.UpSampling2D((height, width), name="planes")(dots)


def _projected(recipe: Conditional) -> keras.Model:
    """logit = l(h) + ⟨embed(y), h⟩, h being what the last line reads.

    Source: Miyato and Koyama 2018, arXiv:1802.05637, equation 6 (there φ(x) is h).
    """
    images, labels = _inputs(recipe)
    features, logit = _features_and_logit(recipe, images)
    embedding = keras.layers.Dense(
        features.shape[-1],
        use_bias=False,
        kernel_initializer="zeros",  # at the start no label means anything
        name="embedding",
    )(labels)
    agreement = keras.layers.Dot(axes=1, name="agreement")([embedding, features])
    both = keras.layers.Add(name="judged")([logit, agreement])
    return keras.Model([images, labels], both, name="discriminator")


def _with_a_second_head(recipe: Conditional) -> keras.Model:
    """A head that names the class, as in AC-GAN; D's logit does not see the label.

    Source: Odena et al. 2017, arXiv:1610.09585, equations 2 and 3.
    """
    images, labels = _inputs(recipe)
    features, logit = _features_and_logit(recipe, images)
    named = keras.layers.Dense(
        recipe.classes,
        kernel_initializer=keras.initializers.GlorotUniform(layer_seed(recipe.seed, "classes")),
        name="classes",
    )(features)
    likely = keras.ops.sum(labels * keras.ops.log_softmax(named), axis=-1, keepdims=True)
    both = keras.layers.Concatenate(name="judged")([logit, -likely])
    return keras.Model([images, labels], both, name="discriminator")


def _inputs(recipe: Conditional) -> tuple:
    images = keras.Input(recipe.image_shape, name="images")
    return images, keras.Input((recipe.classes,), name="labels")


def _features_and_logit(recipe: Conditional, images) -> tuple:
    """What the last line reads, (batch, features), and what it gives, (batch, 1)."""
    *lines, last = recipe.discriminator
    policy = device.policy(recipe.layer_dtype)
    body = network("discriminator", recipe.image_shape, tuple(lines), recipe.seed, policy)
    if len(body.output_shape) != 2:
        raise InputError(
            f"condition={recipe.condition!r} reads the vector before the discriminator's last line "
            f"{last!r}, but there it has the shape {tuple(body.output_shape[1:])}; put a line "
            "'Flatten' before it"
        )
    head = network("head", body.output_shape[1:], (last,), recipe.seed)
    check_output(head, (1,), "one logit")
    features = body(images)
    return features, head(features)
