"""Rules of the repository itself, and of the data it carries."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from bot.catalogue.catalogue import Catalogue
from bot.conversations.messages import Outcome
from bot.nlu.importer import CatalogueImporter
from bot.settings import PROJECT
from bot.training.golden import Golden, read_golden
from bot.vietnamese.folding import words

GOLDEN = PROJECT / "data" / "evaluation" / "golden.jsonl"
FROM_BUTTONS = {"choose", "none_of_these", "choose_place", "dossier"}
LONGEST_FILE = 400
MOST_RULES = 60
FEWEST_WORDS = 5
"""From here on two people do not write the same question by chance."""


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Files under version control, and those that will be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.splitlines() if (path := PROJECT / name).is_file()]


def lines_with(paths: list[Path], pattern: str) -> list[str]:
    """Return `file:line` of every line in which the pattern is found."""
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), 1)
        if wanted.search(line)
    ]


class TestHygiene:
    def test_no_file_names_the_folder_it_was_made_in(self, tracked: list[Path]) -> None:
        assert lines_with(tracked, "/" + r"work/(?:main|shared|\.library)") == []

    def test_no_file_holds_the_address_of_a_package_index(self, tracked: list[Path]) -> None:
        index = r"https?://\S*(?:py" + r"pi\.org|python" + r"hosted\.org|/simple/|artifactory|npm" + r"js\.org/)"
        assert lines_with(tracked, index) == []

    def test_no_file_holds_a_private_key(self, tracked: list[Path]) -> None:
        assert lines_with(tracked, "BEGIN [A-Z ]*PRIVATE" + " KEY") == []

    def test_no_trained_model_is_tracked(self, tracked: list[Path]) -> None:
        assert [path.name for path in tracked if path.suffixes[-2:] == [".tar", ".gz"]] == []

    def test_every_python_file_of_the_service_is_short(self, tracked: list[Path]) -> None:
        lengths = {
            str(path.relative_to(PROJECT)): len(path.read_text("utf-8").splitlines())
            for path in tracked
            if path.suffix == ".py"
            and path.relative_to(PROJECT).parts[0] in {"bot", "actions", "vendor", "benchmarks"}
        }
        assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}

    def test_every_package_is_pinned_with_its_hash(self) -> None:
        lock = (PROJECT / "requirements.lock").read_text("utf-8")
        entries = re.split(r"\n(?=[\w.\-]+[=\[ ])", re.sub(r"(?m)^\s*#.*\n", "", lock))
        named = [entry for entry in entries if re.match(r"[\w.\-]+==", entry.lstrip())]
        assert len(named) > 100
        assert [entry.split()[0] for entry in named if "--hash=sha256:" not in entry] == []

    def test_every_declared_package_is_locked(self) -> None:
        lock = (PROJECT / "requirements.lock").read_text("utf-8").lower()
        declared = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
        names = [re.match(r"[\w.\-]+", line)[0].lower() for line in declared]  # type: ignore[index]
        names = [re.sub(r"[._]", "-", name) for name in names]
        assert [name for name in names if not re.search(rf"(?m)^{re.escape(name)}[\[ =@]|/{name}$", lock)] == []


class TestDialogueFiles:
    @pytest.fixture(scope="class")
    def domain(self) -> dict[str, list[str]]:
        loaded: dict[str, list[str]] = yaml.safe_load((PROJECT / "domain.yml").read_text("utf-8"))
        return loaded

    @pytest.fixture(scope="class")
    def rules(self) -> list[dict[str, list[dict[str, str]]]]:
        found = [yaml.safe_load(path.read_text("utf-8")) for path in (PROJECT / "data/rules").rglob("*.yml")]
        return [rule for file in found for rule in file["rules"]]

    def test_every_intent_is_a_file_a_button_or_the_fallback(self, domain: dict[str, list[str]]) -> None:
        files = {path.stem for path in (PROJECT / "data/nlu").glob("*.yml")}
        assert set(domain["intents"]) == files | FROM_BUTTONS | {"nlu_fallback"}

    def test_every_file_holds_the_intent_it_is_called_after(self) -> None:
        wrong = {
            path.name
            for path in (PROJECT / "data/nlu").glob("*.yml")
            if {item["intent"] for item in yaml.safe_load(path.read_text("utf-8"))["nlu"]} != {path.stem}
        }
        assert wrong == set()

    def test_there_are_few_rules(self, rules: list[object]) -> None:
        assert len(rules) < MOST_RULES

    def test_every_intent_has_exactly_one_rule(
        self, rules: list[dict[str, list[dict[str, str]]]], domain: dict[str, list[str]]
    ) -> None:
        ruled = sorted(step["intent"] for rule in rules for step in rule["steps"] if "intent" in step)
        assert ruled == sorted(domain["intents"])

    def test_every_fixed_response_carries_a_public_outcome(
        self, domain: dict[str, dict[str, list[dict[str, dict[str, str]]]]]
    ) -> None:  # type: ignore[override]
        public = {outcome.value for outcome in Outcome}
        wrong = {
            name
            for name, variants in domain["responses"].items()
            for variant in variants
            if variant.get("custom", {}).get("outcome") not in public
        }
        assert wrong == set()

    def test_every_action_of_the_domain_is_registered(self, domain: dict[str, list[str]]) -> None:
        from actions.registry import build_actions
        from bot.catalogue.live import project_catalogue

        assert {action.name() for action in build_actions(project_catalogue())} == set(domain["actions"])


class TestOutcomes:
    def test_the_codes_are_the_published_ones(self) -> None:
        assert {outcome.value for outcome in Outcome} == {
            "answer", "clarify", "dossier", "handoff", "petition", "location", "smalltalk", "emergency",
            "out_of_scope", "error",
        }  # fmt: skip


class TestGoldenQuestions:
    @pytest.fixture(scope="class")
    def golden(self) -> list[Golden]:
        return read_golden(GOLDEN)

    @pytest.fixture(scope="class")
    def questions(self, golden: list[Golden]) -> dict[str, str]:
        """Folded question → id; turns of fewer words are names and phrases that everybody uses."""
        turns = {words(turn): item.id for item in golden for turn in item.turns}
        return {text: name for text, name in turns.items() if len(text.split()) >= FEWEST_WORDS}

    @pytest.fixture(scope="class")
    def taught(self) -> set[str]:
        """Everything models and aliases are made of, folded."""
        importer = CatalogueImporter(
            str(PROJECT / "config.yml"), str(PROJECT / "domain.yml"), [str(PROJECT / "data/nlu")]
        )
        return {
            words(example.get("text"))
            for example in importer.get_nlu_data().training_examples
            if example.get("text")
        }

    def test_no_golden_question_is_taught(self, questions: dict[str, str], taught: set[str]) -> None:
        assert sorted(questions[text] for text in questions.keys() & taught) == []

    def test_no_golden_question_is_nearly_taught(self, questions: dict[str, str], taught: set[str]) -> None:
        by_token: dict[str, set[str]] = defaultdict(set)
        for text in taught:
            for token in set(text.split()):
                by_token[token].add(text)
        near = []
        for text, name in questions.items():
            tokens = set(text.split())
            # A near copy lacks at most two tokens, so it shares one of the three rarest.
            rare = sorted(tokens, key=lambda token: len(by_token[token]))[:3]
            for other in set().union(*(by_token[token] for token in rare)):
                both = tokens & set(other.split())
                if len(both) / len(tokens | set(other.split())) >= 0.9:
                    near.append((name, other))
        assert near == []

    def test_every_expected_code_exists(self, golden: list[Golden], catalogue: Catalogue) -> None:
        wanted = [want for item in golden for turn in item.expect for want in (turn, *turn.get("accept", ()))]
        codes = {want["procedure"] for want in wanted if want.get("procedure")}
        codes |= {code for want in wanted for code in want.get("offers_any", ())}
        assert {code for code in codes if code not in catalogue} == set()

    def test_every_turn_has_an_expectation(self, golden: list[Golden]) -> None:
        assert [item.id for item in golden if len(item.turns) != len(item.expect)] == []

    def test_ids_are_given_once(self, golden: list[Golden]) -> None:
        assert len({item.id for item in golden}) == len(golden)
