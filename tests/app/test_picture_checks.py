"""Pictures: what lies about its type, is a bomb, or runs something is not kept."""

import pytest

from app.picture_checks import BadPicture, check_picture
from tests.app.importing_from.exports import png

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {}>{}</svg>'
)


@pytest.fixture
def check(tmp_path):
    def check(name, data):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        check_picture(path)

    return check


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", png()),
        ("A.PNG", png(8000, 5000)),
        ("a.svg", SVG.format('width="9"', "<path d='M0 0'/><style>a{color:red}</style>")),
        (
            "a.svg",
            "<!DOCTYPE svg [<!-- > -->\n<!ATTLIST a b CDATA #IMPLIED>] >" + SVG.format("", ""),
        ),
        ("a.svg", '<?xml version="1.0"?>' + SVG.format("", "<a xlink:href='#b'/>")),
        ("a.pdf", b"whatever"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 40),
    ],
)
def test_an_honest_picture_and_other_files_pass(check, name, data):
    check(name, data)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.png", b"\xff\xd8\xff\xe0 jpeg", "image/jpeg"),
        ("a.jpg", b"<html><script>alert(1)</script>", "no known type"),
        ("a.gif", b"MZ\0\0", "no known type"),
        ("a.svg", png(), "image/png"),
        ("a.png", png(8001, 5000), "8001 x 5000"),
        ("a.png", png(2**31 - 1, 2**31 - 1), "pixels"),
        ("a.svg", SVG.format("", "<script>alert(1)</script>"), "script"),
        ("a.svg", SVG.format("", "<g><svg:script xmlns:svg='x'/></g>"), "script"),
        ("a.svg", SVG.format('onload="alert(1)"', ""), "onload"),
        ("a.svg", SVG.format("", "<a xlink:href=' java&#115;cript:x'/>"), "script"),
        ("a.svg", SVG.format("", "<a href='data:text/html,x'/>"), "script"),
        ("a.svg", '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("", "&a;"), "declares entities"),
        ("a.svg", SVG.format("", "<g>"), "cannot|no SVG"),
    ],
)
def test_a_picture_that_means_harm_is_refused_with_the_reason(check, name, data, said):
    with pytest.raises(BadPicture, match=said):
        check(name, data)
