// Texts of the scripts. They come with the page in the reader's language; none stands here.
const words = JSON.parse(document.getElementById("words").textContent);

/** Say something else under `key` from now on. */
export function put(key, text) {
  words[key] = text;
}

/** The sentence under `key` with {name} replaced from `values`. */
export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
