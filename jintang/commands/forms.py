"""`jintang forms`: a form as a workbook, tried before it is used, compared, and put to use."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from config.clock import LocalTime, SystemClock
from config.faults import Fault, PolicyError
from config.models import Form, Policy
from config.settings import Settings
from jintang.console import done, out, say, table
from jintang.form_trial import Left, opened, play
from jintang.installation import Refused, policy_of, read_settings, told, write_new
from workflows.authoring.differences import differences
from workflows.authoring.fitting import endings, misfits
from workflows.authoring.reading import read_workbook
from workflows.authoring.shelf import NoDraft, NotNewer, Shelf
from workflows.authoring.source import WorkbookSource
from workflows.authoring.writing import workbook_of

app = typer.Typer(help="用表格改表：导出、导入、试填、比较、启用。", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="表的代码，见 jintang forms list", metavar="FORM")]
Target = Annotated[Path | None, typer.Argument(help="存到哪个文件，默认 FORM-v版本.xlsx", metavar="FILE")]
Workbook = Annotated[Path, typer.Argument(help="改好的 xlsx 文件", metavar="FILE")]
NEXT = "试填：jintang forms try {0}　比较：jintang forms diff {0}　启用：jintang forms publish {0}"
NO_FOLDER = (
    "还没有本县的政策文件夹：请建一个空文件夹，把 JINTANG_POLICY_DIR 设成它，见 docs/policy-handbook.md"
)
OLD = "草稿的 version 要比在用的第 {0} 版大，请在 settings 表里改成 {1} 再导入"
OF_A_TASK = ("officials", "days")
ON_PHONE = "{0}\n请用浏览器打开：{1}，表在网格员的手机上\n按 Ctrl+C 结束。"
AGAIN = "重启 jintang run 以后，新打开的表用新版；填到一半的按原来的填完"


@app.command("list")
@told
async def list_forms() -> None:
    """列出各张表和草稿。"""
    settings = read_settings()
    drafts = _shelf(settings).drafts() if settings.policy_dir else []
    forms = sorted(policy_of(settings).forms.values(), key=lambda form: form.name)
    rows = [[one.name, one.title, str(one.version), "有草稿" if one.name in drafts else ""] for one in forms]
    table("表", ["代码", "名称", "版本", ""], rows)


@app.command("export")
@told
async def export(
    name: Name,
    target: Annotated[
        Path | None, typer.Argument(help="存到哪个文件，默认 FORM-v版本.xlsx", metavar="FILE")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="导出草稿，不是在用的")] = False,
) -> None:
    """把一张表导出成 Excel 表格（XLSForm）。"""
    settings = read_settings()
    form = _with_draft(settings, name).forms[name] if draft else _form(policy_of(settings), name)
    file = target or Path(f"{name}-v{form.version}.xlsx")
    await asyncio.to_thread(write_new, file, workbook_of(form))
    done(f"{form.title}（第 {form.version} 版）存在 {file}，改好后用 jintang forms import 导入")


@app.command("import")
@told
async def import_form(
    file: Annotated[Path, typer.Argument(help="改好的 xlsx 文件", metavar="FILE")],
    replace: Annotated[bool, typer.Option("--replace", help="换成一张很不一样的表")] = False,
) -> None:
    """检查一张表格并存成草稿；有毛病时一处一行，什么都不存。"""
    shelf = _shelf(read_settings())
    live = shelf.live()
    with _faults_told():
        form = _checked(shelf, live, await _read(file), replace=replace)
    before = live.forms[form.name]
    changes = differences(before, form)
    if not changes:
        done(f"{form.title} 和在用的没有不同，没有存")
        return
    kept = await asyncio.to_thread(shelf.keep, form, file.name)
    done(f"{form.title} 存成草稿 {kept}，和在用的有 {len(changes)} 处不同")
    if form.version <= before.version:
        say("⚠️ " + OLD.format(before.version, before.version + 1))
    say(NEXT.format(form.name))


async def _read(file: Path) -> tuple[WorkbookSource, list[Fault]]:
    try:
        return read_workbook(file.name, await asyncio.to_thread(file.read_bytes))
    except FileNotFoundError as error:
        raise Refused(f"没有 {file} 这个文件，请检查名字和文件夹") from error


def _checked(shelf: Shelf, live: Policy, read: tuple[WorkbookSource, list[Fault]], *, replace: bool) -> Form:
    """The form of a workbook; raises `PolicyError` with everything that is wrong, a row told once."""
    source, faults = read
    faults = [*faults, *misfits(source, live, replace=replace)]
    told_of = {(fault.file, fault.line) for fault in faults}
    try:
        policy = shelf.checked(source)
    except PolicyError as error:
        own = (one for one in error.faults if source.shown in one.file or not faults)
        faults += [one for one in own if (one.file, one.line) not in told_of]
    if faults:
        raise PolicyError(faults)
    return policy.forms[str(source.content["name"])]


@app.command("diff")
@told
async def diff(name: Name) -> None:
    """草稿和在用的表有什么不同。"""
    settings = read_settings()
    live, draft = _form(policy_of(settings), name), _with_draft(settings, name).forms[name]
    for line in differences(live, draft) or ["没有不同"]:
        say(line)


@app.command("try")
@told
async def try_form(
    name: Name,
    live: Annotated[bool, typer.Option("--live", help="试在用的，不试草稿")] = False,
    phone: Annotated[bool, typer.Option("--phone", help="在演练的手机上试")] = False,
    port: Annotated[int, typer.Option(help="演练的端口")] = 8080,
) -> None:
    """一题一题试填，不登记：在终端里，或在演练的手机上。"""
    settings = read_settings()
    today = LocalTime(SystemClock(), settings.timezone).now().date()
    drafts = _shelf(settings).drafts() if settings.policy_dir else []
    draft = name in drafts and not live
    policy = _with_draft(settings, name) if draft else policy_of(settings)
    form = _form(policy, name)
    if phone:
        await _on_phone(policy, form, port)
        return
    try:
        await asyncio.to_thread(play, opened(form, today), endings(policy, name), today, say, _line)
    except (Left, EOFError):
        say("不填了，什么也没有登记")


@app.command("publish")
@told
async def publish(name: Name) -> None:
    """启用草稿。"""
    shelf = _shelf(read_settings())
    with _faults_told():
        try:
            former = await asyncio.to_thread(shelf.publish, name)
        except NoDraft as error:
            raise _no_draft(name) from error
        except NotNewer as error:
            raise Refused(OLD.format(error.live, error.live + 1)) from error
    done(f"{name} 已启用。{AGAIN}" + (f"。原来的留在 {former}" if former else ""))
    say(f"要退回：jintang forms undo {name}")


@app.command("undo")
@told
async def undo(name: Name) -> None:
    """退回启用前的那一版，刚才在用的变成草稿。"""
    try:
        former = await asyncio.to_thread(_shelf(read_settings()).undo, name)
    except NoDraft as error:
        raise Refused(f"本县没有启用过 {name}，在用的就是随附的") from error
    done(f"{name} 退回{'前一版' if former else '随附的那一版'}，刚才在用的存成草稿。{AGAIN}")


@app.command("discard")
@told
async def discard(name: Name) -> None:
    """丢掉草稿。"""
    try:
        await asyncio.to_thread(_shelf(read_settings()).discard, name)
    except NoDraft as error:
        raise _no_draft(name) from error
    done(f"{name} 的草稿已丢掉，在用的没有动")


async def _on_phone(policy: Policy, form: Form, port: int) -> None:
    from jintang.demo import HEADER, Trial, serve  # loads slowly; other commands need not wait

    if any(question.choices_from in OF_A_TASK for question in form.questions):
        raise Refused(f"{form.title} 的选项要看是哪一件事，手机上试不了，请在终端里试")
    trial = Trial(policy, form.name)
    await serve("127.0.0.1", port, lambda base: say(ON_PHONE.format(HEADER, base)), trial=trial)


def _line() -> str:
    return out.input("> ")


def _shelf(settings: Settings) -> Shelf:
    if settings.policy_dir is None:
        raise Refused(NO_FOLDER)
    return Shelf(settings.policy, settings.policy_dir)


def _with_draft(settings: Settings, name: str) -> Policy:
    with _faults_told():
        try:
            return _shelf(settings).with_draft(name)
        except NoDraft as error:
            raise _no_draft(name) from error


def _form(policy: Policy, name: str) -> Form:
    if name not in policy.forms:
        known = "、".join(f"{one.name}（{one.title}）" for _, one in sorted(policy.forms.items()))
        raise Refused(f"没有 {name} 这张表，可用的有：{known}")
    return policy.forms[name]


def _no_draft(name: str) -> Refused:
    return Refused(f"{name} 没有草稿，请先用 jintang forms import 导入改好的表格")


@contextmanager
def _faults_told() -> Iterator[None]:
    """Every fault on a line of its own, then the exit code of a refusal."""
    try:
        yield
    except PolicyError as error:
        for fault in error.faults:
            out.print(f"{fault.file} 第 {fault.line} 行：{fault.message}", markup=False, soft_wrap=True)
        raise Refused(f"有 {len(error.faults)} 处要改，什么都没有存") from error
