"""Graph components outside a graph: a store on disk, and a small trained pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.classifier import LinearIntentClassifier
from bot.nlu.featurizer import DualTfidfFeaturizer
from bot.nlu.gate import Gate
from bot.nlu.labels import set_procedure
from bot.nlu.linker import ProcedureLinker
from bot.vietnamese.normaliser import clean

BIRTH, MARRIAGE, CARD = "1.000001", "1.000002", "1.000003"
NAMES = {
    BIRTH: ["đăng ký khai sinh", "làm giấy khai sinh", "khai sinh cho con"],
    MARRIAGE: ["đăng ký kết hôn", "giấy kết hôn", "đăng ký cưới"],
    CARD: ["cấp lại thẻ căn cước", "mất căn cước", "làm lại căn cước"],
}
QUESTIONS = {
    "ask_fee": "{} lệ phí bao nhiêu tiền",
    "ask_documents": "{} cần những giấy tờ gì",
    "ask_where": "{} nộp ở đâu",
}
BARE = {
    "ask_fee": ["lệ phí thế nào", "phí hết mấy đồng"],
    "ask_documents": ["cần giấy gì", "hồ sơ gồm những gì"],
    "ask_where": ["ở chỗ nào vậy", "phải đến đâu"],
    "greet": ["xin chào", "chào bạn", "chào buổi sáng"],
    "thank": ["cảm ơn nhiều", "cảm ơn bạn nhé"],
}


def context(node: str) -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), node_name=node)


def examples() -> list[Message]:
    found: list[Message] = []
    for code, names in NAMES.items():
        for name in names:
            example = Message(data={"text": name, "intent": "ask_overview"})
            set_procedure(example, code, is_name=True)
            found.append(example)
            for intent, pattern in QUESTIONS.items():
                example = Message(data={"text": pattern.format(name), "intent": intent})
                set_procedure(example, code, is_name=False)
                found.append(example)
    found += [Message(data={"text": text, "intent": intent}) for intent, texts in BARE.items() for text in texts]
    return found


@dataclass
class Pipeline:
    """The trained components, as a release holds them."""

    storage: LocalModelStorage
    featurizer: DualTfidfFeaturizer
    classifier: LinearIntentClassifier
    linker: ProcedureLinker
    gate: Gate

    def parse(self, text: str) -> Message:
        message = Message(data={"text": clean(text)})
        self.featurizer.process([message])
        self.classifier.process([message])
        self.linker.process([message])
        self.gate.process([message])
        return message

    def folder(self, name: str) -> Path:
        with self.storage.read_from(Resource(name)) as folder:
            return Path(folder)


KINDS: dict[str, Any] = {
    "featurizer": DualTfidfFeaturizer,
    "classifier": LinearIntentClassifier,
    "linker": ProcedureLinker,
}


def trained(folder: Path) -> Pipeline:
    """Train the components on a few examples, and load them as a release does."""
    storage = LocalModelStorage(folder)
    data = TrainingData(examples())
    for name, kind in KINDS.items():
        component = kind.create(kind.get_default_config(), storage, Resource(name), context(name))
        component.train(data)
        if hasattr(component, "process_training_data"):
            component.process_training_data(data)
    loaded = {name: load(storage, name) for name in KINDS}
    return Pipeline(storage, **loaded, gate=Gate(Gate.get_default_config()))


def load(storage: LocalModelStorage, name: str) -> Any:
    kind = KINDS[name]
    return kind.load(kind.get_default_config(), storage, Resource(name), context(name))
