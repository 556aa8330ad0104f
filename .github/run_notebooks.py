"""Make the notebooks' outputs anew: ``.venv/bin/python .github/run_notebooks.py [NOTEBOOK ...]``.

A widget without its kernel is an empty line. So forms leave their still page, as text and HTML,
and progress bars leave nothing. Pictures keep their size, with 64 colours.
"""

import base64
import io
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

WIDGET = "application/vnd.jupyter.widget-view+json"
PICTURE = "image/png"
LEFT = {"store_widget_state": False, "coalesce_streams": True}


def run(path):
    notebook = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, resources=folder, **LEFT).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if is_still(output)]
            for output in cell.outputs:
                shrink(output.get("data", {}))
    nbformat.write(notebook, path)


def is_still(output):
    """Take the widget out of an output, and tell whether something is left without it."""
    data = output.get("data", {})
    return data.pop(WIDGET, None) is None or "text/html" in data


def shrink(data):
    """Store a picture with few colours: charts look the same at a third of the size."""
    if PICTURE in data:
        picture = Image.open(io.BytesIO(base64.b64decode(data[PICTURE]))).convert("RGB")
        kept = io.BytesIO()
        few = picture.quantize(64, dither=Image.Dither.NONE)
        few.save(kept, "png", optimize=True)
        data[PICTURE] = base64.b64encode(kept.getvalue()).decode()


for found in [Path(name) for name in sys.argv[1:]] or sorted(Path("notebooks").glob("*.ipynb")):
    run(found)
