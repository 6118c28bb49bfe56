// The page's own script: nothing here is needed, everything here helps.
"use strict";

(() => {
  const flash = () => document.getElementById("flash");

  // Says something where it is seen and read aloud.
  const say = (text) => {
    const place = flash();
    if (!place) return;
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    place.replaceChildren(paragraph);
  };
  window.utkik = { say };

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });

  // An error page is not put into the middle of another page: its heading is told instead.
  document.addEventListener("htmx:responseError", (event) => {
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const told = answer.querySelector("[data-message]");
    say(told ? told.textContent : "Något gick fel. Ladda om sidan och försök igen.");
  });
  document.addEventListener("htmx:sendError", () => {
    say("Servern svarar inte. Inget är sparat sedan sist. Försök igen om en stund.");
  });

  // A menu closes with Escape, and when one goes elsewhere.
  const openMenus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
})();
