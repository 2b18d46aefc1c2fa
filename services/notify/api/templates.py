"""The words of every message: read by those who oversee them, written by the centre's administrator alone.

Guarantees: what does not fit every event that is told by a template is refused, with the place that is wrong and those
that may be named; nothing that was written is changed or taken away.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Row

from services.notify import wordbook
from services.notify.api.parts import OVERSEERS, Read, Why, Write
from services.notify.domain.book import Book
from services.notify.domain.wording import Template, TemplateError
from services.notify.previewing import preview
from services.notify.queries import wording as stored
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Staff
from yimen.web import Body, Conflict, Invalid, NotFound, Principal, Role, allow, creates, new_router, refuses

router = new_router(tags=["wording"])

Language = Literal["zh", "en"]
Named = Annotated[Code, Path()]


class WordsBody(Body):
    """`subject`: a mail's subject line. Both may name places of the event in braces."""

    subject: str | None = Field(default=None, min_length=1, max_length=100, pattern=r"\S")
    text: str = Field(min_length=1, max_length=400, pattern=r"\S")


class VersionBody(WordsBody):
    """In force from `valid_from`, at once if that is left out."""

    valid_from: AwareDatetime | None = None
    reason: Why


class VersionShape(BaseModel):
    language: str
    version: int
    subject: str | None
    text: str
    valid_from: datetime
    reason: str | None
    written_by: Staff | None = Field(description="nobody: the words that the program came with")
    written_at: datetime


class WordsShape(BaseModel):
    version: int
    subject: str | None
    text: str
    places: list[str] = Field(description="what may stand between braces")


class TemplateShape(BaseModel):
    code: str
    rules: list[str]
    events: list[str]
    words: dict[str, WordsShape] = Field(description="in force, by language")


class WholeTemplate(TemplateShape):
    versions: list[VersionShape] = Field(description="all that were ever written, the oldest of each language first")


class PreviewShape(BaseModel):
    """As the recipient would read it, of an event that never happened."""

    event: str
    version: int | None
    subject: str | None
    text: str


@router.get("/templates", dependencies=[allow(*OVERSEERS)])
async def list_templates(view: Read) -> list[TemplateShape]:
    book = await wordbook.current(view)
    return [TemplateShape(**_shown(book, code)) for code in sorted({code for code, _ in book.templates})]


@router.get("/templates/{code}", dependencies=[allow(*OVERSEERS)])
async def read_template(code: Named, view: Read) -> WholeTemplate:
    book = await _book_with(view, code)
    versions = [_version_shape(row) for row in await stored.template_versions(view.conn, code)]
    return WholeTemplate(**_shown(book, code), versions=versions)


@router.post("/templates/{code}/{language}/versions", status_code=201, responses=refuses(404, 422))
async def write_version(
    code: Named,
    language: Language,
    body: VersionBody,
    unit: Write,
    caller: Principal = allow(Role.CENTRE_ADMIN),
    _once: None = creates(),
) -> VersionShape:
    """For messages that are written from then on; those that stand keep their words."""
    book = await _book_with(unit, code)
    if body.valid_from is not None and body.valid_from < unit.now:
        fault = {"in": "body", "pointer": "/valid_from", "message": "不能早于现在"}
        raise Invalid("valid-from-past", "生效时间已过", "新文字只能从现在或者以后起生效。", [fault])
    own = [row for row in await stored.template_versions(unit.conn, code) if row.language == language]
    template = Template(code, own[-1].version + 1, body.text, body.subject, language)
    _check(book, template)
    if not await wordbook.write_version(unit, template, body.valid_from or unit.now, body.reason, caller.staff):
        raise Conflict("version-taken", "他人刚刚更改了此模板", "请刷新后查看新版本，再决定是否更改。")
    written = await stored.template_versions(unit.conn, code)
    return next(_version_shape(row) for row in reversed(written) if row.language == language)


@router.get("/templates/{code}/{language}/preview", dependencies=[allow(*OVERSEERS)])
async def preview_version(
    code: Named, language: Language, view: Read, version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> PreviewShape:
    """The words in force, or those of one version."""
    book = await _book_with(view, code)
    if version is None:
        return _previewed(book, book.templates[code, language])
    for row in await stored.template_versions(view.conn, code):
        if (row.language, row.version) == (language, version):
            _check(book, wordbook.template_of(row))
            return _previewed(book, wordbook.template_of(row))
    raise NotFound("没有这个版本", "请从版本列表中选择。")


@router.post("/templates/{code}/{language}/preview", responses=refuses(404, 422))
async def preview_draft(
    code: Named, language: Language, body: WordsBody, view: Read, _caller: Principal = allow(Role.CENTRE_ADMIN)
) -> PreviewShape:
    """Words that are not kept yet."""
    book = await _book_with(view, code)
    draft = Template(code, 0, body.text, body.subject, language)
    _check(book, draft)
    return _previewed(book, draft)


async def _book_with(view: Read, code: str) -> Book:
    book = await wordbook.current(view)
    if not book.rules_of_template(code):
        raise NotFound("没有这个模板", "请从模板列表中选择。")
    return book


def _check(book: Book, template: Template) -> None:
    try:
        book.check(template)
    except TemplateError as wrong:
        raise _ill_fitting(book, template, wrong) from wrong


def _ill_fitting(book: Book, template: Template, wrong: TemplateError) -> Invalid:
    places = book.places(template.code, template.language)
    found = template.subject is not None and wrong.place and f"{{{wrong.place}" in template.subject
    what = f"“{{{wrong.place}}}”不能使用。" if wrong.place else "花括号不成对，或者其中没有名称。"
    detail = f"{what}可以使用：{'、'.join(f'{{{place}}}' for place in places)}。"
    fault = {"in": "body", "pointer": "/subject" if found else "/text", "message": what}
    return Invalid("place-unknown", "模板中有不能使用的位置", detail, [fault], place=wrong.place, places=places)


def _shown(book: Book, code: str) -> dict[str, Any]:
    rules = book.rules_of_template(code)
    words = {
        language: WordsShape(
            version=one.version, subject=one.subject, text=one.text, places=book.places(code, language)
        )
        for (of, language), one in book.templates.items()
        if of == code
    }
    events = sorted({rule.event.type for rule in rules})
    return {"code": code, "rules": [rule.id for rule in rules], "events": events, "words": words}


def _version_shape(row: Row[Any]) -> VersionShape:
    by = row.written_by and Staff.model_validate(row.written_by, strict=False)
    return VersionShape.model_validate({**row._mapping, "written_by": by})


def _previewed(book: Book, template: Template) -> PreviewShape:
    rule = book.rules_of_template(template.code)[0]
    subject, text = preview(rule, template)
    return PreviewShape(event=rule.event.type, version=template.version or None, subject=subject, text=text)
