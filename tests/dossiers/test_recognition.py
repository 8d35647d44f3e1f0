"""What a message says about dossiers, and in which form it may be kept."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dossiers.commands import command_of
from bot.dossiers.proof import Proof
from bot.dossiers.recognition import HIDDEN, Awaits, Task, conceal, recognise

TODAY = date(2026, 11, 24)
CODE = "H49.22-261103-0042"


def task_of(text: str, awaits: str | None = None) -> Task | None:
    found = recognise(text, awaits, TODAY)
    return found.task if found else None


class TestProof:
    @pytest.mark.parametrize(
        ("text", "secret"),
        [
            ("1234", "1234"),
            ("dạ 4 số cuối là 1234 ạ", "1234"),
            ("bốn ba hai một", "4321"),
            ("4 số cuối cccd của em: 5678", "5678"),
            ("số đt của em 0912 345 678", "0912345678"),
            ("mã pin 123456", "123456"),
            ("a1b2c3", "a1b2c3"),
        ],
    )
    def test_a_number_is_a_proof_when_asked_for(self, text: str, secret: str) -> None:
        found = recognise(text, Awaits.PROOF, TODAY)
        assert found is not None
        assert (found.task, found.proof) == (Task.PROVE, Proof(secret))

    @pytest.mark.parametrize("text", ["1234", "bốn ba hai một", "0912345678", "năm 2024", "a1b2c3"])
    def test_a_bare_number_is_none_when_not_asked_for(self, text: str) -> None:
        assert recognise(text, None, TODAY) is None

    @pytest.mark.parametrize(
        "text",
        [
            "lệ phí khai sinh bao nhiêu", "năm 2024 làm căn cước được không", "tôi sinh năm 1985 được làm không",
            "4 bản sao 2 ảnh có đủ không", "số 12 đường 25/4 ở đâu", "thủ tục 1.001193", "còn kết hôn thì sao",
            "4321 - lệ phí khai sinh bao nhiêu",
        ],
    )  # fmt: skip
    def test_another_question_in_between_is_no_proof(self, text: str) -> None:
        assert recognise(text, Awaits.PROOF, TODAY) is None

    @pytest.mark.parametrize("text", [f"{CODE} 1234", f"4 số cuối 1234 mã {CODE}", f"{CODE.lower()} pin 1234"])
    def test_code_and_proof_in_one_message(self, text: str) -> None:
        found = recognise(text, None, TODAY)
        assert found is not None
        assert (found.codes, found.proof) == ((CODE,), Proof("1234"))

    def test_a_proof_shows_nothing_of_itself(self) -> None:
        found = recognise(f"{CODE} 8642", None, TODAY)
        assert "8642" not in repr(found)
        assert found is not None
        assert "8642" not in command_of(found)

    def test_only_whole_numbers_on_file_fit(self) -> None:
        assert Proof("1234").fits(["0900001234"])
        assert Proof("0900001234").fits(["0900001234"])
        assert not Proof("1234").fits(["1234", "", None, "0900004321"])
        assert not Proof("a234").fits(["0900001234"])
        assert not Proof("").fits(["", None])


class TestConcealing:
    @settings(max_examples=500, deadline=None)
    @given(
        st.from_regex(r"[0-9]{4}", fullmatch=True),
        st.sampled_from(
            ["{}", "dạ {} ạ", "4 số cuối là {}", "{} nhé", "đuôi {}", "{} - lệ phí khai sinh bao nhiêu"]
        ),
    )
    def test_no_proof_that_was_asked_for_is_kept(self, secret: str, sentence: str) -> None:
        kept = conceal(sentence.format(secret), Awaits.PROOF, TODAY)
        assert secret not in kept
        assert HIDDEN in kept

    @pytest.mark.parametrize(
        "text", [f"{CODE} 1234", "số cuối 1234", "mã pin 1234", "bốn số cuối là một hai ba bốn"]
    )
    def test_no_announced_proof_is_kept(self, text: str) -> None:
        kept = conceal(text, None, TODAY)
        assert HIDDEN in kept
        assert not {"1234", "một hai ba bốn"} & {part for part in ("1234", "một hai ba bốn") if part in kept}

    @pytest.mark.parametrize("text", ["khai sinh cần gì", "phí 8000 đồng đúng không", f"{CODE} xong chưa", "1985"])
    def test_other_messages_are_kept_as_they_are(self, text: str) -> None:
        assert conceal(text, None, TODAY) == text

    def test_a_message_of_which_the_proof_is_gone_asks_for_it_again(self) -> None:
        assert task_of(HIDDEN, Awaits.PROOF) is Task.PROOF_AGAIN


class TestNotices:
    @pytest.mark.parametrize(
        "text",
        [
            "báo cho tôi khi có kết quả", "bao toi khi co ket qua", "khi nào có kết quả thì nhắn em nhé",
            "nhắc tôi khi hồ sơ xong", "xong thì nhắn em", "đăng ký nhận thông báo hồ sơ",
            "thông báo giúp em khi hồ sơ thay đổi", "theo dõi mã này giúp tôi",
            "bật thông báo khi hồ sơ có thay đổi",
            "có kết quả thì báo em với", "nhan tin cho toi neu ho so bi tra lai",
        ],
    )  # fmt: skip
    def test_asking_to_be_told(self, text: str) -> None:
        assert task_of(text) is Task.WATCH

    @pytest.mark.parametrize(
        "text",
        [
            "dừng báo", "thôi báo", "hủy theo dõi hồ sơ", "tắt thông báo hồ sơ của tôi", "huy theo doi",
            "đừng gửi thông báo hồ sơ cho tôi nữa", "không cần báo hồ sơ nữa",
        ],
    )  # fmt: skip
    def test_asking_to_stop(self, text: str) -> None:
        assert task_of(text) is Task.STOP

    def test_asking_to_stop_everything(self) -> None:
        assert task_of("dừng theo dõi tất cả") is Task.STOP_ALL

    @pytest.mark.parametrize("text", ["tôi đang theo dõi những hồ sơ nào", "danh sách theo dõi"])
    def test_asking_for_the_list(self, text: str) -> None:
        assert task_of(text) is Task.LIST

    @pytest.mark.parametrize("text", ["hồ sơ lúc nãy sao rồi", "hs vừa nãy xong chưa", "ho so do den dau roi"])
    def test_coming_back(self, text: str) -> None:
        assert task_of(text) is Task.AGAIN

    @pytest.mark.parametrize(
        "text",
        [
            "mất căn cước thì báo công an khi nào", "thông báo cho công an khi chuyển trọ", "bao giờ có kết quả",
            "làm căn cước bao lâu có kết quả", "hủy đăng ký hộ kinh doanh", "hồ sơ này cần giấy tờ gì",
            "hồ sơ đó làm ở đâu được", "điểm tiếp nhận hồ sơ trên đảo ở đâu",
            "khi nào phải báo tạm trú", "vâng", "không", "đồng ý",
        ],
    )  # fmt: skip
    def test_other_questions_are_left_alone(self, text: str) -> None:
        assert recognise(text, None, TODAY) is None

    @pytest.mark.parametrize(
        ("text", "task"), [("vâng", Task.CONSENT), ("ok em", Task.CONSENT), ("thôi không cần", Task.DECLINE)]
    )
    def test_yes_and_no_count_where_consent_was_asked_for(self, text: str, task: Task) -> None:
        assert task_of(text, Awaits.CONSENT) is task
