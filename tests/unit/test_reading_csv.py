"""CSV as it really is: dialects, encodings, ragged lines, junk; every line accounted for."""

from __future__ import annotations

import csv
import gzip
import io
import os
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from covey.errors import InputError, OptionError
from covey.features.reading import names, read_table, spool


def rows(table):
    chosen = ", ".join('"' + name.replace('"', '""') + '"' for name in table.columns)
    return table.con.execute(f"SELECT {chosen} FROM {table.name}").fetchall()


def write(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def accounted(table) -> bool:
    """Every line read is either removed by a step or there at the end."""
    removed = sum(step.n_rows for step in table.cleaning if step.action == "removed")
    return table.cleaning[0].n_rows == removed + table.n_rows


# ---------------------------------------------------------------- dialects


@pytest.mark.parametrize(
    ("delimiter", "word"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")]
)
def test_delimiter_is_found(tmp_path, delimiter, word):
    lines = [["name", "age", "city"], ["Ann, B", "31", "Oslo; N"], ["Bob", "47", "Rome"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines)
    table = read_table(write(tmp_path, text.getvalue()))
    assert table.columns == ("name", "age", "city")
    assert rows(table) == [tuple(line) for line in lines[1:]]
    assert table.source.details["delimiter"] == word


def test_everything_is_text_as_written_and_empty_is_null(tmp_path):
    table = read_table(write(tmp_path, 'a,b,c\n007,"1,234.50",\n£5, x ,""\n'))
    assert set(table.types().values()) == {"VARCHAR"}
    assert rows(table) == [("007", "1,234.50", None), ("£5", " x ", None)]


def test_decimal_commas_do_not_hide_the_semicolon(tmp_path):
    table = read_table(write(tmp_path, "1,5;2,5\n3,25;4,0\n7,5;1,5\n"))
    assert rows(table) == [("1,5", "2,5"), ("3,25", "4,0"), ("7,5", "1,5")]
    assert table.decimal is None
    assert read_table(tmp_path / "t.csv", decimal=",").decimal == ","


@pytest.mark.parametrize("given", ["|", "bar", "pipe"])
def test_delimiter_given_wins(tmp_path, given):
    path = write(tmp_path, "a,b|c\n1,2|3\n")
    assert read_table(path, delimiter=given).columns == ("a,b", "c")


@pytest.mark.parametrize("given", ["ab", '"', "\n"])
def test_impossible_delimiter(tmp_path, given):
    with pytest.raises(OptionError, match="delimiter must be"):
        read_table(write(tmp_path, "a,b\n1,2\n"), delimiter=given)


def test_quotes_newlines_and_doubled_quotes(tmp_path):
    table = read_table(write(tmp_path, 'a,b\r\n"say ""hi""","two\r\nlines"\r\n5" pipe,x\r\n'))
    assert rows(table) == [('say "hi"', "two\r\nlines"), ('5" pipe', "x")]


def test_backslash_escapes_and_single_quotes(tmp_path):
    table = read_table(write(tmp_path, 'a,b\n"say \\"hi\\" now",1\n"x",2\n'))
    assert rows(table)[0] == ('say "hi" now', "1")
    table = read_table(write(tmp_path, "a,b\n'x, y',1\n'z',2\n"))
    assert rows(table) == [("x, y", "1"), ("z", "2")]
    assert table.source.details["quote"].startswith("'")


def test_a_folder_that_ends_in_a_backslash_is_no_escape(tmp_path):
    table = read_table(write(tmp_path, 'a,b\n"C:\\data\\",1\n"D:\\",2\n'))
    assert rows(table) == [("C:\\data\\", "1"), ("D:\\", "2")]


def test_mixed_line_ends(tmp_path):
    table = read_table(write(tmp_path, b"a,b,c\r\n1,2,3\n4,5,6\r\n7,8,9"))
    assert rows(table) == [("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9")]


def test_old_mac_line_ends(tmp_path):
    assert rows(read_table(write(tmp_path, b"a,b\r1,2\r3,4\r"))) == [("1", "2"), ("3", "4")]


def test_whitespace_between_numbers(tmp_path):
    table = read_table(write(tmp_path, "   743   210.5\n 12\t 3\n  1 2  \n"))
    assert rows(table) == [("743", "210.5"), ("12", "3"), ("1", "2")]
    assert table.source.details["delimiter"] == "whitespace"


def test_one_column_keeps_its_blank_lines_in_the_log(tmp_path):
    table = read_table(write(tmp_path, "spend\n10\n\n30 euro and 5\n"))
    assert rows(table) == [("10",), ("30 euro and 5",)]
    assert table.cleaning[-1].rule == "rows without any value"
    assert accounted(table)


@pytest.mark.parametrize(
    ("text", "column", "values"),
    [
        ("spend\n1,5\n2,25\n3\n", "spend", ["1,5", "2,25", "3"]),
        ("text\n" + "no comma here\n" * 19 + "hello, world\n", "text", ["no comma here"] * 19),
        ("n\n1\n2\n", "n", ["1", "2"]),
    ],
)
def test_one_column(tmp_path, text, column, values):
    table = read_table(write(tmp_path, text))
    assert table.columns == (column,)
    assert table.array(column).tolist()[: len(values)] == values
    assert table.n_rows == text.count("\n") - 1
    assert table.source.details["delimiter"] == "none: one column"


# ---------------------------------------------------------------- headers and names


def test_no_header_is_noticed(tmp_path):
    table = read_table(write(tmp_path, "6,148,0.627,?\n1,85,0.351,3\n8,183,0.672,4\n"))
    assert table.columns == ("column_1", "column_2", "column_3", "column_4")
    assert table.n_rows == 3
    assert table.source.details["header"].startswith("none")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("name,2001,2002,2003\nNorway,5,6,7\nChile,8,9,1\n", True),  # years count up
        ("Ann,31\nBob,47\nCyd,29\n", False),
        ("name,city\nAnn,Oslo\nBob,Rome\n", True),  # all text: taken as a header
        ("red,yes\nblue,yes\nred,no\n", False),  # a value that comes again is no name
        ("id,when\n1,2020-01-31\n2,2020-02-28\n", True),
        ("2020-01-31,5\n2020-02-28,6\n", False),
    ],
)
def test_header_or_data(tmp_path, text, header):
    table = read_table(write(tmp_path, text))
    assert (table.n_rows == text.count("\n") - 1) is header


def test_header_can_be_overruled(tmp_path):
    path = write(tmp_path, "1,2\n3,4\n")
    assert read_table(path, header="yes").columns == ("1", "2")
    path = write(tmp_path, "a,b\n3,4\n")
    assert rows(read_table(path, header="no")) == [("a", "b"), ("3", "4")]


def test_repeated_and_blank_names(tmp_path):
    table = read_table(write(tmp_path, "a,A,,a_2,a\n1,2,3,4,5\n6,7,8,9,0\n"))
    assert table.columns == ("a", "A_3", "column_3", "a_2", "a_4")
    step = next(step for step in table.cleaning if step.rule == "columns renamed")
    assert "'A' → 'A_3'" in step.why


def test_names_are_numbered_apart_from_names_already_there():
    given = ["x", "x", "x_2", None, "column_4", " a  b "]
    assert names.unique_names(given)[0] == ("x", "x_3", "x_2", "column_4_2", "column_4", "a b")


def test_title_lines_above_the_header(tmp_path):
    text = "Sales report\nmade 2024-01-01\n\nname,age,city\nAnn,31,Oslo\nBob,47,Rome\n"
    table = read_table(write(tmp_path, text))
    assert table.columns == ("name", "age", "city")
    assert table.n_rows == 2
    assert "Sales report" in table.source.details["lines above the header"]
    assert accounted(table)


def test_row_names_without_a_title(tmp_path):
    table = read_table(write(tmp_path, "age,score\nAnn,31,5\nBob,47,6\nCyd,22,7\n"))
    assert table.columns == ("column_1", "age", "score")
    assert rows(table)[0] == ("Ann", "31", "5")


def test_lines_that_end_in_a_delimiter(tmp_path):
    table = read_table(write(tmp_path, "name,age\nAnn,31,\nBob,47,\nCyd,22,\n"))
    assert table.columns == ("name", "age")
    assert rows(table)[0] == ("Ann", "31")
    assert any(step.rule == "columns without a name" for step in table.cleaning)


def test_quoted_header_over_two_lines(tmp_path):
    table = read_table(write(tmp_path, 'name,"age\nin years"\nAnn,31\nBob,47\n'))
    assert table.columns == ("name", "age in years")
    assert table.n_rows == 2


def test_header_longer_than_its_lines(tmp_path):
    with pytest.raises(InputError, match=r"got 4 names \(a, b, c, d, …\) and mostly 2 fields"):
        read_table(write(tmp_path, "a,b,c,d\n" + "1,2\n" * 30))


# ---------------------------------------------------------------- encodings and compression


@pytest.mark.parametrize(
    ("codec", "mark", "found"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8-sig", b"", "UTF-8 with BOM"),
        ("utf-16-le", b"\xff\xfe", "UTF-16 LE"),
        ("utf-16-be", b"\xfe\xff", "UTF-16 BE"),
        ("utf-16-le", b"", "UTF-16 LE"),
        ("utf-32", b"", "UTF-32"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
def test_encodings(tmp_path, codec, mark, found):
    text = "prénom;prix\nZoë;5 €\nRenée;7 €\n"
    table = read_table(write(tmp_path, mark + text.encode(codec)))
    assert table.columns == ("prénom", "prix")
    assert rows(table) == [("Zoë", "5 €"), ("Renée", "7 €")]
    assert table.source.details["encoding"] == found


def test_latin_1_when_cp1252_has_no_meaning(tmp_path):
    table = read_table(write(tmp_path, b"a,b\ncaf\xe9\x81,1\nx,2\n"))
    assert rows(table)[0] == ("café\x81", "1")


def test_encoding_given(tmp_path):
    path = write(tmp_path, "имя,год\nАнна,5\n".encode("cp1251"))
    assert rows(read_table(path, encoding="cp1251")) == [("Анна", "5")]
    with pytest.raises(InputError, match="byte 0 cannot be read so"):
        read_table(path, encoding="utf-8")
    with pytest.raises(OptionError, match="'klingon'"):
        read_table(path, encoding="klingon")


def test_gzip_is_known_by_its_bytes(tmp_path):
    path = write(tmp_path, gzip.compress(b"a,b\n1,2\n3,4\n"), "plain.csv")
    table = read_table(path)
    assert rows(table) == [("1", "2"), ("3", "4")]
    assert table.source.details["compression"] == "gzip"


@pytest.mark.parametrize("cut", [5, 40, -4])
def test_truncated_gzip(tmp_path, cut):
    text = "a,b\n" + "".join(f"{i},{i * i % 97}\n" for i in range(1000))
    path = write(tmp_path, gzip.compress(text.encode())[:cut], "cut.csv.gz")
    with pytest.raises(InputError, match=r"cut\.csv\.gz must be a whole gzip file"):
        read_table(path)


def test_decompression_is_bounded(tmp_path):
    path = write(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 2**20), "bomb.csv.gz")
    with pytest.raises(InputError, match=r"bomb.csv.gz must expand to at most 1 MiB"):
        spool.spool(path, tmp_path, limit=2**20)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 reads zstd itself")
def test_zstd_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"zstd -dc"):
        read_table(write(tmp_path, b"\x28\xb5\x2f\xfd1234", "a.csv.zst"))


# ---------------------------------------------------------------- lines that do not fit


def test_ragged_lines_are_counted_and_named(tmp_path):
    lines = ["a,b,c"] + [f"{i},{i},{i}" for i in range(40)]
    lines[5] = "4,4"
    lines[20] = "19,19,19,19"
    lines[30] = '"q"z,1,2'
    lines.insert(10, '"two\nlines",1,2')
    table = read_table(write(tmp_path, "\n".join(lines) + "\n"))
    step = next(step for step in table.cleaning if step.rule == "lines without exactly 3 fields")
    assert step.n_rows == 3
    # line numbers are those of an editor: the record of two lines counts as two
    assert step.why == ("line 6 has 2, line 23 has 4, line 33 has text after a closing quote")
    assert table.source.n_rows == 41
    assert step.n_left == table.n_rows == 38
    assert accounted(table)


def test_too_many_ragged_lines_are_an_error(tmp_path):
    text = "a,b,c\n" + "1,2,3\n" * 8 + "1,2\n" * 2
    with pytest.raises(InputError, match=r"2 of 10 do not: line 10 has 2, line 11 has 2"):
        read_table(write(tmp_path, text))


def test_lists_of_different_length_are_no_table(tmp_path):
    text = "milk,bread,tea\nbeer\nbeer\nmilk,beer\ntea\nbread,tea,rice,jam\nrice\n"
    with pytest.raises(InputError, match=r"same number of fields.*line 1 has 3, line 4 has 2"):
        read_table(write(tmp_path, text))


def test_quote_never_closed(tmp_path):
    text = "a,b\n" + "1,2\n" * 50 + '"3,4\n' + "5,6\n" * 50
    with pytest.raises(InputError, match=r"line 52 opens one"):
        read_table(write(tmp_path, text))
    with pytest.raises(InputError, match=r"line 52 opens one"):
        read_table(write(tmp_path, text + '"7",8\n' + "5,6\n" * 50))
    with pytest.raises(InputError, match=r"line 5 opens one"):
        read_table(write(tmp_path, 'a,b\n\n"x\ny",2\n"3,4\n' + "5,6\n" * 2**20))


def test_stray_quotes_do_not_count_as_open(tmp_path):
    text = 'a,b\n5" pipe,1\n\n7" pipe,"two\n\nlines"\n\n9",3\n'
    table = read_table(write(tmp_path, text))
    assert rows(table) == [('5" pipe', "1"), ('7" pipe', "two\n\nlines"), ('9"', "3")]
    assert table.cleaning[-1].n_rows == 2
    assert accounted(table)


def test_blank_lines_and_empty_rows(tmp_path):
    text = 'a;b;;\n1;2;;\n\n3;"x\n\ny";;\n;;;\n\r\n;;;\n5;6;;\n\n\n'
    table = read_table(write(tmp_path, text))
    assert rows(table) == [("1", "2"), ("3", "x\n\ny"), ("5", "6")]
    step = next(step for step in table.cleaning if step.rule == "rows without any value")
    assert step.n_rows == 4  # two blank lines, two of delimiters alone; the end does not count
    assert accounted(table)


# ---------------------------------------------------------------- not a table


def test_no_such_file_suggests_the_nearest(tmp_path):
    write(tmp_path, "a,b\n1,2\n", "customers.csv")
    with pytest.raises(InputError, match=r"no such file.*custmers.*Did you mean .*customers\.csv"):
        read_table(tmp_path / "custmers.csv")
    with pytest.raises(InputError, match=r"There is no folder"):
        read_table(tmp_path / "nowhere" / "t.csv")


def test_folder(tmp_path):
    with pytest.raises(InputError, match="it is a folder"):
        read_table(tmp_path)


def test_name_with_a_zero_byte():
    with pytest.raises(InputError, match="no zero byte"):
        read_table("a\0b")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads every file")
def test_unreadable_file(tmp_path):
    path = write(tmp_path, "a,b\n1,2\n")
    path.chmod(0)
    with pytest.raises(InputError, match="Permission denied"):
        read_table(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"it is empty \(0 bytes\)"),
        (gzip.compress(b"", mtime=0), r"what is compressed in it is empty"),
        (b"\n\n \n", r"only blank lines|must have rows"),
        (b"a,b,c\n", r"it has a header \(a, b, c\) and no rows"),
        (b"a,b,c\n,,\n,,\n", r"it has 2 rows and all of them are empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image, not a table"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"MZ\x90\0\x03\0\0\0", "a Windows program"),
        (b"\x7fELF\x02\x01\x01\0", "a program"),
        (b"PK\x03\x04 cut", "breaks off"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (bytes(range(256)) * 8, "a binary file"),
        (b"a,b\n1,2\n" * 5000 + b"\0", "zero byte"),
        (b"\x80\x81\x01\x02\x03\x04,\x05\n" * 40, "a binary file"),
    ],
)
def test_files_that_are_no_table(tmp_path, content, said):
    with pytest.raises(InputError, match=said) as caught:
        read_table(write(tmp_path, content, "thing.csv"))
    assert "thing.csv" in str(caught.value)


def test_a_column_may_be_called_like_a_program(tmp_path):
    assert read_table(write(tmp_path, "MZ,ORC\n1,2\n3,4\n")).columns == ("MZ", "ORC")
    assert read_table(write(tmp_path, "PAR1,x\n1,2\n3,4\n")).columns == ("PAR1", "x")


def test_a_million_columns(tmp_path):
    line = ",".join(["1"] * 1_000_000)
    with pytest.raises(InputError, match=r"at most 10,000 columns.*1,000,000"):
        read_table(write(tmp_path, f"{line}\n{line}\n"))


def test_an_endless_line(tmp_path):
    with pytest.raises(InputError, match="its first line is longer"):
        read_table(write(tmp_path, b"x" * 2**23))


def test_options_that_do_not_go_with_the_file(tmp_path):
    path = write(tmp_path, "a,b\n1,2\n")
    with pytest.raises(OptionError, match=r"sheet is for excel input; t.csv is csv"):
        read_table(path, sheet="May")
    with pytest.raises(OptionError, match=r"got 'delimeter'. Did you mean 'delimiter'\?"):
        read_table(path, delimeter=";")
    with pytest.raises(InputError, match="does not use the network"):
        read_table("https://example.com/t.csv")


# ---------------------------------------------------------------- standard input


class _Input:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", gzip.compress(b"a,b\n1,2\n", mtime=0)])
def test_standard_input(monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", _Input(content))
    table = read_table("-")
    assert rows(table) == [("1", "2")]
    assert table.source.name == "standard input"


def test_standard_input_as_json_lines(monkeypatch):
    monkeypatch.setattr(sys, "stdin", _Input(b'{"a": 1}\n{"a": 2}\n'))
    assert rows(read_table("-")) == [(1,), (2,)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_read_once(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(b"a,b\n1,2\n"),))
    writer.start()
    assert rows(read_table(pipe)) == [("1", "2")]
    writer.join()


# ---------------------------------------------------------------- a round trip of anything

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cells=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@example(cells=[('"', "\r", "\n\n"), ("", "", ""), (" ", "é\u2028", "'")], delimiter=",",
         quoting=csv.QUOTE_ALL, end="\n")  # fmt: skip
def test_round_trip(tmp_path, cells, delimiter, quoting, end):
    if quoting == csv.QUOTE_MINIMAL:  # Python leaves a lone CR unquoted, which then ends a line
        cells = [tuple(cell.replace("\r", "") for cell in row) for row in cells]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow(["first", "second", "third"])
    writer.writerows(cells)
    path = write(tmp_path, text.getvalue())
    wanted = [tuple(cell or None for cell in row) for row in cells if any(row)]
    if not wanted:
        with pytest.raises(InputError, match=r"it is empty|are empty|no rows"):
            read_table(path, delimiter=delimiter, header="yes", encoding="utf-8")
        return
    table = read_table(path, delimiter=delimiter, header="yes", encoding="utf-8", format="csv")
    assert rows(table) == wanted
    assert accounted(table)


def test_rows_without_any_value_are_not_called_missing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" + ",\n" * 10)
    with pytest.raises(InputError, match="it has 10 rows and all of them are empty"):
        read_table(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("a,b\n")
    with pytest.raises(InputError, match="a header \\(a, b\\) and no rows below it"):
        read_table(tmp_path / "b.csv")
