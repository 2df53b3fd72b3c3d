// Menus as the ARIA Authoring Practices describe them: a button that opens a list, arrow keys within it.
// https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/

const buttons = document.querySelectorAll("[aria-haspopup=menu]");

for (const button of buttons) {
  const menu = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => (isOpen(button) ? close(button) : open(button, 0)));
  button.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      open(button, event.key === "ArrowDown" ? 0 : -1);
    }
  });
  menu.addEventListener("keydown", (event) => move(event, button, menu));
  // Before the click does its work: what that opens is opened from the button, and gives the focus back to it.
  const choose = (event) => event.target.closest("[role^=menuitem]") && close(button);
  menu.addEventListener("click", choose, { capture: true });
  // Focus that leaves a menu closes it, be it by Tab or by a click elsewhere.
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget) && event.relatedTarget !== button) {
      hide(button);
    }
  });
}

function open(button, index) {
  buttons.forEach(hide);
  const menu = document.getElementById(button.getAttribute("aria-controls"));
  button.setAttribute("aria-expanded", "true");
  menu.hidden = false;
  items(menu).at(index)?.focus();
}

function close(button) {
  hide(button);
  button.focus();
}

function hide(button) {
  button.setAttribute("aria-expanded", "false");
  document.getElementById(button.getAttribute("aria-controls")).hidden = true;
}

function isOpen(button) {
  return button.getAttribute("aria-expanded") === "true";
}

function items(menu) {
  return [...menu.querySelectorAll("[role^=menuitem]")];
}

function move(event, button, menu) {
  const all = items(menu);
  const current = all.indexOf(document.activeElement);
  const next = {
    ArrowDown: () => all.at((current + 1) % all.length),
    ArrowUp: () => all.at(current - 1),
    Home: () => all.at(0),
    End: () => all.at(-1),
  }[event.key];
  if (next) {
    event.preventDefault();
    next().focus();
  } else if (event.key === "Escape") {
    close(button);
  } else if (event.key === " ") {
    event.preventDefault();
    document.activeElement.click();
  } else if (event.key.length === 1) {
    const letter = event.key.toLowerCase();
    const after = [...all.slice(current + 1), ...all.slice(0, current + 1)];
    after.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))?.focus();
  }
}
