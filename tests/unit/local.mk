# tests/unit: what the unit tests of several layers share.
EXTRA_DIST += \
	tests/unit/unit.h
