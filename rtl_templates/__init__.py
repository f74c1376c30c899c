# SPDX-License-Identifier: Apache-2.0
"""Hand-written SystemVerilog, one op a file; a package only so that it travels in the wheel."""
