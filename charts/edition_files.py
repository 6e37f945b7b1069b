"""An edition as files: texts, figures, and pictures beside them; together as one ZIP."""

import io
import zipfile
from collections.abc import Sequence

import editions
from charts.edition import edition_figures
from charts.look import DARK, LIGHT
from charts.printing import print_image
from editions import Choice, Printed

# Every entry of a ZIP has a time of its own: the earliest there is, so that no clock is in it.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def text_files(
    printed: Printed, *, base_url: str = "", choices: Sequence[Choice] | None = None
) -> dict[str, str]:
    """The edition's text files by name, alike byte for byte from its facts.

    base_url: what links begin with; "" leaves them relative. choices: the items a writer keeps; the
    frozen facts come along whole.
    """
    stem, images = editions.file_stem(printed), image_names(printed)
    return {
        f"{stem}.md": editions.markdown(printed, base_url=base_url, choices=choices, images=images),
        f"{stem}.txt": editions.plain_text(printed, choices=choices),
        f"{stem}.html": editions.html_page(
            printed, base_url=base_url, choices=choices, images=images
        ),
        f"{stem}.csv": editions.figures_csv(printed, base_url=base_url, choices=choices),
        f"{stem}.json": editions.facts_json(printed, choices=choices),
    }


def image_names(printed: Printed) -> list[dict[str, str]]:
    """The pictures as the texts name them: `light` and `dark` (files beside them), `alt`."""
    stem = editions.file_stem(printed)
    return [
        {
            "light": f"{stem}-{figure.name}.png",
            "dark": f"{stem}-{figure.name}-dark.png",
            "alt": figure.alt,
        }
        for figure in edition_figures(printed.facts)
    ]


def image_files(printed: Printed) -> dict[str, bytes]:
    """The edition's pictures by name: each as PNG, light and dark, and as SVG."""
    stem = editions.file_stem(printed)
    files = {}
    for figure in edition_figures(printed.facts):
        light, dark = (figure.draw(look, figure.caption) for look in (LIGHT, DARK))
        files[f"{stem}-{figure.name}.png"] = print_image(light, "png")
        files[f"{stem}-{figure.name}-dark.png"] = print_image(dark, "png")
        files[f"{stem}-{figure.name}.svg"] = print_image(light, "svg", title=figure.alt)
    return files


def zip_file(
    printed: Printed, *, base_url: str = "", choices: Sequence[Choice] | None = None
) -> bytes:
    """Everything in one ZIP; arguments as of `text_files`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as folder:
        files = text_files(printed, base_url=base_url, choices=choices)
        texts = {name: text.encode() for name, text in files.items()}
        for name, content in {**texts, **image_files(printed)}.items():
            entry = zipfile.ZipInfo(name, date_time=NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            folder.writestr(entry, content)
    return out.getvalue()
