"""Executes notebooks in Jupyter on the real .NET Interactive kernel, as `jupyter nbconvert --execute` does it for a reader.

Usage: python3 run-in-jupyter.py NOTEBOOKS FOLDER [--jobs N]
Needs Jupyter's nbconvert, and `dotnet tool restore` and `dotnet build` in the repository before. The kernel specs go to FOLDER/data,
the executed notebooks to FOLDER/executed: nothing is installed for the user. Exit code 1 if a notebook did not run to its end.
"""
import argparse
import concurrent.futures
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import time

CELL_SECONDS = 600
FIRST_PORT = 2048


def jupyter():
    """Debian's Jupyter where there is one, for the python3 on the path may be another."""
    return os.environ.get("JUPYTER") or ("/usr/bin/jupyter" if os.path.exists("/usr/bin/jupyter") else "jupyter")


def install_kernels(data, root, jobs):
    """One set of kernel specs for each job: kernels that start at the same moment would else take the same HTTP port, and one dies."""
    shutil.rmtree(data, ignore_errors=True)
    kernels = data / "kernels"
    kernels.mkdir(parents=True)
    subprocess.run(["dotnet", "interactive", "jupyter", "install", "--path", str(kernels)], cwd=root, check=True, stdout=subprocess.DEVNULL)
    folders = queue.Queue()
    for job in range(jobs):
        folder = data / f"job-{job}"
        shutil.copytree(kernels, folder / "kernels")
        for spec in folder.glob("kernels/*/kernel.json"):
            ports = f"{FIRST_PORT + 20 * job}-{FIRST_PORT + 20 * job + 19}"
            spec.write_text(spec.read_text(encoding="utf-8").replace("2048-3000", ports), encoding="utf-8")
        folders.put(folder)
    return folders


def execute(notebook, output, environment, folders):
    folder, started = folders.get(), time.monotonic()
    try:
        done = subprocess.run(
            [jupyter(), "nbconvert", "--to", "notebook", "--execute", f"--ExecutePreprocessor.timeout={CELL_SECONDS}",
             "--output-dir", str(output), notebook.name],
            cwd=notebook.parent, env={**environment, "JUPYTER_PATH": str(folder)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False)
    finally:
        folders.put(folder)
    return notebook.stem, done.returncode, time.monotonic() - started, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="notebooks at a time (default: one per core)")
    arguments = parser.parse_args()
    folder, cores = arguments.folder.resolve(), os.cpu_count() or 1
    # Strict: a claim that does not hold is an error here, while a reader sees it marked in the table.
    environment = {"DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT": "1", "NOTEBOOKS_STRICT": "1", **os.environ}
    environment.setdefault("OMP_NUM_THREADS", str(max(1, cores // arguments.jobs)))
    folders = install_kernels(folder / "data", arguments.notebooks.resolve(), arguments.jobs)
    output = folder / "executed"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)

    # The longest file first, so that none is left over while the other cores have nothing to do.
    found = sorted(arguments.notebooks.resolve().glob("[!.]*.ipynb"), key=lambda path: -path.stat().st_size)
    if not found:
        sys.exit(f"{arguments.notebooks} holds no notebooks.")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for name, code, seconds, text in pool.map(lambda notebook: execute(notebook, output, environment, folders), found):
            print(f"{name}: {'ok' if code == 0 else f'FAILED with exit code {code}'} in {seconds:.1f} s", flush=True)
            if code != 0:
                failed += 1
                print(text)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
