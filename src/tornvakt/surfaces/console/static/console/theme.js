// The theme of this window, changed at once; the server remembers it for the next page.
import { say } from "./words.js";

/** Change to the theme the form offers, and let the form offer the one after. */
export function changeTheme(form) {
  const root = document.documentElement;
  const button = form.querySelector("button");
  const chosen = button.value;
  root.dataset.themeChoice = chosen;
  root.dataset.theme = chosen === "auto" ? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark") : chosen;
  const body = new URLSearchParams(new FormData(form));
  body.set("theme", chosen);
  button.value = { dark: "light", light: "auto", auto: "dark" }[chosen];
  button.querySelector(".word").textContent = say(chosen);
  fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value } }).catch(() => {});
}
