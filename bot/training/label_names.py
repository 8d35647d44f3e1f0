"""What clerks read instead of intent names."""

from __future__ import annotations

from bot.catalogue.catalogue import Catalogue
from bot.training.examples import Label

ASPECTS = {
    "ask_overview": "Hỏi chung về thủ tục",
    "ask_documents": "Giấy tờ cần nộp",
    "ask_fee": "Lệ phí",
    "ask_duration": "Thời hạn giải quyết",
    "ask_where": "Nơi nộp",
    "ask_how": "Cách làm, nộp trực tuyến",
    "ask_conditions": "Điều kiện, ai được làm",
    "ask_form": "Mẫu đơn, tờ khai",
    "ask_legal_basis": "Căn cứ pháp lý",
    "ask_result": "Kết quả, giá trị bao lâu",
    "ask_deadline": "Hạn phải làm, trễ hạn",
    "ask_authorization": "Làm thay, uỷ quyền",
}
ACTS = {
    "greet": "Chào hỏi",
    "goodbye": "Tạm biệt",
    "thank": "Cảm ơn",
    "ask_bot": "Hỏi trợ lý là ai",
    "ask_capabilities": "Hỏi trợ lý làm được gì",
    "affirm": "Đồng ý",
    "deny": "Không phải, chưa đúng",
    "correct_procedure": "Sửa lại: ý tôi là thủ tục khác",
    "switch_procedure": "Chuyển: còn thủ tục kia thì sao",
    "go_back": "Quay lại",
    "more": "Nói thêm",
    "request_human": "Gặp cán bộ",
    "petition": "Phản ánh, kiến nghị",
    "dossier_status": "Tra cứu hồ sơ",
    "ask_location": "Địa điểm, đơn vị, giờ làm việc",
    "emergency": "Khẩn cấp",
    "insult": "Xúc phạm",
    "legal_advice": "Tư vấn pháp luật",
    "other_province": "Việc ở tỉnh khác",
    "out_of_scope": "Ngoài phạm vi",
}
FALLBACK = {"nlu_fallback": "Không hiểu", "choose": "Bấm chọn", "none_of_these": "Không phải các lựa chọn này"}
OUTCOMES = {
    "answer": "trả lời",
    "clarify": "hỏi lại",
    "dossier": "tra hồ sơ",
    "handoff": "chuyển cán bộ",
    "petition": "phản ánh",
    "location": "địa điểm",
    "smalltalk": "xã giao",
    "emergency": "khẩn cấp",
    "out_of_scope": "ngoài phạm vi",
    "error": "lỗi",
}


def intent_words(intent: str | None) -> str:
    """Return what an intent means, in Vietnamese; unknown ones keep their name."""
    name = intent or "nlu_fallback"
    return ASPECTS.get(name) or ACTS.get(name) or FALLBACK.get(name) or name


def procedure_words(code: str | None, catalogue: Catalogue) -> str:
    """Return the short name of a procedure, or its code when it is not in the catalogue."""
    found = catalogue.find(code) if code else None
    return found.short_name if found else (code or "")


def label_words(label: Label, catalogue: Catalogue) -> str:
    """Return a label in words, for example `Lệ phí · Đăng ký khai sinh`."""
    name = procedure_words(label.procedure, catalogue)
    return f"{intent_words(label.intent)} · {name}" if name else intent_words(label.intent)


def got_words(got: str, catalogue: Catalogue) -> str:
    """Return a result of the gate, `answer 1.001193 fee` or `ask_fee 1.001193`, in words."""
    words: list[str] = []
    for piece in got.split(" "):
        if piece == "-":
            continue
        if piece in OUTCOMES:
            words.append(OUTCOMES[piece])
        elif f"ask_{piece}" in ASPECTS:
            words.append(ASPECTS[f"ask_{piece}"])
        elif piece in ASPECTS or piece in ACTS or piece in FALLBACK:
            words.append(intent_words(piece))
        else:
            words.append(procedure_words(piece, catalogue))
    return " · ".join(words) or "không có"
