"""The documents name what is there: links, files, rooms, names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PACKAGES = ("domain", "application", "infrastructure", "api")
NAMED = re.compile(rf"`((?:{'|'.join((*PACKAGES, 'tests', 'docs', 'migrations', 'benchmarks'))})/[\w/.-]+)`")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def written(document: Path) -> str:
    """A document without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(document: Path) -> set[str]:
    """What a link may lead to within a document, as GitHub names it."""
    headings = re.findall(r"^#+ (.+)$", written(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(document: Path) -> Iterator[tuple[Path, str]]:
    """The relative links of a document: the file, and the heading where one is named."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", written(document)):
        path, _, anchor = target.partition("#")
        yield (document.parent / path if path else document), anchor


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_everything_a_document_links_to_is_there(document: Path) -> None:
    for target, anchor in links(document):
        assert target.exists(), f"{document.name} links to {target}"
        assert not anchor or anchor in anchors(target), f"{document.name} links to {target.name}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_a_document_names_is_there(document: Path) -> None:
    made_by_the_page = set(re.findall(r"^```\w+ (\S+)$", document.read_text(encoding="utf-8"), re.MULTILINE))
    made_by_the_page |= {"tests/domain/shapes/PresenceConfirmed.v1.json"}
    missing = [name for name in NAMED.findall(written(document)) if not (ROOT / name).exists()]
    assert set(missing) - made_by_the_page == set()


def test_every_document_is_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        document = waiting.pop().resolve()
        if document.is_dir():
            waiting += [each for each in document.glob("*.md") if each.resolve() not in reached]
        elif document not in reached and document.suffix == ".md":
            reached.add(document)
            waiting += [target for target, _ in links(document)]
    assert {str(each.relative_to(ROOT)) for each in DOCUMENTS if each.resolve() not in reached} <= {"CHANGELOG.md"}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_diagram_names_rooms_that_are_there(package: str) -> None:
    [titles] = re.findall(rf'subgraph {package}\["[^"]+"\]\n(.*?)    end', ARCHITECTURE, re.DOTALL)
    rooms = [room for named in re.findall(r'\["([\w, ]+):', titles) for room in named.split(", ")]
    assert rooms
    for room in rooms:
        assert (ROOT / package / room).is_dir() or (ROOT / package / f"{room}.py").is_file(), f"{package}/{room}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_a_package_has_its_line(package: str) -> None:
    lines = "\n".join(re.findall(r"^\| (`[^|]+`) \|", ARCHITECTURE, re.MULTILINE))
    folders = {str(path.parent.relative_to(ROOT)) for path in (ROOT / package).rglob("__init__.py")} - {package}
    missing = [folder for folder in sorted(folders) if f"`{folder}`" not in lines]
    assert not missing, f"docs/architecture.md has no line for {', '.join(missing)}"


def test_what_a_docstring_cites_is_there() -> None:
    cited = re.compile(r"docs/([\w-]+\.md)((?:, \*[^*]+\*)*)")
    for package in (*PACKAGES, "tests", "migrations", "benchmarks"):
        for source in (ROOT / package).rglob("*.py"):
            for name, headings in cited.findall(" ".join(source.read_text(encoding="utf-8").split())):
                page = ROOT / "docs" / name
                assert page.exists(), f"{source.relative_to(ROOT)} cites docs/{name}"
                for heading in re.findall(r"\*([^*]+)\*", headings):
                    named = rf"^#+ {re.escape(heading)}(:|$)"
                    assert re.search(named, written(page), re.MULTILINE), f"{source.relative_to(ROOT)} cites {heading}"
