"""`flask --app wsgi settings`: the table of docs/operations.md."""

import click

from app.infra.settings_table import settings_table


@click.command("settings")
def show_settings() -> None:
    """Print every setting with its default and meaning, as a Markdown table."""
    click.echo("| Setting | Default | Meaning |\n|---|---|---|")
    for name, default, meaning in settings_table():
        click.echo(f"| `{name}` | {default} | {meaning} |")
