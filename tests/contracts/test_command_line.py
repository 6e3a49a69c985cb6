"""The manners of the command line: help, exit codes, streams, signals."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import covey
from covey import errors
from covey.cli.main import COMMANDS, cli
from covey.recipes._recipe import registry

ENTRY = [sys.executable, "-c", "from covey.cli.main import main; main()"]
NAMES = [*registry(), *COMMANDS]


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "customers.csv"
    assert run("example", "-o", path, "--rows", 600).exit_code == 0
    return path


@pytest.fixture(scope="module")
def written(customers: Path) -> Path:
    """Return a folder that `covey segment` wrote."""
    folder = customers.parent / "written"
    done = run("segment", customers, "-o", folder, "-q")
    assert done.exit_code == 0, done.output
    return folder


# ---------------------------------------------------------------- help


def test_help_lists_every_command_and_exit_code() -> None:
    shown = run("--help")
    assert shown.exit_code == 0
    for name in NAMES:
        assert f"\n  {name} " in shown.stdout
    told = {int(code) for code in re.findall(r"^\s+(\d+)  ", shown.stdout, re.M)}
    classes = [errors.CoveyError]
    for one in classes:
        classes += one.__subclasses__()
    assert {one.exit_code for one in classes} | {0, 130, 141} == told


def test_help_keeps_the_lines_of_its_examples_and_one_line_a_command() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).stdout
    assert "\b" not in shown
    assert "\\b" not in shown
    assert re.search(r"^  covey segment customers\.csv -o out +find", shown, re.M)
    commands = shown.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in commands] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_help_of_a_command_has_examples(name: str) -> None:
    shown = run(name, "--help")
    assert shown.exit_code == 0
    examples = shown.stdout.partition("Examples:")[2]
    assert f"  covey {name}" in examples


def test_examples_name_flags_that_exist() -> None:
    for name in NAMES:
        shown = run(name, "--help").stdout
        flags, _, examples = shown.partition("Examples:")
        for word in re.findall(r"(?<= )--?[a-z][a-z-]*", examples):
            assert re.search(rf"(?<![\w-]){word}(?![\w-])", flags), f"{name}: {word}"


def test_help_is_quick_and_light() -> None:
    """At most 0.3 s for the whole process, with nothing heavy imported."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        done = subprocess.run([*ENTRY, "--help"], capture_output=True, check=False)
        seconds.append(time.perf_counter() - start)
        assert done.returncode == 0
    assert min(seconds) <= 0.3
    code = (
        "import sys\nfrom covey.cli.main import cli\n"
        "try: cli(['--help'])\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    roots = {name.partition(".")[0] for name in done.stderr.split()}
    heavy = {"numpy", "duckdb", "rich", "scipy", "sklearn", "jinja2", "matplotlib", "pandas"}
    assert not roots & heavy


def test_version() -> None:
    assert run("--version").stdout == f"covey {covey.__version__}\n"


def test_without_a_command_help_is_shown() -> None:
    shown = run()
    assert shown.exit_code == 2
    assert "Commands:" in shown.stderr


# ---------------------------------------------------------------- usage


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["segmnt", "x.csv"], r"no command 'segmnt'.*'segment'"),
        (["segment"], r"Missing argument 'SOURCE'"),
        (["segment", "x.csv", "--sede", "3"], r"--sede.*--seed"),
        (["segment", "x.csv", "-k"], r"'-k' requires an argument"),
        (["segment", "x.csv", "y.csv"], r"unexpected extra argument.*y\.csv"),
    ],
)
def test_wrong_usage_is_exit_2(words: list[str], said: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert done.stderr.startswith("covey: error: ")
    assert re.search(said, done.stderr, re.S)
    assert "--help" in done.stderr
    assert done.stdout == ""


def test_names_need_as_many_segments() -> None:
    done = run("segment", "x.csv", "--names", "a,b,c")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "pass k=3" in done.stderr
    done = run("segment", "x.csv", "-k", "2", "--names", "a,b,c")
    assert done.exit_code == 2
    assert "got 3 names (a, b, c) for k=2" in done.stderr


# ---------------------------------------------------------------- what is written and printed


def test_segment_writes_all_and_prints_a_summary(customers: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Größe & more"
    done = run("segment", customers, "-o", folder)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in folder.iterdir()) == sorted(registry()["segment"].outputs)
    assert f"Report: {folder / 'report.html'}" in done.stdout
    assert done.stderr == ""


def test_folder_is_named_after_the_file(
    customers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("segment", customers, "--quiet").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["customers-segments"]


def test_json_alone_goes_to_stdout(
    customers: Path, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("segment", customers, "--json")
    assert done.exit_code == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["n_rows"] == 600
    assert done.stdout_bytes == (written / "report.json").read_bytes()
    assert list(tmp_path.iterdir()) == []
    both = run("segment", customers, "--json", "-o", "out")
    assert both.stdout_bytes == done.stdout_bytes
    assert (tmp_path / "out" / "model.covey").exists()


def test_quiet_prints_nothing(customers: Path, tmp_path: Path) -> None:
    done = run("segment", customers, "-o", tmp_path / "out", "-q")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


def test_seed_makes_the_same_bytes(customers: Path, written: Path, tmp_path: Path) -> None:
    assert run("segment", customers, "-o", tmp_path / "a", "-q").exit_code == 0
    for path in written.iterdir():
        assert (tmp_path / "a" / path.name).read_bytes() == path.read_bytes(), path.name


def test_nothing_is_overwritten_unasked(written: Path) -> None:
    before = {path.name: path.read_bytes() for path in written.iterdir()}
    done = run("segment", "no such file.csv", "-o", written)  # refused before anything is read
    assert done.exit_code == 4
    assert "already has" in done.stderr
    assert "--force" in done.stderr
    assert {path.name: path.read_bytes() for path in written.iterdir()} == before


def test_force_replaces_and_keeps_other_files(customers: Path, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    assert run("segment", customers, "-o", tmp_path, "-q", "--force").exit_code == 0
    assert (tmp_path / "report.html").read_text(encoding="utf-8") != "old"
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


# ---------------------------------------------------------------- predict


def test_predict_gives_the_segments_that_were_found(customers: Path, written: Path) -> None:
    done = run("predict", written / "model.covey", customers)
    assert done.exit_code == 0, done.output
    assert done.stdout_bytes == (written / "segments.csv").read_bytes()
    assert "600 rows scored" in done.stderr


def test_predict_writes_a_file(customers: Path, written: Path, tmp_path: Path) -> None:
    place = tmp_path / "scored.csv"
    words = ("predict", written / "model.covey", customers, "-o", place)
    assert run(*words).exit_code == 0
    assert place.read_bytes() == (written / "segments.csv").read_bytes()
    again = run(*words)
    assert again.exit_code == 4
    assert "scored.csv" in again.stderr
    assert run(*words, "--force", "-q").exit_code == 0


def test_predict_as_json(customers: Path, written: Path) -> None:
    rows = json.loads(run("predict", written / "model.covey", customers, "--json", "-q").stdout)
    assert len(rows["rows"]) == 600
    first = rows["rows"][0]
    assert first["customer_id"] == "C000001"
    assert set(first) == {"customer_id", "segment", "name", "distance", "fit", "second", "note"}


def test_predict_names_the_column_that_is_not_there(written: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text("customer_id,total_spend,purchase_freq,recency\nC1,100,2,5\n")
    done = run("predict", written / "model.covey", new)
    assert done.exit_code == 3
    assert re.search("avg_order_value|recency_days", done.stderr)
    assert done.stdout == ""


def test_predict_flags_a_row_that_fits_nowhere(written: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text(
        "customer_id,total_spend,purchase_freq,avg_order_value,recency_days\n"
        "C1,900000000,20000,45000,9000\n"
    )
    done = run("predict", written / "model.covey", new)
    assert done.exit_code == 0, done.output
    assert "fits no segment" in done.stdout
    assert "1 row scored; 1 fit no segment" in done.stderr


# ---------------------------------------------------------------- example, doctor


def test_example_with_truth(tmp_path: Path) -> None:
    done = run("example", "-o", tmp_path / "c.csv", "--rows", 50, "--truth", tmp_path / "t.csv")
    assert done.exit_code == 0
    assert len((tmp_path / "c.csv").read_text().splitlines()) == 51
    assert (tmp_path / "t.csv").read_text().startswith("customer_id,kind\nC000001,")
    assert run("example", "-o", tmp_path / "c.csv").exit_code == 4
    assert run("example", "-o", tmp_path / "x", "--truth", tmp_path / "x").exit_code == 2
    assert run("example", "--rows", 50).stdout_bytes == (tmp_path / "c.csv").read_bytes()


def test_doctor_tells_versions_instruction_set_threads_and_extras() -> None:
    shown = run("doctor")
    assert shown.exit_code == 0, shown.output
    for word in ("covey", "python", "numpy", "duckdb", "instruction set", "threads", "excel"):
        assert word in shown.stdout
    facts = json.loads(run("doctor", "--json").stdout)
    assert facts["versions"]["covey"] == covey.__version__
    assert facts["instruction_set"] in facts["instruction_sets"]
    assert facts["threads"] >= 1
    assert set(facts["extras"]) == {"excel", "images", "postgres"}


def test_playbook_can_be_copied_edited_and_used(customers: Path, tmp_path: Path) -> None:
    place = tmp_path / "mine.toml"
    assert run("playbook", "-o", place).exit_code == 0
    assert run("playbook").stdout_bytes == place.read_bytes()
    assert run("playbook", "-o", place).exit_code == 4
    text = place.read_text(encoding="utf-8")
    assert "VIP champions" in text
    place.write_text(text.replace("VIP champions", "Our stars"), encoding="utf-8")
    done = run("segment", customers, "-o", tmp_path / "out", "--playbook", place)
    assert done.exit_code == 0, done.output
    written = (tmp_path / "out" / "segments.csv").read_text(encoding="utf-8")
    assert ",Our stars," in written
    assert "VIP champions" not in written


def test_playbook_that_is_not_there_is_told_before_work(tmp_path: Path) -> None:
    done = run("segment", "no such.csv", "--playbook", tmp_path / "no.toml", "-o", tmp_path / "o")
    assert done.exit_code == 3
    assert "no.toml" in done.stderr


# ---------------------------------------------------------------- defects


def test_a_defect_is_told_as_one(
    customers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **more: object) -> None:
        raise RuntimeError("the moon is in the seventh house")

    monkeypatch.setattr("covey.explain.choose_k.sweep", broken)
    monkeypatch.delenv("COVEY_DEBUG", raising=False)
    done = run("segment", customers, "-o", tmp_path / "out")
    assert done.exit_code == 1
    assert "defect: RuntimeError: the moon is in the seventh house" in done.stderr
    assert "please report" in done.stderr
    assert "Traceback" not in done.stderr
    monkeypatch.setenv("COVEY_DEBUG", "1")
    assert "Traceback" in run("segment", customers, "-o", tmp_path / "out").stderr
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- as a process

#: prints a line when the sweep is well under way, then goes on slowly
SLOW_SWEEP = """
import sys, time
import covey.explain.choose_k as choose_k
from covey.cli.main import main
sweep = choose_k.sweep
def slowly(X, *, on_progress, **more):
    def hear(stage, share):
        if share > 0.1:
            print("sweeping", file=sys.stderr, flush=True)
            for _ in range(600):
                time.sleep(0.05)
    return sweep(X, on_progress=hear, **more)
choose_k.sweep = slowly
main()
"""


def interrupted(code: str, words: list[str], number: int, cwd: Path) -> tuple[int, str, str]:
    """Start a process, wait for its first line on stderr, send it a signal."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "sweeping\n"
    process.send_signal(number)
    out, told = process.communicate(timeout=60)
    return process.returncode, out, told


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "covey: interrupted\n"),
        (signal.SIGTERM, 143, "covey: terminated\n"),
    ],
)
def test_signal_during_the_sweep_ends_cleanly(
    number: int, code: int, said: str, customers: Path, tmp_path: Path
) -> None:
    words = ["segment", str(customers), "-o", "out"]
    assert interrupted(SLOW_SWEEP, words, number, tmp_path) == (code, "", said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("delay", [0.5, 0.9])
def test_ctrl_c_at_any_time_leaves_nothing_or_all(
    delay: float, customers: Path, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [*ENTRY, "segment", str(customers), "-o", "out", "-q"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    if process.returncode == 0:  # it was quicker than the signal
        assert len(list((tmp_path / "out").iterdir())) == 5
    else:
        assert list(tmp_path.iterdir()) == []
        # before Python runs a line of ours, the signal itself ends it
        assert process.returncode in (130, -signal.SIGINT)
        assert process.returncode != 130 or told == "covey: interrupted\n"


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_reader_that_goes_away_is_no_error(customers: Path) -> None:
    process = subprocess.Popen(
        [*ENTRY, "example", "--rows", "200000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_behind_stdout_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*ENTRY, "example", "--rows", "50"], stdout=full, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr.startswith("covey: error: standard output must be writable; got: No space")
    assert done.stderr.count("\n") == 1


def test_standard_input_is_read(customers: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [*ENTRY, "segment", "-", "-o", "out"], input=customers.read_bytes(), capture_output=True,
        cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "segments.csv").exists()


def test_start_of_segment_imports_no_scientific_stack(customers: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom covey.cli.main import cli\n"
        "try: cli(sys.argv[1:])\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "segment", str(customers), "-o", str(tmp_path / "out")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    roots = {name.partition(".")[0] for name in done.stderr.split()}
    assert "numpy" in roots
    assert not roots & {"sklearn", "scipy", "pandas", "polars", "pyarrow", "rich"}


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("quiet", "shown"), [("False", True), ("True", False)])
def test_progress_is_shown_on_a_terminal(quiet: str, shown: bool) -> None:
    import pty

    code = (
        "import time\nfrom covey.cli import progress as p\np.PATIENCE = 0.05\n"
        f"with p.progress({quiet}) as hear:\n"
        "    for step in range(12):\n"
        "        hear('Counting sheep', step / 12)\n"
        "        time.sleep(0.1)\n"
        "print('done')"
    )
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=slave, stdout=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(slave)
    seen = b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:  # the terminal is gone with its process
            break
        if not piece:
            break
        seen += piece
    os.close(master)
    assert process.communicate()[0] == b"done\n"
    assert (b"Counting sheep" in seen) is shown


def test_progress_is_silent_when_piped() -> None:
    code = (
        "import time\nfrom covey.cli import progress as p\np.PATIENCE = 0.01\n"
        "with p.progress(False) as hear:\n    hear('Counting sheep', 0.5)\n    time.sleep(0.3)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
