#!/bin/sh
# unit.sh PROGRAM: runs a cmocka program within ten minutes and passes its TAP on.
# cmocka writes a skipped case as "not ok N # SKIP", which TAP's readers take for a failure.
exec 4>&1
status=$({ { timeout 600 "$@"; echo $? >&3; } |
	sed 's/^not ok \([0-9][0-9]* # SKIP\)/ok \1/' >&4; } 3>&1)
exit "$status"
