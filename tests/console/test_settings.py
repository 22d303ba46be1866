from app.infra.settings_table import settings_table


def test_show_settings_prints_every_setting(app):
    result = app.test_cli_runner().invoke(args=["settings"])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "| Setting | Default | Meaning |"
    assert len(lines) == len(settings_table()) + 2
