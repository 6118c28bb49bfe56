"""The commands that live in modules of their own, put into the program in the order that help shows them."""

from __future__ import annotations

import typer

from pipeline.account_commands import account_app
from pipeline.analysis_commands import analysis_app
from pipeline.backup_commands import backup, restore
from pipeline.bounce_commands import bounces
from pipeline.check_command import check
from pipeline.classify_command import classify
from pipeline.cofinancing_commands import cofinancing_app
from pipeline.contact_commands import contacts
from pipeline.encoder_commands import encoder_app
from pipeline.export_commands import export
from pipeline.file_commands import evaluate
from pipeline.ledger_commands import ledger
from pipeline.model_commands import model_app
from pipeline.municipality_commands import municipality_app
from pipeline.notebook_commands import notebooks
from pipeline.outlook_commands import forecast, partners
from pipeline.person_commands import person_app, remove
from pipeline.report_commands import report_app
from pipeline.retention_commands import retention
from pipeline.second_reader_commands import second_reader_app
from pipeline.serve_command import serve
from pipeline.source_commands import sources_app
from pipeline.store_commands import store_app
from pipeline.token_commands import token_app


def add_commands(app: typer.Typer) -> None:
    """Give the program its further commands."""
    app.command()(check)
    app.add_typer(municipality_app, name="municipality")
    app.add_typer(sources_app, name="sources")
    app.add_typer(model_app, name="model")
    app.add_typer(encoder_app, name="encoder")
    app.add_typer(second_reader_app, name="second-reader")
    app.command()(serve)
    app.add_typer(account_app, name="account")
    app.add_typer(token_app, name="token")
    app.command()(contacts)
    app.add_typer(analysis_app, name="analysis")
    app.add_typer(cofinancing_app, name="cofinancing")
    app.command()(partners)
    app.command()(forecast)
    app.command()(ledger)
    app.command()(backup)
    app.command()(restore)
    app.add_typer(store_app, name="store")
    app.command()(bounces)
    app.command()(retention)
    app.command()(remove)
    app.add_typer(report_app, name="report")
    app.add_typer(person_app, name="person")
    app.command()(classify)
    app.command()(evaluate)
    app.command()(export)
    app.command()(notebooks)
