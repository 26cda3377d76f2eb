"""`gesso styles`: every style that can be named."""

from __future__ import annotations

import argparse
import itertools
import locale

from engine.cli.exits import Exit
from engine.cli.report import Report, table
from engine.models.catalog import Catalog
from engine.models.styles import StyleInfo, all_styles, in_language
from engine.paths import Folders


def run(namespace: argparse.Namespace, report: Report) -> int:
    """List the styles."""
    del namespace
    styles = all_styles(Catalog(Folders.of_user()).models())
    report.document({"styles": styles})
    language = locale.getlocale()[0] or "en"
    for _, members in itertools.groupby(styles, key=lambda style: style.group):
        group = list(members)
        report.text(f"{in_language(group[0].groups, language)}:")
        rows = [(style.key, style.title(language), _remark(style, language)) for style in group]
        for line in table(rows, indent="  "):
            report.text(line)
    if not styles:
        report.text("No style can be named yet. Any picture file works: --style picture.jpg")
    return Exit.OK


def _remark(style: StyleInfo, language: str) -> str:
    if not style.is_available:
        return f"not usable: {style.reason}"
    words = [in_language(style.medium, language), in_language(style.character, language)]
    words += ["abstract"] if style.is_abstract else []
    words += [] if style.commercial == "yes" else [f"commercial use: {style.commercial}"]
    return ", ".join(word for word in words if word)
