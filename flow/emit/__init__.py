# SPDX-License-Identifier: Apache-2.0
"""Emitters: pure functions from a design to a plan (path -> text), written last."""
