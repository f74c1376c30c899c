# SPDX-License-Identifier: Apache-2.0
"""ERN flow: from an integer graph to hardware without a DSP block."""
