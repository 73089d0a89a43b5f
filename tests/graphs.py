"""Shared by tests of what a graph computes: the rest of it is cut away before it runs."""


def needed(graph) -> list:
    """The operations that lead to the outputs of a concrete function's graph."""
    found, waiting = {}, [output.op for output in graph.outputs]
    while waiting:
        operation = waiting.pop()
        if operation.name not in found:
            found[operation.name] = operation
            waiting += [each.op for each in operation.inputs]
    return list(found.values())
