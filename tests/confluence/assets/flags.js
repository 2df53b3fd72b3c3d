// Flags: short messages at the lower left edge. Errors and warnings interrupt a screen reader, the others wait.

const AUTO_CLOSE_MS = 8000;
const WORDS = { success: "Success", info: "Information", warning: "Warning", error: "Error" };

const polite = document.getElementById("flags-polite");
const urgent = document.getElementById("flags-urgent");

/** The provider that the bridge calls for `AP.flag`. */
export const flagProvider = {
  create({ id, title, body, actions = [], onClose, close, type }) {
    const kind = type in WORDS ? type : "info";
    const flag = document.createElement("div");
    flag.className = `flag flag-${kind}`;
    flag.dataset.flag = kind;

    const icon = element("span", "flag-icon");
    icon.append(element("span", "visually-hidden", `${WORDS[kind]}: `));
    const text = element("div", "flag-text");
    text.append(element("strong", "flag-title", title ?? ""));
    if (body) {
      text.append(element("div", "flag-body", body));
    }
    if (actions.length > 0) {
      const row = element("div", "flag-actions");
      for (const { actionText, executeAction } of actions) {
        const button = element("button", "link-button", actionText);
        button.addEventListener("click", () => executeAction());
        row.append(button);
      }
      text.append(row);
    }
    const dismiss = element("button", "icon-button flag-dismiss");
    dismiss.setAttribute("aria-label", "Dismiss");
    dismiss.append(element("span", "cross"));
    flag.append(icon, text, dismiss);
    (kind === "error" || kind === "warning" ? urgent : polite).append(flag);

    let timer;
    const remove = () => {
      clearTimeout(timer);
      if (flag.isConnected) {
        flag.remove();
        onClose?.(id);
      }
    };
    dismiss.addEventListener("click", remove);
    if (close === "auto") {
      const wait = () => (timer = setTimeout(remove, AUTO_CLOSE_MS));
      // Nobody loses a message while reading it.
      flag.addEventListener("mouseenter", () => clearTimeout(timer));
      flag.addEventListener("mouseleave", wait);
      flag.addEventListener("focusin", () => clearTimeout(timer));
      flag.addEventListener("focusout", wait);
      wait();
    }
    return { close: remove };
  },
};

/** A flag of the host's own. */
export function showFlag(type, title, body) {
  return flagProvider.create({ title, body, type, close: "auto" });
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}
