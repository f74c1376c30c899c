# SPDX-License-Identifier: Apache-2.0
"""True numbers out of the reports of tools; gates over them. Needs nothing but the standard library and PyYAML."""
