"""style - C as .clang-format has it; ./dev format puts it right."""
import shutil
import subprocess

import source


def tool():
    return shutil.which("clang-format-14") or shutil.which("clang-format")


def problems(root):
    files = source.walk(root, "src", (".c", ".h")) + source.walk(root, "tests", (".c", ".h"))
    if not files:
        return []
    done = subprocess.run([tool(), "--dry-run", "--Werror", "--ferror-limit=1", *files], cwd=root,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    return sorted({line.split(": ")[0] + ": not in the format (./dev format)"
                   for line in done.stderr.splitlines() if ": error: " in line})
