"""banned - calls that this project does not make, and what to use instead."""
import re

import source

# (where, the call, what to use). where: a pattern of paths below src/ in which
# the call is allowed; "" for nowhere.
CALLS = [
    ("", "strcpy|strcat|strncpy|strncat|stpcpy|sprintf|vsprintf|gets", "strbuf or snprintf"),
    ("", "strtok", "strtok_r or text.h"),
    ("", "system|popen", "posix_spawn with a fixed argv"),
    ("", "atoi|atol|atoll|atof", "strtol and its checks"),
    ("", "rand|srand|random|srandom|drand48", "rng.h or vault"),
    ("", "tmpnam|tempnam|mktemp", "fs.h"),
    ("", "alloca", "an arena"),
    ("", "signal", "sigaction"),
    ("", "pthread_cancel|pthread_kill|thrd_create", "a flag, a wake-up and a join"),
    ("", "gmtime|localtime|asctime|ctime", "when.h, or gmtime_r"),
    ("", "sleep|usleep", "a condition, or poll with a time-out"),
    (r"base/mem\.c", "malloc|calloc|realloc|strdup|strndup|asprintf|vasprintf", "mem.h's x functions"),
    (r"main\.c|(ui|cli|sandbox)/.*|base/(mem|log)\.c",
     "printf|vprintf|puts|putchar|perror", "an event or a return value: lower layers do not print"),
    (r"main\.c|(ui|cli)/.*", "_|gettext|ngettext|dgettext", "err_set or N_: lower layers do not translate"),
    (r"main\.c|cli/.*|base/mem\.c", "exit|_exit|abort|quick_exit", "an error, or die()"),
]
# Allowed for a reason, by path: the reason.
REASONS = {
    ("base/i18n.h", "gettext"): "defines _()",
    ("base/i18n.h", "_"): "defines it",
}
WAITS = re.compile(r"^\s*(sleep [0-9.]+|time\.sleep\()|(?<![\w.>])u?sleep\s*\(", re.M)


def problems(root):
    found = []
    rules = [(re.compile(where) if where else None,
              re.compile(rf"(?<![\w.>])({names})\s*\("), instead) for where, names, instead in CALLS]
    for path in source.walk(root, "src", (".c", ".h")):
        text, short = source.code(source.read(root, path)), path[4:]
        for where, call, instead in rules:
            if where and where.fullmatch(short):
                continue
            for match in call.finditer(text):
                if (short, match[1]) not in REASONS:
                    found.append(f"{path}:{source.line_of(text, match.start())}: "
                                 f"{match[1]}(): use {instead}")
    for path in source.walk(root, "tests", (".c", ".py", ".sh")):
        text = source.read(root, path)
        text = source.code(text) if path.endswith(".c") else text
        if path.startswith("tests/lint/"):
            continue
        for match in WAITS.finditer(text):
            found.append(f"{path}:{source.line_of(text, match.start())}: "
                         "tests wait for a condition, not for time")
    return found
