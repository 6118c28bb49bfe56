"""Settings for whoever runs the program: its log, and its figures for Prometheus."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from pipeline.source_settings import Table


class LogSettings(Table):
    """What is written to standard error, and of each source's crawl into `logs/`."""

    format: Literal["text", "json"] = Field(default="text", description="text, or json: an object a line")
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="from which level `utkik serve` and crawls tell; other commands tell errors alone"
    )


class MetricsSettings(Table):
    """Figures for Prometheus at /metrics; off without a token."""

    token: SecretStr = Field(
        default=SecretStr(""), description="its bearer token; empty: off; better given as UTKIK_METRICS__TOKEN"
    )
