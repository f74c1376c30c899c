# SPDX-License-Identifier: Apache-2.0
"""One self-contained HTML page of one or several builds: no network, no foreign script, every text escaped."""

from reports.page.collect import Build, Design, designs_of, verdict_of
from reports.page.write import LARGEST_PAGE, page, write_page

__all__ = ["LARGEST_PAGE", "Build", "Design", "designs_of", "page", "verdict_of", "write_page"]
