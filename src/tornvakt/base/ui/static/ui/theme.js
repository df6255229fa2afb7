// Runs before the first paint (a plain script in the head): turns the choice "auto" into the
// theme the operating system asks for, and follows it when evening comes.
(() => {
  const root = document.documentElement;
  const light = matchMedia("(prefers-color-scheme: light)");
  const apply = () => {
    if (root.dataset.themeChoice === "auto") root.dataset.theme = light.matches ? "light" : "dark";
  };
  apply();
  light.addEventListener("change", apply);
})();
