"use strict";

// Searches and filters what the page shows, and opens or closes it. The page can be read without it.

const cards = [...document.querySelectorAll(".course")];
const controls = document.getElementById("controls");
const theme = document.getElementById("theme");

theme.hidden = false;
theme.addEventListener("click", () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
});

function plural(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function begin() {
  const search = document.getElementById("search");
  const select = document.getElementById("course");
  const found = document.getElementById("found");
  const chosen = new Set();
  const texts = new Map();
  const counts = new Map();

  function text(card) {
    if (!texts.has(card)) {
      const titles = [...card.querySelectorAll("h2, .title")].map((each) => each.textContent);
      const addresses = [...card.querySelectorAll("[data-address]")].map((each) => each.dataset.address);
      texts.set(card, [...titles, ...addresses].join("\n").toLowerCase());
    }
    return texts.get(card);
  }

  function isChosen(item) {
    return !chosen.size || (item.dataset.labels || "").split("|").some((label) => chosen.has(label));
  }

  // an item is shown if its change is one of those chosen, or that of an item in it is
  function choose(item) {
    const inside = [...item.querySelectorAll(":scope > ol > .item")].map(choose).includes(true);
    const isShown = inside || isChosen(item);
    item.hidden = !isShown;
    return isShown;
  }

  function count(card) {
    if (!counts.has(card)) {
      counts.set(card, [...card.querySelectorAll("[data-change]")].filter(isChosen).length);
    }
    return counts.get(card);
  }

  function filter() {
    counts.clear();
    cards.forEach((card) => card.querySelectorAll(":scope > ol > .item").forEach(choose));
    show();
  }

  function show() {
    const words = search.value.trim().toLowerCase();
    const shown = cards.filter((card, number) => {
      const isFound = (!words || text(card).includes(words)) && (!select.value || select.value === String(number));
      const isShown = isFound && card.querySelector(":scope > ol > .item:not([hidden])") !== null;
      card.hidden = !isShown;
      return isShown;
    });
    tell(shown.length, shown.map(count).reduce((one, other) => one + other, 0));
  }

  function tell(shown, changes) {
    found.textContent = `${plural(shown, "course")} of ${cards.length.toLocaleString("en")}, with ${plural(changes, "change")}.`;
  }

  function open(isOpen) {
    document.querySelectorAll("main details").forEach((each) => {
      each.open = isOpen;
    });
  }

  cards.forEach((card, number) => select.append(new Option(card.querySelector("h2").textContent, number)));
  document.querySelectorAll("[data-label]").forEach((button) =>
    button.addEventListener("click", () => {
      const label = button.dataset.label;
      const on = !chosen.delete(label);
      if (on) chosen.add(label);
      button.setAttribute("aria-pressed", String(on));
      filter();
    }),
  );
  document.getElementById("expand").addEventListener("click", () => open(true));
  document.getElementById("collapse").addEventListener("click", () => open(false));
  controls.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", show);
  select.addEventListener("change", show);
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|select|textarea)$/i.test(event.target.tagName);
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      show();
    }
  });
  tell(cards.length, Number(found.dataset.changes));
  controls.hidden = false;
}

if (controls) begin();
