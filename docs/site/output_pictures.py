"""Pictures in the outputs of a notebook get a text for those who cannot see them.

MyST-NB gives them the path of their file. The words nearest to a picture are the heading it stands
under; the text around it says what to notice.
"""

from docutils import nodes


def describe(app, doctree: nodes.document) -> None:
    """`Output of the code in “7 · Collapse”` in place of the name of a file."""
    for image in doctree.findall(nodes.image):
        section = image.parent
        while section is not None and not isinstance(section, nodes.section):
            section = section.parent
        if "alt" not in image and section is not None:
            title = section.next_node(nodes.title).astext()
            image["alt"] = f"Output of the code in “{title}”"


def setup(app) -> dict:
    app.connect("doctree-read", describe)
    return {"parallel_read_safe": True}
