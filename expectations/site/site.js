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

function chain(elements) {
  const all = (action) => { elements.forEach(action); return chain(elements); };
  return {
    attr: (name) => elements[0]?.getAttribute(name),
    bootstrapTable: (options) => { if (elements[0] && options.columns) fillTable(elements[0], options); },
    click: (action) => all((element) => element.addEventListener("click", action)),
    each: (action) => all((element, index) => action(index, element)),
    fadeIn: () => all((element) => { element.hidden = false; }),
    fadeOut: () => all((element) => { element.hidden = true; }),
    modal: () => chain(elements),
    on: () => chain(elements),
    parent: () => chain([...new Set(elements.map((element) => element.parentElement))]),
    prepend: () => chain(elements),
    ready: (action) => document.addEventListener("DOMContentLoaded", action),
    scrollspy: () => chain(elements),
  };
}

window.$ = (target) => chain(typeof target === "string" ? [...document.querySelectorAll(target)] : [target]);

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
