// Triage with the keyboard. Every key presses a button or follows a link that is on the page anyway.
"use strict";

(() => {
  const $ = (what, where = document) => where.querySelector(what);
  const announce = (text) => { $("#announce").textContent = text; };
  const words = $("#announce").dataset;
  const narrow = matchMedia("(max-width: 899px)");
  const switchOff = $("#keys-on");
  let busy = false;
  let waiting = [];

  const rows = () => [...document.querySelectorAll(".rows li")];
  const here = () => $(".rows li.here");
  const link = (row) => row && $("a", row);

  // Opens the row's item in the reading pane.
  const open = async (row, { focus = true } = {}) => {
    if (!row || busy) return;
    const to = link(row);
    for (const other of rows()) {
      const isIt = other === row;
      other.classList.toggle("here", isIt);
      if (isIt) link(other).setAttribute("aria-current", "true"); else link(other).removeAttribute("aria-current");
      const box = $("input", other);
      if (box) box.tabIndex = isIt ? 0 : -1;
    }
    $("#triage").classList.add("has-post");
    history.replaceState(history.state, "", to.href);
    if (focus && !narrow.matches) { to.focus(); to.scrollIntoView({ block: "nearest" }); }
    busy = true;
    $("#pane").inert = true;  // what is pressed now would be meant for an item that is not there yet
    // Settled at once: a verdict that is typed next must find its form taken care of by htmx.
    await htmx.ajax("GET", to.dataset.pane, { target: "#pane", swap: "innerHTML settle:0ms" });
    busy = false;
    $("#pane").inert = false;
    $("#pane").scrollTop = 0;
    if (focus && narrow.matches) $("#item-title").focus();
    next();
  };

  const step = (by) => {
    const all = rows();
    const place = all.indexOf(here());
    const to = all[Math.min(Math.max(place + by, 0), all.length - 1)];
    if (to && to !== all[place]) open(to);
    else announce(by > 0 ? words.last : words.first);
  };

  const press = (button) => { if (button) button.click(); };
  const verdict = (name, many) => press($(`${many ? ".bulk" : ".verbs"} button[value="${name}"]`));
  const toggle = (box) => {
    if (!box) return;
    box.click();
    const name = box.closest("label") ? box.closest("label").textContent.replace(/^\s*\d\s*/, "").trim() : words.marked;
    announce(`${name}: ${box.checked ? words.yes : words.no}`);
  };
  const reveal = (details, focus) => {
    if (!details) return;
    details.open = true;
    details.scrollIntoView({ block: "nearest" });
    const to = focus && $(focus, details);
    if (to) to.focus();
  };
  const help = () => {
    const box = $("#help");
    box.open = !box.classList.contains("shown");
    box.classList.toggle("shown", box.open);
    if (box.open) $("summary", box).focus(); else if (here()) link(here()).focus();
  };

  const keys = {
    j: () => step(1), k: () => step(-1),
    s: () => verdict("send"), n: () => verdict("drop"), v: () => verdict("later"),
    S: () => verdict("send", true), N: () => verdict("drop", true), V: () => verdict("later", true),
    a: () => reveal($("#act"), "input[name=title]"),
    z: () => press($("[data-undo]")),
    x: () => toggle(here() && $("input", here())),
    o: () => press($(".item .open")),
    "/": () => { const to = $('.top nav a[href*="/sok"]'); if (to) to.click(); },
    "?": help,
  };

  const act = (key) => {
    if (/^[1-9]$/.test(key)) return toggle(document.querySelectorAll(".to .pick input")[key - 1]);
    if (keys[key]) return keys[key]();
    return undefined;
  };
  const next = () => { while (!busy && waiting.length) act(waiting.shift()); };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target;
    const writes = at.matches('textarea, select, input:not([type="checkbox"])');
    if (event.key === "Escape") {
      if ($("#help").classList.contains("shown")) help();
      else if (writes && here()) link(here()).focus();
      return;
    }
    if (writes || (switchOff && !switchOff.checked)) return;
    if (!(event.key in keys && keys[event.key]) && !/^[1-9]$/.test(event.key)) return;
    event.preventDefault();
    // What is typed while a verdict is on its way is meant for the next item, and waits for it.
    if (busy) waiting = [...waiting, event.key].slice(-9);
    else act(event.key);
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest(".rows a");
    if (row && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(row.closest("li"));
    }
    const back = event.target.closest("[data-back]");
    if (back) {
      event.preventDefault();
      $("#triage").classList.remove("has-post");
      history.replaceState(history.state, "", back.href);
      if (here()) link(here()).focus();
    }
    if (event.target.closest("[data-act]")) { event.preventDefault(); keys.a(); }
    if (event.target.closest("[data-why]")) { event.preventDefault(); reveal($("#why"), "summary"); }
  });

  document.addEventListener("htmx:beforeRequest", () => { busy = true; });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) { busy = false; waiting = []; }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "triage") return;
    busy = false;
    const week = $("#triage");
    const title = $("#item-title");
    const row = here();
    const told = week.dataset.told;
    if (title) announce(`${told} ${words.next} ${title.textContent} ${week.dataset.left}.`.trim());
    else announce(`${told} ${week.dataset.left}.`.trim());
    if (narrow.matches) { if (title && week.classList.contains("has-post")) { scrollTo(0, 0); title.focus(); } }
    else if (row) { link(row).focus({ preventScroll: true }); link(row).scrollIntoView({ block: "nearest" }); $("#pane").scrollTop = 0; }
    else if ($(".empty", week)) $("#main").focus();
    next();
  });

  // Single keys can be switched off (WCAG 2.1.4): they get in the way of speech control.
  if (switchOff) {
    switchOff.closest("p").hidden = false;
    switchOff.checked = localStorage.getItem("utkik.keys") !== "off";
    switchOff.addEventListener("change", () => localStorage.setItem("utkik.keys", switchOff.checked ? "on" : "off"));
  }
})();
