"""The command line: `jintang`, with the exit codes 0 done, 1 refused, 2 wrong use."""

import typer

from jintang.commands import exporting, forms, key, policy
from jintang.commands.backup import backup, restore
from jintang.commands.demo import demo
from jintang.commands.doctor import doctor
from jintang.commands.importing import import_list
from jintang.commands.init import init
from jintang.commands.linking import link
from jintang.commands.run import run

app = typer.Typer(
    name="jintang",
    help="金汤：防返贫监测帮扶的提醒与核查机器人。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init")(init)
app.command("import")(import_list)
app.command("doctor")(doctor)
app.command("link")(link)
app.command("run")(run)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("demo")(demo)
app.add_typer(policy.app, name="policy")
app.add_typer(key.app, name="key")
app.add_typer(exporting.app, name="export")
app.add_typer(forms.app, name="forms")


def main() -> None:
    app()
