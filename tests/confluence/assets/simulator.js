// The simulator's own pages: forms and buttons that call the control API.

import { showFlag } from "./flags.js";

for (const form of document.querySelectorAll("form[data-control]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { submitter } = event;
    const fields = Object.fromEntries(new FormData(form, submitter).entries());
    call(form.dataset.method, form.dataset.control, typed(fields), submitter);
  });
}

async function call(method, path, body, button) {
  button.disabled = true;
  const response = await fetch(`/control${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: method === "DELETE" ? undefined : JSON.stringify(body),
  });
  if (response.ok) {
    location.reload();
    return;
  }
  button.disabled = false;
  const { error } = await response.json();
  showFlag("error", "That didn't work", error);
}

/** Form fields are text; the control API wants numbers and truth values. */
function typed(fields) {
  const values = { true: true, false: false };
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== "")
      .map(([name, value]) => [name, values[value] ?? (name.endsWith("Seconds") ? Number(value) : value)]),
  );
}
