"use strict";

// Which sections are open on a day, to a member who has done what is ticked; and a page that loads
// itself anew once its outlines are saved. Without it every section is shown as locked, by its title.

const sections = [...document.querySelectorAll(".section")];
const day = document.getElementById("day");
const hidden = document.getElementById("hidden");
const kept = `coursesync ${location.pathname}`;

function isDone(index) {
  return document.querySelector(`[data-done="${index}"]`).checked;
}

function opens(section, isOpen) {
  if (section.classList.contains("is-hidden")) return hidden.checked;
  if (Number(section.dataset.day) > Number(day.value)) return false;
  const follows = section.dataset.follows;
  if (follows === "") return true;
  // the first section of a course waits for nothing that could be done
  const before = Number(follows);
  return before >= 0 && isOpen[before] && isDone(before);
}

function fit(frame) {
  const inner = frame.contentDocument;
  if (inner && inner.body) frame.style.height = `${inner.body.scrollHeight}px`;
}

function show() {
  document.getElementById("shown").textContent = day.value;
  const isOpen = [];
  sections.forEach((section, index) => {
    section.hidden = section.classList.contains("is-hidden") && !hidden.checked;
    isOpen[index] = opens(section, isOpen);
    section.classList.toggle("is-open", isOpen[index]);
    section.classList.toggle("is-done", isOpen[index] && isDone(index));
    if (isOpen[index]) section.querySelectorAll("iframe").forEach(fit);
  });
  const visible = sections.filter((section) => !section.hidden);
  const open = visible.filter((section) => section.classList.contains("is-open"));
  document.getElementById("open").textContent = `${open.length} of ${visible.length} sections are open.`;
  // by address: a section that is put in between moves no tick
  const done = sections.filter((_, index) => isDone(index)).map((section) => section.dataset.address);
  sessionStorage.setItem(kept, JSON.stringify({ day: day.value, hidden: hidden.checked, done }));
}

function restore() {
  const before = JSON.parse(sessionStorage.getItem(kept) || "null");
  if (!before) return;
  day.value = before.day;
  hidden.checked = before.hidden;
  sections.forEach((section, index) => {
    document.querySelector(`[data-done="${index}"]`).checked = before.done.includes(section.dataset.address);
  });
}

if (day) {
  restore();
  document.addEventListener("input", show);
  document.querySelectorAll("iframe").forEach((frame) => frame.addEventListener("load", () => fit(frame)));
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  show();
}

async function watch() {
  const shown = document.documentElement.dataset.version;
  try {
    const answer = await fetch("/version", { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== shown) {
      location.reload();
      return;
    }
  } catch {
    // the preview has ended, or is about to begin again
  }
  setTimeout(watch, 700);
}

setTimeout(watch, 700);
