# SPDX-License-Identifier: Apache-2.0
"""Tables of cell kinds, one a family."""
