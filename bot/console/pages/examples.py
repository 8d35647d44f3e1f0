"""The training data: counts, weak spots, editing, moving, import and export."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import needs
from bot.console.audit import note
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import Console, console_of, go
from bot.console.pages.common import PAGE, Id, Line, Number, Pages, Word, read_label
from bot.console.pages.understood import understood_by
from bot.console.problems import NotFound, Refused
from bot.console.sections import Area, Section
from bot.training.batch import MOST, look_at, save
from bot.training.checks import Severity
from bot.training.example_files import BadFile, FileExample, read_yaml, written
from bot.training.example_sheets import read_sheet, write_sheet
from bot.training.example_text import TextRefused
from bot.training.examples import (
    ExampleExists,
    Examples,
    NewExample,
    add_example,
    change_example,
    delete_examples,
)
from bot.training.gate.gate import verdicts
from bot.training.label_names import ACTS, ASPECTS

router = APIRouter(tags=["examples"])
AREA = Area(router, Section("/console/examples", "Câu mẫu", Permission.READ_EXAMPLES, 30))
ExampleId = Annotated[int, Path(ge=0, le=2**62)]
Ids = Annotated[list[int], Form(max_length=2000)]
Asked = Annotated[str, Query(max_length=200)]
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FEW = 15
"""Training examples below which an aspect or act is called weak."""


@router.get("/examples")
async def overview(request: Request, session: Session = needs(Permission.READ_EXAMPLES)) -> Response:
    """Show what is taught: counts, weak ones, confused pairs."""
    console = console_of(request)
    by_intent: dict[str, dict[str, int]] = defaultdict(lambda: {"training": 0, "evaluation": 0})
    by_procedure: dict[str, int] = defaultdict(int)
    for label, use, number in await Examples(console.database).counts():
        by_intent[label.intent][use] += number
        if label.procedure:
            by_procedure[label.procedure] += number
    for procedure in console.catalogue:
        for aspect, texts in procedure.questions.items():
            by_intent[f"ask_{aspect.value}"]["catalogue"] = by_intent[f"ask_{aspect.value}"].get(
                "catalogue", 0
            ) + len(texts)
    procedures = [
        (p.code, p.short_name, sum(map(len, p.questions.values())), len(p.aliases), by_procedure.get(p.code, 0))
        for p in console.catalogue
    ]
    reports = list((await verdicts(console.database)).values())
    return console.page(
        request,
        session,
        "examples.html",
        by_intent=by_intent,
        procedures_taught=procedures,
        few=FEW,
        confusions=reports[-1].report["confusions"] if reports else [],
    )


@router.get("/examples/list")
async def listing(
    request: Request,
    page: Number = 1,
    intent: Asked = "",
    procedure: Asked = "",
    use: Asked = "",
    words: Asked = "",
    session: Session = needs(Permission.READ_EXAMPLES),
) -> Response:
    """Show the examples of a label or with some words."""
    console = console_of(request)
    found, count = await Examples(console.database).find(
        intent=intent if intent in ASPECTS or intent in ACTS else "",
        procedure=procedure.split(" — ")[0].strip(),
        use=use if use in ("training", "evaluation") else "",
        words=words,
        limit=PAGE,
        offset=(page - 1) * PAGE,
    )
    return console.page(
        request,
        session,
        "examples_list.html",
        found=found,
        pages=Pages(page, count),
        asked={"intent": intent, "procedure": procedure, "use": use, "words": words},
    )


@router.get("/examples/export.yml")
async def export_yaml(request: Request, session: Session = needs(Permission.READ_EXAMPLES)) -> Response:
    """Return what is taught as one Rasa YAML file."""
    console = console_of(request)
    taught = await Examples(console.database).all("training")
    files = written(FileExample(e.text, e.label) for e in taught)
    head, *rest = (files[name] for name in sorted(files)) if files else ('version: "3.1"\nnlu: []\n',)
    body = head + "".join(content.split("nlu:\n", 1)[1] for content in rest)
    await _note_export(console, session, len(taught), "yaml")
    return _download(body.encode(), "application/yaml", "cau-mau.yml")


@router.get("/examples/export.xlsx")
async def export_excel(request: Request, session: Session = needs(Permission.READ_EXAMPLES)) -> Response:
    """Return all examples as an Excel file."""
    console = console_of(request)
    found = await Examples(console.database).all()
    await _note_export(console, session, len(found), "excel")
    return _download(write_sheet(found), EXCEL, "cau-mau.xlsx")


@router.post("/examples/check")
async def check(
    request: Request,
    text: Line = "",
    intent: Word = "ask_overview",
    procedure: Line = "",
    session: Session = needs(Permission.EDIT_EXAMPLES),
) -> Response:
    """Return what is to be said about a text while it is typed."""
    console = console_of(request)
    label = read_label(intent, procedure, console.catalogue)
    await console.checker.refresh(console.catalogue)
    findings = console.checker.check(text, label, await understood_by(console, text)) if text.strip() else []
    return console.page(request, session, "findings.html", findings=findings)


@router.post("/examples/import")
async def import_file(
    request: Request, file: UploadFile, anyway: Id = 0, session: Session = needs(Permission.EDIT_EXAMPLES)
) -> Response:
    """Import a YAML or Excel file; a batch that the bot contradicts is shown before it is taken."""
    console = console_of(request)
    content = await file.read(5_000_000)
    name = (file.filename or "")[:80]
    try:
        batch = read_sheet(content) if name.lower().endswith(".xlsx") else read_yaml(content, name or "tệp")
    except BadFile as error:
        raise Refused(str(error)) from error
    if len(batch) > MOST:
        raise Refused(f"Tệp có {len(batch)} câu. Hãy chia nhỏ, mỗi tệp tối đa {MOST} câu.")
    if bad := next((e for e in batch if e.label.intent not in ASPECTS and e.label.intent not in ACTS), None):
        raise Refused(f"Không có ý định “{bad.label.intent[:60]}” (câu “{bad.text[:60]}”).")
    if bad := next(
        (e for e in batch if e.label.procedure and not console.catalogue.find(e.label.procedure)), None
    ):
        raise Refused(f"Không có thủ tục mã {bad.label.procedure} (câu “{bad.text[:60]}”).")
    await console.checker.refresh(console.catalogue)
    report, good = await look_at(batch, console.checker, lambda text: understood_by(console, text))
    saved = not report.is_suspicious or bool(anyway)
    if saved:
        async with console.database.write() as connection:
            await save(connection, good, report, session.member.name)
            await note(
                connection,
                session.member.actor,
                "examples_import",
                name or "tệp",
                after={
                    "added": report.added,
                    "known": report.known,
                    "refused": len(report.refused),
                    "contradicted": len(report.against),
                },
            )
    return console.page(
        request,
        session,
        "examples_import.html",
        status=200 if saved else 422,
        report=report,
        saved=saved,
        good=len(good),
    )


@router.post("/examples/move")
async def move(
    request: Request,
    ids: Ids,
    intent: Word,
    procedure: Line = "",
    session: Session = needs(Permission.EDIT_EXAMPLES),
) -> Response:
    """Give several examples another label."""
    console = console_of(request)
    label = read_label(intent, procedure, console.catalogue)
    store = Examples(console.database)
    before = [found for i in dict.fromkeys(ids) if (found := await store.get(i))]
    async with console.database.write() as connection:
        for example in before:
            await change_example(connection, example.id, intent=label.intent, procedure=label.procedure)
        await note(
            connection,
            session.member.actor,
            "example_move",
            f"{len(before)} câu",
            before={"examples": [e.stored() for e in before[:50]]},
            after={"label": label.stored()},
        )
    return go(request, f"/examples/list?intent={label.intent}", f"Đã chuyển {len(before)} câu.")


@router.post("/examples/merge")
async def merge(
    request: Request,
    source: Word,
    target: Word,
    session: Session = needs(Permission.EDIT_EXAMPLES),
) -> Response:
    """Move all examples of one aspect or act to another."""
    console = console_of(request)
    read_label(source, "", console.catalogue)
    read_label(target, "", console.catalogue)
    if source == target:
        raise Refused("Hãy chọn hai loại khác nhau.")
    found, count = await Examples(console.database).find(intent=source, limit=100_000)
    async with console.database.write() as connection:
        for example in found:
            procedure = example.label.procedure if target in ASPECTS else None
            await change_example(connection, example.id, intent=target, procedure=procedure)
        await note(
            connection,
            session.member.actor,
            "example_move",
            f"gộp {source} vào {target}",
            before={"intent": source, "examples": count},
            after={"intent": target},
        )
    return go(request, f"/examples/list?intent={target}", f"Đã gộp {count} câu.")


@router.post("/examples")
async def add(
    request: Request,
    text: Line,
    intent: Word,
    procedure: Line = "",
    anyway: Id = 0,
    session: Session = needs(Permission.EDIT_EXAMPLES),
) -> Response:
    """Add an example that a clerk wrote."""
    console = console_of(request)
    label = read_label(intent, procedure, console.catalogue)
    await console.checker.refresh(console.catalogue)
    findings = console.checker.check(text, label)
    if any(f.severity is Severity.STOP or (f.severity is Severity.ASK and not anyway) for f in findings):
        raise Refused(findings[0].message)
    try:
        async with console.database.write() as connection:
            example = await add_example(connection, NewExample(text, label), session.member.name)
            await note(connection, session.member.actor, "example_add", example.text, after=example.stored())
    except ExampleExists as error:
        raise Refused(str(error)) from error
    return go(request, f"/examples/list?intent={intent}", "Đã thêm câu mẫu.")


@router.get("/examples/{example_id}")
async def show(
    request: Request, example_id: ExampleId, session: Session = needs(Permission.READ_EXAMPLES)
) -> Response:
    """Show one example with those most like it."""
    console = console_of(request)
    example = await Examples(console.database).get(example_id)
    if example is None:
        raise NotFound("Câu mẫu này không còn.")
    await console.checker.refresh(console.catalogue)
    nearest = [pair for pair in console.checker.nearest(example.text, 8) if pair[1].example != example]
    return console.page(request, session, "example.html", example=example, nearest=nearest)


@router.post("/examples/{example_id}")
async def edit(
    request: Request,
    example_id: ExampleId,
    text: Line,
    intent: Word,
    procedure: Line = "",
    pinned: Annotated[bool, Form()] = False,
    session: Session = needs(Permission.EDIT_EXAMPLES),
) -> Response:
    """Change an example."""
    console = console_of(request)
    before = await Examples(console.database).get(example_id)
    if before is None:
        raise NotFound("Câu mẫu này không còn.")
    label = read_label(intent, procedure, console.catalogue)
    await console.checker.refresh(console.catalogue)
    if text != before.text:
        stops = [f for f in console.checker.check(text, label) if f.severity is Severity.STOP]
        if stops:
            raise Refused(stops[0].message)
    try:
        async with console.database.write() as connection:
            after = await change_example(
                connection, example_id, text=text, intent=label.intent, procedure=label.procedure, pinned=pinned
            )
            await note(
                connection,
                session.member.actor,
                "example_edit",
                before.text,
                before=before.stored(),
                after=after.stored() if after else None,
            )
    except (TextRefused, ExampleExists) as error:
        raise Refused(str(error)) from error
    return go(request, f"/examples/{example_id}", "Đã lưu.")


@router.post("/examples/{example_id}/delete")
async def delete(
    request: Request, example_id: ExampleId, session: Session = needs(Permission.EDIT_EXAMPLES)
) -> Response:
    """Delete an example."""
    console = console_of(request)
    before = await Examples(console.database).get(example_id)
    async with console.database.write() as connection:
        if before is None or not await delete_examples(connection, [example_id]):
            raise NotFound("Câu mẫu này không còn.")
        await note(connection, session.member.actor, "example_delete", before.text, before=before.stored())
    return go(request, f"/examples/list?intent={before.label.intent}", "Đã xoá câu mẫu.")


async def _note_export(console: Console, session: Session, number: int, kind: str) -> None:
    async with console.database.write() as connection:
        await note(connection, session.member.actor, "examples_export", f"{number} câu, {kind}")


def _download(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
