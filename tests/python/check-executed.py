"""Checks executed notebooks: no error, nothing on stderr, the claims table there, and no chart fewer than in another run of them.

Usage: python3 check-executed.py FOLDER [--like OTHER]
FOLDER holds the executed notebooks; OTHER the same ones as the headless runner executed them. A cell tagged raises-exception may fail.
Exit code 1 with one line for each fault.
"""
import argparse
import json
import pathlib
import sys

CHART = 'class="nbh-chart"'
CLAIMS = "What this notebook claims"


def text(value):
    return "".join(value) if isinstance(value, list) else value or ""


def outputs(notebook):
    """Every output with its cell."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            yield cell, output


def html(notebook):
    return [text(output.get("data", {}).get("text/html")) for _, output in outputs(notebook)]


def charts(notebook):
    return sum(part.count(CHART) for part in html(notebook))


def faults(notebook, like=None):
    """What is wrong with an executed notebook, given what the runner made of it (or None)."""
    found = []
    for cell, output in outputs(notebook):
        if output["output_type"] == "error" and "raises-exception" not in cell["metadata"].get("tags", []):
            found.append(f"cell {cell['id']} failed: {output['ename']}: {output['evalue'][:300]}")
        if output["output_type"] == "stream" and output["name"] == "stderr":
            found.append(f"cell {cell['id']} wrote to stderr: {text(output['text'])[:300]}")
    if not any(CLAIMS in part for part in html(notebook)):
        found.append("there is no table of claims")
    if like is not None and charts(notebook) < charts(like):
        found.append(f"{charts(notebook)} charts, where the runner's copy has {charts(like)}")
    return found


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--like", type=pathlib.Path)
    arguments = parser.parse_args()
    names = sorted(path.name for path in (arguments.like or arguments.folder).glob("[!.]*.ipynb"))
    if not names:
        sys.exit(f"{arguments.like or arguments.folder} holds no notebooks.")
    bad = 0
    for name in names:
        path = arguments.folder / name
        like = read(arguments.like / name) if arguments.like else None
        for fault in faults(read(path), like) if path.exists() else ["it was not executed"]:
            bad += 1
            print(f"{path}: {fault}")
    print(f"{len(names)} executed notebooks in {arguments.folder}: {f'{bad} faults' if bad else 'no fault'}.")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
