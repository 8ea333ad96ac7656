"""links - each layer links with what stands beneath it and nothing else.

The programs are in tests/local.mk; one is made and run here for each layer.
"""
import os
import subprocess

import layers


def names(root):
    return list(layers.table(root).layers)


def problems(build, layer):
    program = f"tests/lint/link_{layer}"
    # Not as a part of the make that may have started this: its options are not ours.
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    made = subprocess.run(["make", "-C", build, "-s", "--no-print-directory", program], env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if made.returncode != 0:
        return [f"{program} does not link"] + made.stdout.splitlines()[:40]
    ran = subprocess.run([os.path.join(build, program)], check=False)
    return [] if ran.returncode == 0 else [f"{program} ends with {ran.returncode}"]
