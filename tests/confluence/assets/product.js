// What the host half of the bridge expects of a product before it is loaded.
window.AJS = {
  $: window.jQuery,
  escapeHtml: (text) => {
    const element = document.createElement("span");
    element.textContent = text;
    return element.innerHTML;
  },
  // The layers of AUI, Atlassian's older library. Here the providers in bridge.js take its place.
  LayerManager: { global: { getTopLayer: () => undefined } },
};
