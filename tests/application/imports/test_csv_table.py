"""Tables as bytes: which separators, which records, with which numbers, and what is refused."""

import pytest

from application.imports.csv_table import AS_UTF_8, LONGEST_RECORD, OtherColumns, Table, table_of
from application.imports.lines import LONGEST_LINE
from application.imports.refused_lines import LineRefused

WANTED = ("a", "b", "c")


def table(text: str | bytes) -> Table:
    raw = text.encode() if isinstance(text, str) else text
    return table_of(raw.splitlines(keepends=True), WANTED)


def records(text: str | bytes) -> list[tuple[int, str]]:
    """The number of each record with its cells, or the reason why there are none."""
    return [
        (each.line, each.reason) if isinstance(each, LineRefused) else (each[0], "|".join(each[1].values()))
        for each in table(text).records()
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_finds_the_columns(separator: str) -> None:
    assert records(separator.join("abc") + "\n" + separator.join("123")) == [(2, "1|2|3")]
    quoted = separator.join(['"a"', '"b"', '"c"'])
    assert records(f"{quoted}\r\n1{separator}{separator}3\r\n") == [(2, "1||3")]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;\r", "sep=;;;"])
def test_a_line_that_names_the_separator_is_believed(line: str) -> None:
    assert records(f"\ufeff{line}\na;b;c\n1;2,5;3\n") == [(3, "1|2,5|3")]


def test_a_separator_that_is_named_and_not_used_leaves_columns_missing() -> None:
    with pytest.raises(OtherColumns, match="lacks a, b, c; it has a,b,c"):
        table("sep=;\na,b,c\n")


@pytest.mark.parametrize("header", ["A,B,C", " a , b,c ", "a,b,c,,", '"a","b","c"', "c,b,a"])
def test_capitals_spaces_order_and_empty_columns_make_no_difference(header: str) -> None:
    assert len(records(f"{header}\n1,2,3\n")) == 1


def test_further_columns_are_told_and_not_read() -> None:
    text = "a,notes,b,c,more notes\n1,x,2,3,y\n"
    assert list(table(text).remarks) == ["not read: column notes, more_notes"]
    assert records(text) == [(2, "1|2|3")]
    assert list(table("a,b,c").remarks) == []
    assert list(table("a;b;c").remarks) == ["its cells are separated by semicolons"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("\n\n;;\n", "the file is empty"),
        ("sep=,\n", "the file is empty"),
        ("a,b\n", "lacks c; it has a, b"),
        ("a b c\n", "lacks a, b, c; it has a_b_c"),
        ("a,b,c,A\n", "names the column a twice"),
        ('"a,b,c\n', "a quotation mark is opened and not closed"),
        ("x" * 140_000, "a cell is longer than"),
        (b"\xff,b,c\n", "it has ?, b, c"),
        (",".join(f"x{n}" for n in range(99)), "x11, …"),
    ],
)
def test_another_first_line_is_told_with_what_it_has(text: str | bytes, said: str) -> None:
    with pytest.raises(OtherColumns) as refused:
        table(text)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 1_000


def test_a_cell_may_have_line_breaks_and_numbers_are_those_of_the_file() -> None:
    text = 'a,b,c\n"1\n\n1",2,3\r\n\n4,"5\r\n5",6\n7,8\n'
    assert records(text) == [(2, "1\n\n1|2|3"), (6, "4|5\r\n5|6"), (8, "the line has 2 values, not 3")]


def test_a_header_may_have_line_breaks_too() -> None:
    assert records('a,"b\n",c\n1,2,3\n') == [(3, "1|2|3")]


def test_blank_lines_and_lines_of_separators_are_passed_over() -> None:
    assert records("\n,,\na,b,c\n\n,,\n , ,\n1,2,3\n,,,,\n") == [(7, "1|2|3")]


def test_values_under_no_column_are_refused_and_empty_ones_are_not() -> None:
    assert records("a,b,c\n1,2,3,,\n1,2,3,4\n1,2\n") == [
        (2, "1|2|3"),
        (3, "the line has 4 values, not 3"),
        (4, "the line has 2 values, not 3"),
    ]


def test_a_quotation_mark_that_nobody_closed_takes_its_own_line_only() -> None:
    text = 'a,b,c\n1,"2,3\n4,5,6\n7,"8",9\n10,11,"12\n"\n13,14,15\n'
    assert records(text) == [
        (2, "the line cannot be read: a quotation mark is closed in the middle of a cell"),
        (3, "4|5|6"),
        (4, "7|8|9"),
        (5, "10|11|12"),
        (7, "13|14|15"),
    ]
    unclosed = "a,b,c\n" + '"1,2,3\n' + "4,5,6\n" * (LONGEST_RECORD + 5)
    read = records(unclosed)
    assert read[0] == (2, "the line cannot be read: a quotation mark is opened and not closed")
    assert read[1:] == [(number, "4|5|6") for number in range(3, LONGEST_RECORD + 8)]


def test_half_of_a_broken_record_is_not_read_as_another() -> None:
    text = 'a,b,c\n"1\nx,y,z"q,2,3\n4,5,6\n'
    assert [number for number, said in records(text) if "|" in said] == [4]
    assert records(text)[1] == (3, "the line is part of a record that cannot be read")


def test_a_quotation_mark_within_a_bare_cell_is_a_character() -> None:
    assert records('a,b,c\n1,2" pipe,3\n') == [(2, '1|2" pipe|3')]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (b"M\xfcller", '0xFC (in Windows-1252 that is "ü")'),
        (b"K\x96ln", '0x96 (in Windows-1252 that is "–")'),
        (b"caf\xc3", '0xC3 (in Windows-1252 that is "Ã")'),
        (b"\x81", "0x81"),
    ],
)
def test_a_line_that_is_not_utf_8_is_refused_alone_and_told_the_byte(cell: bytes, said: str) -> None:
    assert records(b"a,b,c\n1," + cell + b",3\n4,5,6\n") == [
        (2, f"the line is not UTF-8: the byte {said} in b. {AS_UTF_8}"),
        (3, "4|5|6"),
    ]


def test_lines_are_counted_from_the_first_of_the_file_also_where_blank_ones_lead() -> None:
    assert records(b"\n \r\n,,\na,b,c\n\n1,\xff,3\n4,5,6\n")[0][0] == 6


def test_a_line_that_is_too_long_is_refused_also_within_a_record() -> None:
    long = "1," * (LONGEST_LINE // 2 + 1)
    said = "the line is longer than 1 MiB"
    assert records(f"a,b,c\n{long}\n4,5,6\n") == [(2, said), (3, "4|5|6")]
    first, *rest = records(f'a,b,c\n"1\n",{long}\n4,5,6\n')
    assert first == (2, said)
    assert rest[-1] == (4, "4|5|6")
    assert all("|" not in reason for _, reason in rest[:-1])
