import pytest
from jinja2 import DictLoader, StrictUndefined, TemplateNotFound, UndefinedError

from templates import environment, render


def test_a_name_that_nobody_gave_is_an_error():
    assert environment().undefined is StrictUndefined
    with pytest.raises(UndefinedError, match="checklist"):
        render("checklist/checklist.md.j2")


def test_an_unknown_template_is_an_error():
    with pytest.raises(TemplateNotFound):
        render("checklist/nothing.j2")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.py.j2", "<&\n"),
        ("a.md.j2", "<&\n"),
        ("a.html.j2", "&lt;&amp;\n"),
        ("a.html", "&lt;&amp;\n"),
    ],
)
def test_only_html_is_escaped_and_the_last_line_break_is_kept(name, expected):
    overlaid = environment().overlay(loader=DictLoader({name: "  {% if true %}\n{{ text }}\n  {% endif %}\n"}))
    assert overlaid.get_template(name).render(text="<&") == expected
