"""Training in a child process, on a project of three intents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.dialogue.boot import ConfigError
from bot.dialogue.engine import DialogueEngine, ReleaseRefused
from bot.dialogue.local_actions import LocalActions
from bot.settings import PROJECT
from bot.training.trainer import STAGES, Trained, TrainingFailed, train

NLU = """\
version: "3.1"
nlu:
- {intent: greet, examples: "- xin chào\\n- chào bạn\\n- chào buổi sáng\\n"}
- {intent: thank, examples: "- cảm ơn bạn\\n- cảm ơn nhiều\\n- cảm ơn nhé\\n"}
"""
DOMAIN = """\
version: "3.1"
intents: [greet, thank, ask_overview, ask_fee]
entities: [procedure]
responses: {utter_greet: [{text: Xin chào}]}
"""
RULES = """\
version: "3.1"
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
"""
CATALOGUE = """\
field: Hộ tịch
ministry: Bộ Tư pháp
procedures:
- &first
  code: "1.000001"
  official_name: Thủ tục đăng ký nuôi rồng
  short_name: Nuôi rồng
  summary: Ghi tên một con rồng vào sổ.
  source: {url: "https://dichvucong.gov.vn/thu-tuc/1", checked_on: 2026-07-17}
  agency: {level: [commune], decides: Ủy ban nhân dân cấp xã}
  questions: {fee: [nuôi rồng mất bao nhiêu tiền, lệ phí nuôi rồng]}
- <<: *first
  code: "1.000002"
  official_name: Thủ tục đăng ký nuôi lân
  short_name: Nuôi lân
  questions: {fee: [lệ phí nuôi lân]}
"""


@dataclass
class Steps:
    """What the progress bar was told."""

    told: list[tuple[int, int, str]] = field(default_factory=list)

    def __call__(self, done: int, total: int, what: str) -> None:
        self.told.append((done, total, what))


def make_project(folder: Path, **changes: str) -> Path:
    files = {
        "config.yml": (PROJECT / "config.yml").read_text(encoding="utf-8"),
        "domain.yml": DOMAIN,
        "data/nlu/nlu.yml": NLU,
        "data/rules/rules.yml": RULES,
        "data/catalogue/a.yml": CATALOGUE,
    }
    for name, text in (files | changes).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def steps() -> Steps:
    return Steps()


@pytest.fixture(scope="module")
async def small(tmp_path_factory: pytest.TempPathFactory, steps: Steps) -> Trained:
    """A release that understands two intents."""
    folder = tmp_path_factory.mktemp("small")
    return await train(make_project(folder), folder / "small.tar.gz", progress=steps)


async def test_the_digest_is_that_of_the_archive(small: Trained) -> None:
    assert small.sha256 == hashlib.sha256(small.archive.read_bytes()).hexdigest()


async def test_nothing_but_the_archive_is_left(small: Trained) -> None:
    left = {path.name for path in small.archive.parent.iterdir()}
    assert left == {"config.yml", "domain.yml", "data", "small.tar.gz"}


async def test_progress_goes_from_nothing_to_everything(small: Trained, steps: Steps) -> None:
    done = [done for done, _, _ in steps.told]
    assert (done[0], done[-1]) == (0, len(STAGES))
    assert done == sorted(done)


async def test_every_trained_part_has_a_name_for_people(small: Trained, steps: Steps) -> None:
    assert {what for _, _, what in steps.told} == {*STAGES.values(), "đọc dữ liệu"}


async def test_a_release_without_the_intents_of_the_service_fails_its_smoke_phrases(small: Trained) -> None:
    engine = DialogueEngine(LocalActions([]))
    with pytest.raises(ReleaseRefused, match="khai sinh"):
        await engine.activate("small", small.archive, small.sha256)


async def test_a_broken_catalogue_fails_with_file_and_line(tmp_path: Path) -> None:
    project = make_project(
        tmp_path, **{"data/catalogue/a.yml": CATALOGUE.replace("checked_on: 2026", "checked_on: x")}
    )
    with pytest.raises(TrainingFailed, match=r"a\.yml:9: .*checked_on"):
        await train(project, tmp_path / "m.tar.gz")


async def test_a_failed_training_leaves_the_archive_before(tmp_path: Path) -> None:
    (tmp_path / "m.tar.gz").write_bytes(b"before")
    with pytest.raises(TrainingFailed):
        await train(make_project(tmp_path), tmp_path / "m.tar.gz", limit_seconds=0.1)
    assert (tmp_path / "m.tar.gz").read_bytes() == b"before"


async def test_a_training_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="no result after"):
        await train(make_project(tmp_path), tmp_path / "m.tar.gz", limit_seconds=0.1)


async def test_a_configuration_rasa_would_guess_at_is_refused_before_training(tmp_path: Path) -> None:
    project = make_project(tmp_path, **{"config.yml": "recipe: default.v1\nlanguage: vi\nassistant_id: a\n"})
    with pytest.raises(ConfigError, match="pipeline"):
        await train(project, tmp_path / "m.tar.gz")
