# SPDX-License-Identifier: Apache-2.0
"""Synthesis, one file a tool."""
