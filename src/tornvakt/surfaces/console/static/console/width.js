// Whether the panes lie under each other and the page itself scrolls (the same rule as states.css).
const narrow = matchMedia("(max-width: 1023px), (max-height: 559px)");
const folded = matchMedia("(max-width: 1439px) and (min-width: 1024px) and (min-height: 560px)");

/** One column: the queue on top, the incident below it. */
export const isNarrow = () => narrow.matches;

/** Two columns: signal and log lie in a drawer. */
export const isFolded = () => folded.matches;
