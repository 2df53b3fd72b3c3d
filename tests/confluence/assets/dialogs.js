// Dialogs in which apps show their pages. While one is open, the page behind it is inert; focus moves into it and
// goes back where it was.

const stack = [];
const behind = document.getElementById("page");
const room = document.getElementById("dialogs");

/** The provider that the bridge calls for `AP.dialog`, and for dialogs that the host itself opens. */
export const dialogProvider = {
  create(options, extension) {
    extension.options.isDialog = true;
    extension.options.dialogId = options.id;
    const dialog = new Dialog(options, extension);
    stack.push(dialog);
    dialog.show();
  },

  /** `pressed` is there when Escape was pressed inside the app's page; then nobody has been told yet. */
  close(pressed) {
    const dialog = top();
    if (dialog && pressed) {
      dialog.dismiss();
    } else if (dialog) {
      dialog.remove();
    }
  },

  isActiveDialog: (addonKey) => top()?.extension.addon_key === addonKey,
  setButtonDisabled: (identifier, disabled) => {
    const button = top()?.button(identifier);
    if (button) {
      button.disabled = disabled;
    }
  },
  isButtonDisabled: (identifier) => top()?.button(identifier)?.disabled ?? false,
  toggleButton: (identifier) => {
    const button = top()?.button(identifier);
    if (button) {
      button.disabled = !button.disabled;
    }
  },
  setButtonHidden: (identifier, hidden) => {
    const button = top()?.button(identifier);
    if (button) {
      button.hidden = hidden;
    }
  },
  isButtonHidden: (identifier) => top()?.button(identifier)?.hidden ?? false,
  createButton: (action) => top()?.addButton(action),
};

// Wherever the focus is, as long as it isn't in the app's page: from there the bridge tells.
document.addEventListener("keydown", (event) => {
  const dialog = top();
  if (event.key === "Escape" && dialog?.options.closeOnEscape) {
    dialog.dismiss();
  }
});

/** Moves focus into an app's page, once its bridge is there. */
export function focusApp(iframe) {
  const dialog = stack.find(({ element }) => element.contains(iframe));
  if (dialog) {
    iframe.title = dialog.title;
    if (dialog === top()) {
      dialog.ready = true;
      iframe.focus();
    }
  }
}

class Dialog {
  constructor(options, extension) {
    this.options = options;
    this.extension = extension;
    this.title = options.header || extension.key;
    this.opener = document.activeElement;
    this.ready = false;
    this.element = this.build();
  }

  build() {
    const { chrome, size, width, height, hint, actions = [] } = this.options;
    const box = document.createElement("div");
    this.box = box;
    box.className = `dialog dialog-${size ?? "custom"}${chrome ? " dialog-chrome" : ""}`;
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-label", this.title);
    box.tabIndex = -1;
    if (!size) {
      box.style.setProperty("--dialog-width", ofWindow(width, "vw"));
      box.style.setProperty("--dialog-height", ofWindow(height, "vh"));
    }
    const content = document.createElement("div");
    content.className = "dialog-content";
    this.content = content;
    if (chrome) {
      box.append(this.header());
    }
    box.append(content);
    if (chrome) {
      this.footer = document.createElement("div");
      this.footer.className = "dialog-footer";
      const text = document.createElement("span");
      text.className = "dialog-hint";
      text.textContent = hint ?? "";
      this.footer.append(text);
      box.append(this.footer);
      actions.forEach((action) => this.addButton(action));
    }
    const blanket = document.createElement("div");
    blanket.className = "blanket";
    blanket.append(box);
    return blanket;
  }

  header() {
    const header = document.createElement("div");
    header.className = "dialog-header";
    const title = document.createElement("h2");
    title.textContent = this.title;
    const close = document.createElement("button");
    close.className = "icon-button";
    close.setAttribute("aria-label", "Close");
    close.append(Object.assign(document.createElement("span"), { className: "cross" }));
    close.addEventListener("click", () => this.dismiss());
    header.append(title, close);
    return header;
  }

  addButton({ identifier, text, type, disabled, hidden, onClick }) {
    const button = document.createElement("button");
    button.className = type === "primary" ? "button button-primary" : "button";
    button.dataset.identifier = identifier;
    button.textContent = text;
    button.disabled = Boolean(disabled);
    button.hidden = Boolean(hidden);
    button.addEventListener("click", () => {
      // The app's page hears of it and closes the dialog, unless it wants to stay.
      onClick?.();
      if (identifier === "cancel" && !this.ready) {
        this.dismiss();
      }
    });
    // Submit stands at the edge, as the last one.
    this.footer?.append(button);
    const submit = this.button("submit");
    if (submit && submit !== button) {
      this.footer.append(submit);
    }
  }

  button(identifier) {
    return this.box.querySelector(`[data-identifier="${CSS.escape(identifier)}"]`);
  }

  show() {
    behind.inert = true;
    stack.slice(0, -1).forEach(({ element }) => (element.inert = true));
    room.append(this.element);
    this.box.focus();
    this.content.append(connectHost.create(this.extension)[0]);
  }

  /** Closes the dialog and tells the app, as `AP.dialog.close` would. */
  dismiss() {
    if (this === top()) {
      connectHost.dialog.close(this.extension.addon_key);
    }
  }

  remove() {
    stack.splice(stack.indexOf(this), 1);
    const iframe = this.element.querySelector("iframe");
    if (iframe?.id) {
      connectHost.destroy(iframe.id);
    }
    this.element.remove();
    this.options.onHide?.();
    const next = top();
    if (next) {
      next.element.inert = false;
    } else {
      behind.inert = false;
    }
    this.opener?.focus?.();
  }
}

/** Per cents are of the window. */
function ofWindow(length, unit) {
  return length.replace("%", unit);
}

function top() {
  return stack.at(-1);
}
