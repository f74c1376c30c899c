// SPDX-License-Identifier: Apache-2.0
"use strict";
(() => {
  const STEP = 200; // rows drawn at once
  const AT_FIRST = 60; // rows opened at first, and those below a single root
  const make = (tag, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const number = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });
  const text = (value) => (value === null ? "-" : typeof value === "string" ? value
    : Number.isInteger(value) ? value.toLocaleString("en-US") : number.format(value));

  /** Order of two cells; what is missing comes last in either direction. */
  function compare(a, b, sign) {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a < b ? -sign : a > b ? sign : 0;
  }

  /** Makes headers into buttons that sort; `sort(column, sign)` does it. Numbers begin with the largest. */
  function sortable(heads, sort) {
    heads.forEach((head, column) => {
      const button = make("button", { type: "button" }, ...head.childNodes);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const down = now ? now === "ascending" : head.classList.contains("n");
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(column, down ? -1 : 1);
      });
    });
  }

  function flatTable(table) {
    const body = table.tBodies[0];
    const value = (row, column) => {
      const cell = row.cells[column];
      if (!cell.classList.contains("n")) return cell.textContent;
      return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
    };
    sortable([...table.tHead.rows[0].cells], (column, sign) => {
      const rows = [...body.rows].map((row) => [value(row, column), row]);
      rows.sort((a, b) => compare(a[0], b[0], sign));
      body.append(...rows.map((row) => row[1]));
    });
  }

  function tree(host) {
    const data = JSON.parse(document.getElementById(host.dataset.tree).textContent);
    const rows = data.rows.map(([depth, label, kind, ...values]) => ({ depth, label, kind, values, below: [], open: false }));
    const roots = [];
    const path = [];
    for (const row of rows) {
      path.length = row.depth;
      row.parent = path[row.depth - 1] || null;
      (row.parent ? row.parent.below : roots).push(row);
      row.path = (row.parent ? row.parent.path + "/" : "") + row.label.toLowerCase();
      path.push(row);
    }
    const most = data.columns.map((column, i) => roots.reduce((sum, row) => sum + (Number(row.values[i]) || 0), 0));
    const body = host.querySelector("tbody");
    const status = host.querySelector("[role=status]");
    const controls = host.querySelector(".controls");
    const filter = make("input", { type: "search", placeholder: `Find a ${data.noun} or kind`, ariaLabel: `Find a ${data.noun} or kind` });
    const button = (label) => make("button", { type: "button", className: "plain" }, label);
    const [all, none, more] = [button("Expand all"), button("Collapse all"), button("")];
    let limit = STEP;
    let sorted = null;
    let wanted = null;

    const cell = (row, column) => (column === 0 ? row.label : column === 1 ? row.kind : row.values[column - 2]);
    const ordered = (list) => {
      if (sorted && list.sorted !== sorted) {
        list.sort((a, b) => compare(cell(a, sorted.column), cell(b, sorted.column), sorted.sign));
        list.sorted = sorted;
      }
      return list;
    };

    /** Rows to see, at most `limit` of them, and how many there are. */
    function visible() {
      const seen = [];
      let count = 0;
      const stack = [...ordered(roots)].reverse();
      while (stack.length) {
        const row = stack.pop();
        if (wanted && !wanted.has(row)) continue;
        if (count++ < limit) seen.push(row);
        if (wanted ? true : row.open) for (const below of [...ordered(row.below)].reverse()) stack.push(below);
      }
      return [seen, count];
    }

    function draw() {
      const focused = body.contains(document.activeElement) ? document.activeElement.row : null;
      const [seen, count] = visible();
      body.replaceChildren(...seen.map(line));
      more.hidden = count <= limit;
      more.textContent = `Show ${Math.min(STEP, count - limit)} more of ${text(count)}`;
      const whole = rows.length + data.left_out;
      status.textContent = `${text(seen.length)} of ${text(whole)} ${data.noun}s shown` + (wanted ? `, ${text(wanted.hits)} found` : "");
      if (focused) [...body.querySelectorAll(".toggle")].find((toggle) => toggle.row === focused)?.focus();
    }

    function line(row) {
      const head = make("th", { scope: "row" }, handle(row), make("bdi", {}, row.label));
      head.style.setProperty("--depth", Math.min(row.depth, 12));
      const cells = row.values.map((value, i) => {
        const data_cell = make("td", { className: data.columns[i].text ? "" : "n" }, text(value));
        if (typeof value === "number" && most[i] > 0 && row.parent) {
          data_cell.style.setProperty("--share", `${Math.min(100, (100 * value) / most[i]).toFixed(1)}%`);
        }
        return data_cell;
      });
      return make("tr", {}, head, make("td", {}, make("bdi", {}, row.kind)), ...cells);
    }

    function handle(row) {
      if (!row.below.length || wanted) return make("span", { className: "leaf" });
      const count = `${text(row.below.length)} below`;
      const toggle = make("button", { type: "button", className: "toggle", row, ariaLabel: `${row.label}, ${count}`, ariaExpanded: String(row.open) });
      toggle.append(row.open ? "▾" : "▸");
      toggle.addEventListener("click", () => turn(row, !row.open));
      return toggle;
    }

    function turn(row, open) {
      row.open = open;
      draw();
    }

    function find() {
      const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      wanted = words.length ? new Set() : null;
      if (wanted) wanted.hits = 0;
      for (const row of wanted ? rows : []) {
        const hay = `${row.path} ${row.kind.toLowerCase()}`;
        if (!words.every((word) => hay.includes(word))) continue;
        wanted.hits += 1;
        for (let at = row; at && !wanted.has(at); at = at.parent) wanted.add(at);
      }
      limit = STEP;
      draw();
    }

    function openAll(open) {
      for (const row of rows) row.open = open;
      limit = STEP;
      draw();
    }

    /** Opens level by level while the table stays short. */
    function openSome() {
      let level = roots;
      let count = roots.length;
      while (level.length) {
        const next = level.flatMap((row) => row.below);
        count += next.length;
        if (count > (level.length === 1 ? STEP : AT_FIRST)) break;
        for (const row of level) row.open = true;
        level = next;
      }
    }

    body.addEventListener("keydown", (event) => {
      const toggles = [...body.querySelectorAll(".toggle")];
      const at = toggles.indexOf(event.target);
      if (at < 0) return;
      const row = event.target.row;
      if (event.key === "ArrowDown") toggles[at + 1]?.focus();
      else if (event.key === "ArrowUp") toggles[at - 1]?.focus();
      else if (event.key === "ArrowRight" && !row.open) turn(row, true);
      else if (event.key === "ArrowLeft" && row.open) turn(row, false);
      else return;
      event.preventDefault();
    });
    filter.addEventListener("input", find);
    all.addEventListener("click", () => openAll(true));
    none.addEventListener("click", () => openAll(false));
    more.addEventListener("click", () => {
      limit += STEP;
      draw();
    });
    sortable([...host.querySelectorAll("thead th")], (column, sign) => {
      sorted = { column, sign };
      draw();
    });
    controls.append(filter, all, none);
    controls.hidden = false;
    status.after(more);
    openSome();
    draw();
  }

  /** A choice between light and dark that outlives the page, where the browser lets it. */
  function theme() {
    const root = document.documentElement;
    const button = document.getElementById("theme");
    const system = matchMedia("(prefers-color-scheme: dark)");
    const store = (action) => {
      try {
        return action();
      } catch {
        return null;
      }
    };
    const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
    const show = () => {
      button.textContent = dark() ? "☀ Light" : "☾ Dark";
      button.setAttribute("aria-label", dark() ? "Use light colours" : "Use dark colours");
    };
    const kept = store(() => localStorage.getItem("reports-theme"));
    if (kept === "light" || kept === "dark") root.dataset.theme = kept;
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      store(() => localStorage.setItem("reports-theme", root.dataset.theme));
      show();
    });
    system.addEventListener("change", show);
    button.hidden = false;
    show();
  }

  theme();
  document.querySelectorAll("table.sortable").forEach(flatTable);
  document.querySelectorAll("[data-tree]").forEach(tree);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
})();
