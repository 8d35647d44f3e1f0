"""Running the loaded graph without a scheduler.

Rasa hands the same small graph to dask three times a turn, which plans it anew and formats all
inputs for a debug line nobody reads. The order never changes, so it is computed once.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from rasa.core.agent import Agent
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner

Step = tuple[str, tuple[str, ...]]


class SequentialRunner(DaskGraphRunner):
    """Runs nodes one after the other in a remembered order; same results as its parent."""

    @classmethod
    def take_over(cls, agent: Agent) -> None:
        """Replace the runner of a loaded agent."""
        loaded = agent.processor.graph_runner
        runner = cls.__new__(cls)
        runner.__dict__.update(loaded.__dict__)
        runner._orders = {}
        agent.processor.graph_runner = runner

    _orders: dict[tuple[str, ...], list[Step]]

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Return the outputs of the targets by node name.

        Raises:
            GraphRunError: An input is called like a node.
        """
        wanted = tuple(targets or self._graph_schema.target_names)
        steps = self._orders.get(wanted)
        if steps is None:
            steps = self._orders[wanted] = self._order(wanted)
        outputs: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in steps:
            if name in outputs:
                raise GraphRunError(f"input {name!r} is called like a node")
            outputs[name] = self._instantiated_nodes[name](*(outputs.get(need, need) for need in needs))
        return {name: outputs[name][1] for name in wanted}

    def _order(self, wanted: tuple[str, ...]) -> list[Step]:
        schema = self._graph_schema.minimal_graph_schema(list(wanted))
        needs = {name: tuple(node.needs.values()) for name, node in schema.nodes.items()}
        order = TopologicalSorter({name: set(before) & needs.keys() for name, before in needs.items()})
        return [(name, needs[name]) for name in order.static_order()]
