"""size - no file over 800 lines, no function over 80.

A function's body is what stands between braces in the first column.
"""
import source

FILE_LINES = 800
FUNCTION_LINES = 80


def problems(root):
    found = []
    for folder in ("src", "tests"):
        for path in source.walk(root, folder, (".c", ".h", ".py")):
            text = source.read(root, path)
            lines = text.count("\n")
            if lines > FILE_LINES:
                found.append(f"{path}: {lines} lines, {FILE_LINES} allowed")
            if not path.endswith(".py"):
                found += functions(path, source.code(text).split("\n"))
    return found


def functions(path, lines):
    found, start = [], None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "{":
            start = number
        elif start and line.startswith("}"):
            if line.rstrip() == "}" and number - start + 1 > FUNCTION_LINES:
                found.append(f"{path}:{start}: a function of {number - start + 1} lines, "
                             f"{FUNCTION_LINES} allowed")
            start = None
    return found
