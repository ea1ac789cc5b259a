"""python3 -m unittest discover tests/python"""
import copy
import importlib.util
import pathlib
import unittest

path = pathlib.Path(__file__).with_name("check-executed.py")
spec = importlib.util.spec_from_file_location("check_executed", path)
check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check)


def shown(html):
    return {"output_type": "display_data", "data": {"text/html": [html]}, "metadata": {}}


GOOD = {"cells": [
    {"cell_type": "markdown", "id": "text", "metadata": {}, "source": []},
    {"cell_type": "code", "id": "draw", "metadata": {}, "outputs": [shown('<div class="nbh-chart"></div>')]},
    {"cell_type": "code", "id": "claims", "metadata": {}, "outputs": [shown("<table><caption>What this notebook claims, …</caption></table>")]},
]}


class Faults(unittest.TestCase):
    def with_output(self, output, tags=()):
        notebook = copy.deepcopy(GOOD)
        notebook["cells"][1]["metadata"]["tags"] = list(tags)
        notebook["cells"][1]["outputs"].append(output)
        return check.faults(notebook, GOOD)

    def test_a_good_notebook_has_none(self):
        self.assertEqual([], check.faults(GOOD, GOOD))

    def test_an_error_is_one_unless_the_cell_is_tagged(self):
        error = {"output_type": "error", "ename": "Exception", "evalue": "no", "traceback": []}
        self.assertEqual(["cell draw failed: Exception: no"], self.with_output(error))
        self.assertEqual([], self.with_output(error, ["raises-exception"]))

    def test_stderr_is_one_and_stdout_is_not(self):
        stream = {"output_type": "stream", "name": "stderr", "text": ["warning ", "CS1701"]}
        self.assertEqual(["cell draw wrote to stderr: warning CS1701"], self.with_output(stream))
        self.assertEqual([], self.with_output({**stream, "name": "stdout"}))

    def test_a_missing_claims_table_is_one(self):
        notebook = copy.deepcopy(GOOD)
        notebook["cells"][2]["outputs"] = []
        self.assertEqual(["there is no table of claims"], check.faults(notebook, GOOD))

    def test_a_chart_fewer_is_one(self):
        notebook = copy.deepcopy(GOOD)
        notebook["cells"][1]["outputs"] = []
        self.assertEqual(["0 charts, where the runner's copy has 1"], check.faults(notebook, GOOD))


if __name__ == "__main__":
    unittest.main()
