// The two windows of one desk: each tells the other what was chosen, its colours, and that it was
// locked. Without the other, or in a browser without channels, each works by itself.
const NAME = "tornvakt-desk";

export class Twin {
  /** `on.chosen(number)`, `on.open(number)`, `on.locked()` when the other window says so. Asks it what is chosen. */
  constructor(on) {
    if (typeof BroadcastChannel === "undefined") return;
    this.channel = new BroadcastChannel(NAME);
    this.root = document.documentElement;
    this.channel.addEventListener("message", ({ data }) => this.hear(data, on));
    new MutationObserver((changes) => this.tell(changes)).observe(this.root, { attributeFilter: ["data-theme-choice", "data-locked"] });
    this.say("hello");
    addEventListener("pagehide", (event) => event.persisted || this.channel.close());
  }

  hear({ what, number, theme, choice }, on) {
    if (what === "chosen") number && on.chosen(number);
    else if (what === "open") on.open(number);
    else if (what === "shown") on.shown?.(number);
    else if (what === "hello") this.say("chosen", { number: this.last });
    else if (what === "locked") on.locked();
    else if (what === "theme") {
      this.choice = choice;
      Object.assign(this.root.dataset, { theme, themeChoice: choice });
    }
  }

  tell(changes) {
    const { locked, theme, themeChoice: choice } = this.root.dataset;
    if (changes.some(({ attributeName }) => attributeName === "data-locked") && locked) this.say("locked");
    if (choice !== this.choice && changes.some(({ attributeName }) => attributeName === "data-theme-choice")) this.say("theme", { theme, choice });
    this.choice = choice;
  }

  say(what, rest = {}) {
    try {
      this.channel?.postMessage({ what, ...rest });
    } catch {
      // closed: the page is being left
    }
  }

  /** Tell which incident was chosen here; what the other told is not told back. */
  chosen(number) {
    if (number === this.last) return;
    this.last = number;
    this.say("chosen", { number });
  }

  /** Remember what the other told, so that it is not told back. */
  heard(number) {
    this.last = number;
  }
}
