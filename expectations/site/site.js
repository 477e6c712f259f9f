// What Data Docs ask of jQuery, Bootstrap and bootstrap-table, small enough to travel with the page.
function cell(value) {
  return value === undefined || value === null ? "" : String(value);
}

function fillTable(table, options) {
  const columns = options.columns.filter((column) => column.visible !== false && column.visible !== "false");
  const head = columns.map((column) => `<th>${cell(column.title)}</th>`).join("");
  const rows = options.data.map((row) => {
    const link = cell(row._table_row_link_path);
    const cells = columns.map((column) => `<td>${cell(row[column.field])}</td>`).join("");
    return `<tr data-href="${link}">${cells}</tr>`;
  });
  table.innerHTML = `<thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody>`;
  table.querySelectorAll("tr[data-href]").forEach((row) => {
    if (row.dataset.href) row.addEventListener("click", () => { window.location = row.dataset.href; });
  });
}

function select(selector) {
  const found = typeof selector === "string" && !selector.trim().startsWith("<")
    ? [...document.querySelectorAll(selector)] : [selector];
  const chain = {
    bootstrapTable: (options) => { if (found[0] && options.columns) fillTable(found[0], options); return chain; },
    prepend: () => chain,
    ready: (action) => { document.addEventListener("DOMContentLoaded", action); return chain; },
    click: (action) => { found.forEach((element) => element.addEventListener("click", action)); return chain; },
    on: () => chain,
    modal: () => chain,
    scrollspy: () => chain,
    hide: () => { found.forEach((element) => { element.hidden = true; }); return chain; },
    show: () => { found.forEach((element) => { element.hidden = false; }); return chain; },
  };
  return chain;
}
window.$ = select;

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle=collapse]");
  if (toggle) {
    event.preventDefault();
    document.querySelector(toggle.getAttribute("href") || toggle.dataset.target)?.classList.toggle("show");
  }
  const tab = event.target.closest("[data-toggle=tab]");
  if (tab) {
    event.preventDefault();
    const pane = document.querySelector(tab.getAttribute("href"));
    tab.closest(".nav")?.querySelectorAll(".nav-link").forEach((link) => link.classList.toggle("active", link === tab));
    pane?.parentElement.querySelectorAll(":scope > .tab-pane").forEach((other) => other.classList.toggle("active", other === pane));
  }
});
