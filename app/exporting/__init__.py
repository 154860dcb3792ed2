"""Getting everything out again: as Markdown, as data, as a static site."""

from __future__ import annotations

from app.exporting.data import export_data
from app.exporting.folder import ExportReport, export_folder
from app.exporting.static_site import export_site
from app.exporting.whole import ExportRefused

__all__ = ["ExportRefused", "ExportReport", "export_data", "export_folder", "export_site"]
