// The line to the server. Silence for eight seconds means no contact, whatever the socket says.
import * as clocks from "./clocks.js";

const SILENCE_MS = 8000;
const RETRY_MS = 2000;

/** Follows the stream and tells `on.*` what happens: desk, rows, ping, silence, emergency, resync, cut, back, retry. */
export class Line {
  constructor(url, seq, on, id) {
    Object.assign(this, { url, seq, on, id });
    this.isCut = false;
    this.tries = 0;
    this.heard();
    this.open();
    this.timer = setInterval(() => this.watch(), 500);
    document.addEventListener("visibilitychange", () => this.watch());
    addEventListener("online", () => this.retry());
    addEventListener("pagehide", () => this.source?.close());
  }

  heard() {
    // Two clocks, because one of them stands still while a laptop sleeps and the other can be set.
    this.lastMono = performance.now();
    this.lastWall = Date.now();
  }

  get silence() {
    return Math.max(performance.now() - this.lastMono, Date.now() - this.lastWall);
  }

  open() {
    if (this.isOver) return;
    this.source?.close();
    this.openedAt = performance.now();
    this.isWaiting = false;
    const source = (this.source = new EventSource(`${this.url}?seq=${encodeURIComponent(this.seq)}&bord=${this.id ?? ""}`));
    const take = (name, work) => source.addEventListener(name, (event) => {
      if (source !== this.source) return;
      this.heard();
      work(event.data ? JSON.parse(event.data) : {});
    });
    take("ping", (ping) => {
      clocks.learn(ping.t);
      if (this.isCut) this.recovered();
      this.on.ping(ping);
    });
    take("rows", (change) => {
      this.seq = change.seq;
      this.on.rows(change);
    });
    take("resync", () => this.on.resync());
    for (const name of ["desk", "silence", "emergency"]) take(name, (told) => this.on[name]?.(told));
    source.onerror = () => {
      if (source !== this.source) return;
      source.close(); // we decide when to try again
      this.isWaiting = true;
    };
  }

  /** Ask for nothing more: the page is being left, or locked. */
  close() {
    clearInterval(this.timer);
    this.isOver = true;
    this.source?.close();
  }

  recovered() {
    this.isCut = false;
    this.tries = 0;
    this.on.back();
  }

  retry() {
    this.tries += 1;
    this.open();
    if (this.isCut) this.on.retry(this.tries);
  }

  watch() {
    if (this.isOver) return;
    if (!this.isCut && this.silence > SILENCE_MS) {
      this.isCut = true;
      this.cutAt = clocks.now() - this.silence;
      this.on.cut(this.cutAt);
    }
    const sinceTry = performance.now() - this.openedAt;
    if ((this.isWaiting || this.isCut) && sinceTry > RETRY_MS) this.retry();
  }
}
