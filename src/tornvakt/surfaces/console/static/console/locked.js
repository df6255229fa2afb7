// The locked page, when it was loaded and not made from the desk: the same face, the same sounds.
import { run } from "./lock.js";
import * as sound from "./sound.js";

sound.resume();
run();
document.documentElement.dataset.ready = "true";
