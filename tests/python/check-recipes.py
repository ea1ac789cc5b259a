"""Runs the Python that the README shows, on the files that its C# wrote (ReadmeTests leaves them in artifacts/recipes).

Usage: python3 check-recipes.py README.md FOLDER
Needs NumPy, FAISS and PyTorch (Debian: python3-faiss, python3-torch).
"""
import json
import os
import re
import sys
import types

import numpy as np
import torch


def load_file(path):
    """Debian has no package for safetensors: this reads the format as published, knowing nothing of our writer."""
    kinds = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "U8": np.uint8}
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: torch.from_numpy(np.frombuffer(data[slice(*entry["data_offsets"])], kinds[entry["dtype"]])
                                   .reshape(entry["shape"]).copy()) for name, entry in header.items()}


def check(what, holds):
    print(("ok    " if holds else "FAILED ") + what)
    if not holds:
        sys.exit(1)


readme, folder = (os.path.abspath(argument) for argument in sys.argv[1:3])
with open(readme, encoding="utf-8") as file:
    recipes = re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)
check("the README has two recipes in Python", len(recipes) == 2)
os.chdir(folder)

found = {}
exec(recipes[0], found)
unit = np.load("embeddings.npy")
unit /= np.linalg.norm(unit, axis=1, keepdims=True)
expected = np.argsort(-(unit[:5] @ unit.T), axis=1)[:, :10]
check("FAISS finds the neighbours that all cosines give", (found["neighbours"] == expected).all())
check("each embedding is its own nearest", (found["neighbours"][:, 0] == np.arange(5)).all())
check("the labels are int64, one for each embedding", np.load("labels.npy").dtype == np.int64 and len(np.load("labels.npy")) == len(unit))

try:
    import safetensors.torch  # noqa: F401
    print("      with the package safetensors")
except ImportError:
    sys.modules["safetensors"] = types.ModuleType("safetensors")
    sys.modules["safetensors.torch"] = types.ModuleType("safetensors.torch")
    sys.modules["safetensors.torch"].load_file = load_file
layers = """
    torch.nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False), torch.nn.BatchNorm2d(8), torch.nn.ReLU(),
    torch.nn.Flatten(), torch.nn.Linear(8 * 14 * 14, 16)"""
check("the README leaves the layers to the reader", "Sequential(...)" in recipes[1])
exec(recipes[1].replace("Sequential(...)", f"Sequential({layers})"), found)
with torch.no_grad():
    here = found["encoder"].eval()(torch.from_numpy(np.load("images.npy"))).numpy()
apart = float(np.abs(here - np.load("embeddings.npy")).max())
check(f"PyTorch {torch.__version__} with our weights gives our embeddings, apart by at most {apart:.1e}", apart < 1e-5)
