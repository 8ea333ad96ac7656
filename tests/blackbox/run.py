#!/usr/bin/env python3
"""Runs every test_*.py of this folder; tests/lib/suite.py says how."""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "lib"))
import suite  # noqa: E402

sys.exit(suite.main(here))
