# SPDX-License-Identifier: Apache-2.0
"""Hand-written C++ headers, one op a file; a package only so that they travel in the wheel."""
