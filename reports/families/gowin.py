# SPDX-License-Identifier: Apache-2.0
"""Gowin GW1N and GW2A; `lut` is LUT4, wider functions are LUT4s behind MUX2 cells.

Sources: Gowin UG288 (CFU), UG285 (BSRAM), UG287 (DSP), and the cell library of Yosys 0.70 (share/gowin).
"""

from __future__ import annotations

from reports.families.costs import CARRY, CELL_RAM, DSP, FF, FREE, LUT, NOT, Counts, brams, same

_KINDS = ("", "E", "S", "SE", "R", "RE", "P", "PE", "C", "CE")
_DFF = " ".join(f"DFF{edge}{kind}" for edge in ("", "N") for kind in _KINDS)
_DL = " ".join(f"DL{edge}{kind}" for edge in ("", "N") for kind in ("", "E", "P", "PE", "C", "CE"))

CELLS: dict[str, Counts] = {
    **same(LUT, "LUT1 LUT2 LUT3 LUT4"),
    "INV": NOT,
    **same(FF, f"{_DFF} {_DL}"),
    "ALU": CARRY,
    **same(CELL_RAM, "RAM16S1 RAM16S2 RAM16S4 RAM16SDP1 RAM16SDP2 RAM16SDP4"),
    **brams(1, "SP SPX9 SDP SDPB SDPX9 SDPX9B DP DPB DPX9 DPX9B pROM pROMX9 ROM ROMX9"),
    **brams(2, "SDP36KE"),
    **same(DSP, "MULT9X9 MULT12X12 MULT18X18 MULT27X36 MULT36X36 MULTADDALU12X12 MULTADDALU18X18 MULTALU18X18"),
    **same(DSP, "MULTALU27X18 MULTALU36X18 MULTACC ALU54D PADD9 PADD18"),
    **same(FREE, "MUX2 MUX2_LUT5 MUX2_LUT6 MUX2_LUT7 MUX2_LUT8 GND VCC GSR IBUF OBUF TBUF IOBUF BUFG BUFS DCE DCS"),
    **same(FREE, "TLVDS_IBUF TLVDS_OBUF TLVDS_TBUF TLVDS_IOBUF ELVDS_IBUF ELVDS_OBUF ELVDS_TBUF ELVDS_IOBUF DQCE"),
    **same(FREE, "rPLL PLLVR PLL PLLA CLKDIV CLKDIV2 DHCEN OSC OSCA OSCF OSCH OSCO OSCW OSCZ IDDR IDDRC ODDR ODDRC"),
    **same(FREE, "OSER4 OSER8 OSER10 OSER16 IDES4 IDES8 IDES10 IDES16 OVIDEO IVIDEO IODELAY"),
    **same(FREE, "FLASH64K FLASH64KZ FLASH96K FLASH256K FLASH608K EMCU"),
}
