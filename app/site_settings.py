"""Settings of what visitors see: the name and look of the help center, its products and hours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app import branding, setting_values
from app.branding import FooterLink, Product
from app.setting_fields import setting
from app.support_hours import Hours, read_hours, read_zone


@dataclass(frozen=True)
class SiteSettings:
    """The part of the settings that concerns the pages' looks and words."""

    site_name: str = setting(
        "KB_SITE_NAME", "Help center", "Name shown on every page", setting_values.read_text
    )
    logo: Path = setting(
        "KB_LOGO",
        "",
        "Picture shown before the name: an SVG, PNG, JPEG, GIF or WebP file",
        branding.read_picture,
        shown="none",
    )
    accent_color: str = setting(
        "KB_ACCENT_COLOR",
        "",
        "Colour of links and buttons, such as `#0b5f78`; made lighter or darker where it would be "
        "hard to read",
        branding.read_color,
        shown="#0b5f78",
    )
    home_text: str = setting(
        "KB_HOME_TEXT",
        "",
        "Sentence on the front page; one for each language as `en=...; ko=...`",
        setting_values.read_text,
        shown="none",
    )
    footer_links: tuple[FooterLink, ...] = setting(
        "KB_FOOTER_LINKS",
        "",
        "Links at the foot of every page: `Shop=https://shop.example.com, Terms=https://...`",
        branding.read_footer_links,
        shown="none",
    )
    custom_css: Path = setting(
        "KB_CUSTOM_CSS",
        "",
        "Style sheet of your own, added after the help center's",
        branding.read_style_sheet,
        shown="none",
    )
    products: tuple[Product, ...] = setting(
        "KB_PRODUCTS",
        "",
        "Products that visitors may choose from, as articles name them: `web=Website, ios=iPhone`",
        branding.read_products,
        shown="none",
    )
    product_versions: tuple[tuple[str, str], ...] = setting(
        "KB_PRODUCT_VERSIONS",
        "",
        "Versions of today, by which articles for older ones are found: `web=5.2, ios=4.0`",
        setting_values.read_versions,
        shown="none",
    )
    answer_hours: int = setting(
        "KB_ANSWER_HOURS",
        "0",
        "Hours within which a message is usually answered, shown on the contact form; 0 shows none",
        setting_values.read_whole_number(0, 720),
    )
    support_hours: tuple[Hours, ...] = setting(
        "KB_SUPPORT_HOURS",
        "",
        "When somebody is there: `Mon-Fri 09:00-18:00, Sat 10:00-14:00`",
        read_hours,
        shown="none",
    )
    time_zone: str = setting(
        "KB_TIME_ZONE",
        "UTC",
        "Time zone of these hours and of the times on pages, such as `Asia/Seoul`",
        read_zone,
    )
