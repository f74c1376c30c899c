# SPDX-License-Identifier: Apache-2.0
"""Families of other makers that Yosys maps to.

A block RAM counts one unit of 18 Kb up to 20 Kb, two up to 40 Kb, whatever its maker's size. Sources: the cell
libraries of Yosys 0.70 (share/), Intel CV-5V2 (Cyclone V), Cologne Chip DS1001 (GateMate), QuickLogic's qlf_k6n10f
library, Efinix' primitives guides, Anlogic UG300 (EG4), Microchip's PolarFire macro library guide.
"""

from __future__ import annotations

from reports.families.costs import CARRY, CELL_RAM, DSP, FF, FREE, LUT, NOT, Counts, brams, same, wide

# An ALUT in arithmetic mode is a LUT with its carry.
_ALUT_ARITH = Counts(lut=1, logic_lut=1, carry=1)
CYCLONE_V: dict[str, Counts] = {
    **same(LUT, "MISTRAL_ALUT2 MISTRAL_ALUT3 MISTRAL_ALUT4 MISTRAL_ALUT5 MISTRAL_ALUT6 cyclonev_lcell_comb"),
    "MISTRAL_ALUT_ARITH": _ALUT_ARITH,
    "MISTRAL_NOT": NOT,
    **same(FF, "MISTRAL_FF dffeas"),
    "MISTRAL_MLAB": CELL_RAM,
    "cyclonev_mlab_cell": CELL_RAM,
    **brams(1, "MISTRAL_M10K cyclonev_ram_block"),
    **same(DSP, "MISTRAL_MUL9X9 MISTRAL_MUL18X18 MISTRAL_MUL27X27 cyclonev_mac"),
    **same(FREE, "MISTRAL_IB MISTRAL_OB MISTRAL_IO MISTRAL_CLKBUF GND VCC"),
    **same(FREE, "cyclonev_io_ibuf cyclonev_io_obuf cyclonev_clkena cyclonev_oscillator altera_pll"),
}

GATEMATE: dict[str, Counts] = {
    **same(LUT, "CC_LUT1 CC_LUT2 CC_LUT3 CC_LUT4 CC_L2T4 CC_L2T5"),
    **wide(1, "CC_MX2"),  # half a CPE
    **wide(2, "CC_MX4"),
    **same(FF, "CC_DFF CC_DLT"),
    "CC_ADDF": CARRY,
    **brams(1, "CC_BRAM_20K"),
    **brams(2, "CC_BRAM_40K CC_FIFO_40K"),
    "CC_MULT": DSP,
    **same(FREE, "CC_IBUF CC_OBUF CC_TOBUF CC_IOBUF CC_LVDS_IBUF CC_LVDS_OBUF CC_LVDS_TOBUF CC_LVDS_IOBUF CC_BUFG"),
    **same(FREE, "CC_PLL CC_PLL_ADV CC_IDDR CC_ODDR CC_USR_RSTN CC_CFG_CTRL CC_SERDES"),
}

_QL_DSP2 = " ".join(
    f"QL_DSP2_{kind}{registers}"
    for kind in ("MULT", "MULTACC", "MULTADD")
    for registers in ("", "_REGIN", "_REGOUT", "_REGIN_REGOUT")
)
QUICKLOGIC: dict[str, Counts] = {
    "$lut": LUT,  # synth_quicklogic leaves LUTs so; in any other family it is an unmapped cell
    **same(FF, "dff dffn dffsre dffnsre sdffsre sdffnsre latchsre latchnsre sh_dff"),
    "adder_carry": CARRY,
    **brams(1, "RAM_18K_BLK DPRAM_18K_BLK SFIFO_18K_BLK AFIFO_18K_BLK"),
    **brams(2, "TDP36K RAM_18K_X2_BLK RAM_36K_BLK DPRAM_18K_X2_BLK DPRAM_36K_BLK SFIFO_18K_X2_BLK SFIFO_36K_BLK"),
    **brams(2, "AFIFO_18K_X2_BLK AFIFO_36K_BLK"),
    **same(DSP, f"QL_DSP1 QL_DSP2 {_QL_DSP2}"),
}
QUICKLOGIC_PREFIXES: dict[str, Counts] = brams(2, "TDP36K_BRAM_ TDP36K_FIFO_")

PP3: dict[str, Counts] = {
    **same(LUT, "LUT1 LUT2 LUT3 LUT4"),
    **same(NOT, "inv"),
    **wide(1, "mux2x0 mux2x1 mux4x0"),
    **wide(2, "mux8x0"),
    **same(FF, "dff dffc dffp dffpc dffe dffec dffepc"),
    **same(FREE, "inpad outpad bipad ckpad gclkbuff buff logic_0 logic_1"),
}

EFINIX: dict[str, Counts] = {
    "EFX_LUT4": LUT,
    "EFX_FF": FF,
    "EFX_SRL8": NOT,
    "EFX_ADD": CARRY,
    **brams(1, "EFX_RAM_5K EFX_DPRAM_5K EFX_RAM10 EFX_DPRAM10"),
    **same(DSP, "EFX_MULT EFX_DSP48 EFX_DSP24 EFX_DSP12"),
    **same(FREE, "EFX_GBUFCE"),
}

ANLOGIC: dict[str, Counts] = {
    **same(LUT, "AL_MAP_LUT1 AL_MAP_LUT2 AL_MAP_LUT3 AL_MAP_LUT4 AL_MAP_LUT5 AL_MAP_LUT6"),
    "AL_MAP_SEQ": FF,
    "AL_MAP_ADDER": CARRY,
    **same(CELL_RAM, "EG_LOGIC_DRAM EG_LOGIC_DRAM16X4"),
    **brams(1, "EG_PHY_BRAM"),
    **brams(2, "EG_PHY_BRAM32K"),
    **same(DSP, "EG_PHY_MULT18 EG_LOGIC_MULT"),
    **same(FREE, "EG_PHY_PAD EG_PHY_PLL EG_PHY_GCLK EG_LOGIC_BUFG EG_LOGIC_BUF EG_LOGIC_BUFGMUX EG_PHY_OSC"),
}

POLARFIRE: dict[str, Counts] = {
    **same(LUT, "CFG1 CFG2 CFG3 CFG4"),
    "ARI1": Counts(lut=1, logic_lut=1, carry=1),
    **wide(2, "MX4"),  # two logic modules
    **same(NOT, "INV INVD"),
    "SLE": FF,
    "RAM64x12": CELL_RAM,
    **brams(1, "RAM1K20"),
    "MACC_PA": DSP,
    **same(FREE, "GND VCC CLKINT CLKINT_PRESERVE GCLKINT RCLKINT RGCLKINT CLKBUF GCLKBUF INBUF OUTBUF TRIBUFF BIBUF"),
    **same(FREE, "BUFF BUFD INBUF_DIFF OUTBUF_DIFF TRIBUFF_DIFF BIBUF_DIFF CLKBUF_DIFF CLKBIBUF"),
}
