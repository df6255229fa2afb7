// Leaflet and its projections: fetched from our own server when a map is to be drawn, not before.
const coming = new Map();

function script(address) {
  if (!coming.has(address)) {
    const node = Object.assign(document.createElement("script"), { src: address });
    const arrived = new Promise((done, failed) => {
      node.addEventListener("load", done);
      node.addEventListener("error", () => {
        coming.delete(address); // the next one to ask tries again
        node.remove();
        failed(new Error(address));
      });
    });
    coming.set(address, arrived);
    document.head.append(node);
  }
  return coming.get(address);
}

function style(address) {
  if (document.querySelector(`link[href="${CSS.escape(address)}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: address }));
}

/** Leaflet, with SWEREF 99 TM when a map wants it. `from` holds the addresses of the files. */
export async function library(from, crs) {
  style(from.leafletCss);
  await script(from.leaflet);
  if (crs) {
    await script(from.proj4);
    await script(from.proj4leaflet);
  }
  return window.L;
}
