"""Elements cut out of the text are those that a parser would find; where that is not certain nothing is cut."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from connectors import tax_return
from connectors.cutter import Cutter
from connectors.packed import pack, unpack

_WANTED = ["@maTKhai", "id", "ct07", "ct11"]


def line(number: int, name: str = "Lan", income: str = "<ct11>5</ct11>") -> str:
    return f'<BKeCTietCNhan id="ID_{number}"><ct07>{name}</ct07>{income}<ct12>0</ct12></BKeCTietCNhan>'


def document(lines: str, before: str = "", after: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><HSoThueDTu xmlns="http://x"><maTKhai>R</maTKhai>'
        f"{before}<PLuc>{lines}</PLuc>{after}</HSoThueDTu>"
    )


@pytest.fixture
def cutter() -> Cutter:
    found = Cutter(["ct07", "ct11"], attribute="id")
    found.learn("BKeCTietCNhan", ["ct07", "ct11", "ct12"])
    return found


def test_what_is_written_alike_is_cut_out(cutter: Cutter) -> None:
    cut = cutter.cut(f"a{line(1)}b{line(2, 'Đỗ')}{line(3, income='<ct11/>')}{line(4, income='')}c".encode())
    assert cut is not None
    assert cut.around == ["a", "b", "", "", "c"]
    assert cut.columns["ct07"] == ["Lan", "Đỗ", "Lan", "Lan"]
    assert cut.columns["ct11"] == ["5", "5", None, None]
    assert cut.columns["id"] == ["ID_1", "ID_2", "ID_3", "ID_4"]


@pytest.mark.parametrize(
    "odd",
    [
        line(1, "A &amp; B"),
        line(1, "<b>A</b>"),
        line(1).replace("<ct07>", "<ct07 x='1'>"),
        line(1).replace('id="ID_1"', 'id="ID_1" x="1"'),
        line(1, income="<ct10>1</ct10>"),
        line(1).replace("</ct07>", "</ct08>"),
    ],
)
def test_what_is_written_otherwise_stays(cutter: Cutter, odd: str) -> None:
    cut = cutter.cut((odd + line(2)).encode())
    assert cut is not None
    assert cut.around == [odd, ""]


@pytest.mark.parametrize(
    "text",
    [f"<!--{line(1)}-->", f"<![CDATA[{line(1)}]]>", f"<?x {line(1)}?>", line(1, "a]]>"), line(1, "\x07"),
     line(1, "a\rb"), line(1, "\ufffe")],
)  # fmt: skip
def test_what_only_a_parser_understands_is_not_cut(cutter: Cutter, text: str) -> None:
    assert cutter.cut(text.encode()) is None


def test_other_encodings_are_not_cut(cutter: Cutter) -> None:
    assert cutter.cut(line(1, "é").encode("latin-1")) is None
    assert cutter.cut(document(line(1)).encode("utf-16")) is None
    assert cutter.cut(document(line(1)).replace("UTF-8", "latin-1").encode()) is None


_SIMPLE = document(line(1))
_ODD_RETURNS = {
    "entity": document(line(1, "A &amp; B") + line(2)),
    "comment": document(f"{line(1)}<!--{line(7)}-->{line(2)}"),
    "new element": document(line(1).replace("<ct11>", "<ct99>1</ct99><ct11>") + line(2)),
    "other order": document('<BKeCTietCNhan id="ID_1"><ct11>5</ct11><ct07>Lan</ct07></BKeCTietCNhan>' + line(2)),
    "head behind the lines": document(line(1) + line(2)).replace("<maTKhai>R</maTKhai>", "").replace(
        "</PLuc>", "</PLuc><maTKhai>R</maTKhai>"),
    "in two parts": document(f"{line(1)}</PLuc><PLuc>{line(2)}"),
    "no line": document(""),
    "not closed": document(line(1) + line(2))[:-3],
    "lines behind the end": document(line(1)) + line(2),
}  # fmt: skip


@pytest.mark.parametrize("odd", _ODD_RETURNS.values(), ids=_ODD_RETURNS)
def test_a_return_is_read_alike_with_and_without_a_tree(tmp_path: Path, odd: str) -> None:
    def read(name: str, *texts: str) -> tax_return.Read:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for number, text in enumerate(texts):
                archive.writestr(f"{number}.xml", text)
            entries = archive.namelist()
        return tax_return.read([tax_return.Task("A", str(path), entries, _WANTED)])

    # The first return of a task is always read from a tree, and shows how the lines look.
    alone, second = read("alone", odd), read("second", _SIMPLE, odd)
    assert unpack(second.lines).rows()[1:] == unpack(alone.lines).rows()
    assert [reject.reason.split(": ")[1] for reject in second.rejects] == [
        reject.reason.split(": ")[1] for reject in alone.rejects
    ]


def test_a_large_return_is_cut_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tax_return, "_PIECE_BYTES", 500)
    path = tmp_path / "archive"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("0.xml", _SIMPLE)
        archive.writestr("1.xml", document("".join(line(number) for number in range(1, 100))))
    rows = unpack(tax_return.read([tax_return.Task("A", str(path), ["0.xml", "1.xml"], _WANTED)]).lines)
    assert rows.height == 100
    assert rows["id"][1:].to_list() == [f"ID_{number}" for number in range(1, 100)]
    assert rows["@maTKhai"].unique().to_list() == ["R"]


def test_columns_arrive_as_they_were_packed() -> None:
    columns = {"a": ["x", None, ""], "b": [None, "Đ", "y\n"]}
    assert unpack(pack(3, columns)).to_dict(as_series=False) == columns
    assert unpack(pack(0, {"a": []})).to_dict(as_series=False) == {"a": []}
