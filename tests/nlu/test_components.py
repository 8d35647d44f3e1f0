"""The graph components, through Rasa's own messages."""

from __future__ import annotations

import gc
import shutil
import zipfile
from pathlib import Path

import pytest
from nlu_support import BIRTH, CARD, KINDS, MARRIAGE, Pipeline, context, examples, load, trained
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.catalogue.model import Aspect
from bot.nlu import tokenizer as tokenizer_module
from bot.nlu.classifier import LinearIntentClassifier
from bot.nlu.featurizer import DualTfidfFeaturizer, sentence_rows
from bot.nlu.labels import LINKING, UNDERSTANDING, aspect_of, intent_of, is_name, procedure_of, set_procedure
from bot.nlu.linker import ProcedureLinker
from bot.nlu.tokenizer import VietnameseTokenizer, language_fingerprint

KINDS_OF_MODEL = {".json", ".npz", ".npy"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("components")


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Pipeline:
    return trained(folder)


def tokens(text: str) -> list[tuple[str, str]]:
    tokenizer = VietnameseTokenizer(VietnameseTokenizer.get_default_config())
    return [(token.text, token.lemma) for token in tokenizer.tokenize(Message(data={"text": text}), "text")]


def test_training_twice_writes_the_same_bytes(folder: Path, pipeline: Pipeline, tmp_path: Path) -> None:
    trained(tmp_path)
    first, second = (
        {path.relative_to(top): path.read_bytes() for path in top.rglob("*") if path.suffix in KINDS_OF_MODEL}
        for top in (folder, tmp_path)
    )
    assert (len(first) > 3, first == second) == (True, True)


class TestTokenizer:
    def test_a_token_is_the_text_between_its_offsets(self) -> None:
        text = "Mẫu 01/ĐK của em, gửi UBND phường 5 ạ!"
        tokenizer = VietnameseTokenizer(VietnameseTokenizer.get_default_config())
        found = tokenizer.tokenize(Message(data={"text": text}), "text")
        assert [text[token.start : token.end] for token in found] == [token.text for token in found]

    def test_a_lemma_holds_no_blank(self) -> None:
        assert tokens("đkkh ở UBND") == [
            ("đkkh", "đăng_ký_kết_hôn"),
            ("ở", "ở"),
            ("UBND", "ủy_ban_nhân_dân"),
        ]

    def test_numbers_stay_apart_from_each_other(self) -> None:
        assert [lemma for _, lemma in tokens("quận 1 quận 10")] == ["quận", "n_1", "quận", "n_10"]

    @pytest.mark.parametrize("text", ["", "???", "🙂"])
    def test_a_text_without_words_still_has_a_token(self, text: str) -> None:
        assert len(tokens(text)) == 1

    def test_only_vietnamese_is_supported(self) -> None:
        assert VietnameseTokenizer.supported_languages() == ["vi"]

    def test_changed_word_lists_change_the_fingerprint(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = language_fingerprint()
        source = tokenizer_module.inspect.getsource
        monkeypatch.setattr(tokenizer_module.inspect, "getsource", lambda module: source(module) + "\n# new")
        assert language_fingerprint() != before


@pytest.mark.parametrize("kind", [VietnameseTokenizer, DualTfidfFeaturizer])
def test_the_cache_of_rasa_sees_the_word_lists(kind: type) -> None:
    assert kind.fingerprint_addon({}) == language_fingerprint()  # type: ignore[attr-defined]


class TestUnderstanding:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("lệ phí bao nhiêu", "ask_fee"),
            ("le phi bao nhieu", "ask_fee"),
            ("cần giấy tờ gì", "ask_documents"),
            ("xin chào", "greet"),
        ],
    )
    def test_a_question_gets_its_intent(self, pipeline: Pipeline, text: str, intent: str) -> None:
        assert pipeline.parse(text).get("intent")["name"] == intent

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("đăng ký khai sinh lệ phí bao nhiêu tiền", BIRTH),
            ("dang ky ket hon can nhung giay to gi", MARRIAGE),
            ("mất căn cước nộp ở đâu", CARD),
        ],
    )
    def test_a_named_procedure_ranks_first(self, pipeline: Pipeline, text: str, code: str) -> None:
        scores = pipeline.parse(text).get(LINKING)["scores"]
        assert max(scores, key=scores.__getitem__) == code

    @pytest.mark.parametrize("text", ["zzzz qqqq wwww", "???", "", "🙂🙂"])
    def test_unknown_words_mean_no_intent_for_the_classifier(self, pipeline: Pipeline, text: str) -> None:
        message = Message(data={"text": text})
        pipeline.featurizer.process([message])
        pipeline.classifier.process([message])
        assert message.get("intent") == {"name": None, "confidence": 0.0}

    @pytest.mark.parametrize("text", ["zzzz qqqq wwww", "???", ""])
    def test_unknown_words_name_no_procedure(self, pipeline: Pipeline, text: str) -> None:
        linking = pipeline.parse(text).get(LINKING)
        assert (linking["found"], linking["ask"]) == ([], [])

    def test_unknown_words_fall_back(self, pipeline: Pipeline) -> None:
        assert pipeline.parse("zzzz qqqq").get("intent")["name"] == "nlu_fallback"

    def test_a_procedure_found_is_an_entity(self, pipeline: Pipeline) -> None:
        message = pipeline.parse("đăng ký kết hôn")
        values = [entity["value"] for entity in message.get("entities", [])]
        assert values == message.get(LINKING)["found"]

    def test_confidences_are_shares(self, pipeline: Pipeline) -> None:
        ranking = pipeline.parse("xin chào").get("intent_ranking")
        assert 0 < sum(item["confidence"] for item in ranking) <= 1.0001

    def test_many_messages_are_understood_as_each_alone(self, pipeline: Pipeline) -> None:
        texts = ["lệ phí bao nhiêu", "xin chào", "mất căn cước"]
        together = [Message(data={"text": text}) for text in texts]
        pipeline.featurizer.process(together)
        pipeline.classifier.process(together)
        alone = [pipeline.parse(text).get(UNDERSTANDING) for text in texts]
        assert [message.get(UNDERSTANDING) for message in together] == alone


@pytest.mark.parametrize(("text", "spellings"), [("đăng ký khai sinh", 2), ("dang ky khai sinh", 1)])
def test_an_example_teaches_its_spelling_without_marks_too(pipeline: Pipeline, text: str, spellings: int) -> None:
    example = Message(data={"text": text})
    pipeline.featurizer.process_training_data(TrainingData([example]))
    assert len(sentence_rows(example)) == spellings


TRAINED_FILES = {
    "featurizer": ("terms.json", "idf.npz"),
    "classifier": ("intents.json", "intents.npz"),
    "linker": ("procedures.json", "procedures.npz", "linker.json", "names.npz", "owners.npy"),
}
FILES = [(name, file) for name, files in TRAINED_FILES.items() for file in files]


class TestBrokenFiles:
    @pytest.fixture
    def copy(self, pipeline: Pipeline, folder: Path, tmp_path: Path) -> LocalModelStorage:
        shutil.copytree(folder, tmp_path / "copy")
        return LocalModelStorage(tmp_path / "copy")

    @pytest.mark.filterwarnings(
        # NumPy leaves a file open that it could not read.
        "ignore::ResourceWarning",
        "ignore::pytest.PytestUnraisableExceptionWarning",
    )
    @pytest.mark.parametrize(("name", "file"), FILES)
    def test_a_damaged_file_is_refused(self, copy: LocalModelStorage, name: str, file: str) -> None:
        with copy.read_from(Resource(name)) as folder:
            path = folder / file
            path.write_bytes(path.read_bytes()[:40])
        try:
            with pytest.raises((ValueError, OSError, EOFError, zipfile.BadZipFile)):
                load(copy, name)
        finally:
            gc.collect()

    @pytest.mark.parametrize(("name", "file"), FILES)
    def test_a_missing_file_is_refused(self, copy: LocalModelStorage, name: str, file: str) -> None:
        with copy.read_from(Resource(name)) as folder:
            (folder / file).unlink()
        with pytest.raises(FileNotFoundError):
            load(copy, name)

    def test_the_table_lists_every_file(self, pipeline: Pipeline) -> None:
        written = {name: {path.name for path in pipeline.folder(name).iterdir()} for name in KINDS}
        assert written == {name: set(files) for name, files in TRAINED_FILES.items()}

    @pytest.mark.parametrize("name", list(KINDS))
    def test_no_file_is_pickled(self, pipeline: Pipeline, name: str) -> None:
        endings = {path.suffix for path in pipeline.folder(name).iterdir()}
        assert endings <= {".json", ".npz", ".npy"}


class TestUntrained:
    def test_a_classifier_says_so(self, pipeline: Pipeline, tmp_path: Path) -> None:
        message = Message(data={"text": "xin chào"})
        pipeline.featurizer.process([message])
        untrained = LinearIntentClassifier({}, pipeline.storage, Resource("x"))
        with pytest.raises(RuntimeError, match="not trained"):
            untrained.process([message])

    def test_a_linker_says_so(self, pipeline: Pipeline) -> None:
        message = Message(data={"text": "xin chào"})
        pipeline.featurizer.process([message])
        untrained = ProcedureLinker(ProcedureLinker.get_default_config(), pipeline.storage, Resource("x"))
        with pytest.raises(RuntimeError, match="not trained"):
            untrained.process([message])

    def test_a_classifier_behind_no_featurizer_says_so(self, pipeline: Pipeline) -> None:
        with pytest.raises(RuntimeError, match="featurizer"):
            pipeline.classifier.process([Message(data={"text": "xin chào"})])


def test_two_intents_are_too_few_to_train(tmp_path: Path) -> None:
    storage = LocalModelStorage(tmp_path)
    data = TrainingData([e for e in examples() if e.get("intent") in {"greet", "thank"}])
    featurizer = DualTfidfFeaturizer.create(
        DualTfidfFeaturizer.get_default_config(), storage, Resource("f"), context("f")
    )
    featurizer.train(data)
    featurizer.process_training_data(data)
    classifier = LinearIntentClassifier.create(
        LinearIntentClassifier.get_default_config(), storage, Resource("c"), context("c")
    )
    with pytest.raises(ValueError, match="three intents"):
        classifier.train(data)


@pytest.mark.parametrize("aspect", list(Aspect))
def test_each_aspect_has_an_intent_and_back(aspect: Aspect) -> None:
    assert aspect_of(intent_of(aspect)) is aspect


@pytest.mark.parametrize("intent", ["greet", "ask_bot", "ask_location", "fee", "", None])
def test_a_dialogue_act_is_no_aspect(intent: str | None) -> None:
    assert aspect_of(intent) is None


def test_a_label_of_a_training_example_can_be_read_back() -> None:
    example = Message(data={"text": "x"})
    set_procedure(example, BIRTH, is_name=True)
    assert (procedure_of(example), is_name(example)) == (BIRTH, True)


@pytest.mark.parametrize("metadata", [None, "x", {}, {"example": "x"}, {"example": {"other": 1}}])
def test_an_example_without_label_names_no_procedure(metadata: object) -> None:
    example = Message(data={"text": "x", "metadata": metadata})
    assert (procedure_of(example), is_name(example)) == (None, False)
