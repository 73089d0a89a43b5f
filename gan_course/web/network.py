"""A Keras network as steps for the page.

In: any built network whose wiring Keras itself can write down: a chain, or a graph of layers, also
one within the other. Out: a dictionary for JSON. The wiring is read from `get_config`, which is
what a .keras file holds, too.
"""

from gan_course.base.backend import keras
from gan_course.base.errors import InputError
from gan_course.web.layers import written
from gan_course.web.steps import Steps


def as_steps(network: keras.Model, as_trained: bool = False) -> dict:
    """What `assets/network.js` computes: see `Steps.packed`.

    Args:
      as_trained: dropout draws, and batch norms take the statistics of the image alone.

    Raises:
      InputError: for a layer that the page does not know, and for a network without a graph.
    """
    steps = Steps(as_trained)
    inputs = [steps.input(each.shape[1:]) for each in network.inputs]
    return steps.packed(_made(steps, network, inputs))


def _made(steps: Steps, network: keras.Model, inputs: list[int]) -> int:
    if isinstance(network, keras.Sequential):
        (at,) = inputs
        for layer in network.layers:
            at = _one(steps, layer, layer.get_config(), [at])
        return at
    config = network.get_config()
    if not {"layers", "input_layers", "output_layers"} <= config.keys():
        raise InputError(
            f"the page knows networks that are chains or graphs of layers, and {network.name!r} is "
            f"a {type(network).__name__}; build it with keras.Sequential or keras.Model(inputs, "
            "outputs)"
        )
    outputs = _histories(config["output_layers"])
    if len(outputs) != 1:
        raise InputError(f"the page shows one image, and {network.name!r} has {len(outputs)}")
    known = dict(zip(_histories(config["input_layers"]), inputs, strict=True))
    return _value(steps, _wires(network, config), known, outputs[0])


def _one(steps: Steps, layer: keras.Operation, config: dict, of: list[int]) -> int:
    if isinstance(layer, keras.Model):
        return _made(steps, layer, of)
    return written(steps, layer, config, of)


def _wires(network: keras.Model, config: dict) -> dict[str, tuple]:
    """name -> (layer, its own config, for each time that it is called the values it is called on).

    An operation of `keras.ops` is no layer, but has its place among the others.
    """
    named = {each.name: each for each in network.operations}
    return {
        each["name"]: (
            named[each["name"]],
            each["config"],
            [_histories(node["args"]) for node in each["inbound_nodes"]],
        )
        for each in config["layers"]
    }


def _value(steps: Steps, wires: dict[str, tuple], known: dict[tuple, int], wanted: tuple) -> int:
    """The number of a value, after the steps that make it; `known` remembers those made."""
    if wanted not in known:
        name, call, _ = wanted
        layer, config, calls = wires[name]
        of = [_value(steps, wires, known, each) for each in calls[call]]
        known[wanted] = _one(steps, layer, config, of)
    return known[wanted]


def _histories(nested) -> list[tuple[str, int, int]]:
    """All (layer, call, output) in what a config nests: lists, tuples and Keras tensors."""
    if isinstance(nested, dict):
        return _histories(nested.get("config", {}).get("keras_history", []))
    if not isinstance(nested, list | tuple) or not nested:
        return []
    if isinstance(nested[0], str):
        return [(nested[0], *nested[1:3])]
    return [found for each in nested for found in _histories(each)]
