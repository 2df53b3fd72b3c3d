// What people do with pages here: write one, comment, search. All of it goes through the REST API, with the session.

import { showFlag } from "./flags.js";

for (const form of document.querySelectorAll("form[data-api]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    const response = await fetch(form.dataset.api, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(request(form.dataset.form, fields)),
    });
    if (!response.ok) {
      const { errors } = await response.json();
      showFlag("error", "That didn't work", errors?.[0]?.title);
      return;
    }
    const made = await response.json();
    location.assign(form.dataset.form === "page" ? `/wiki/pages/${made.id}` : location.href);
  });
}

document.querySelector("[data-copy-link]")?.addEventListener("click", async () => {
  await navigator.clipboard.writeText(location.href.split("#")[0]);
  showFlag("success", "Link copied");
});

function request(form, { spaceId, title, pageId, text }) {
  const body = { representation: "storage", value: storage(text) };
  return form === "page" ? { spaceId, status: "current", title, body } : { pageId, body };
}

/** Plain text in Confluence's storage format. */
function storage(text) {
  const escape = (line) => line.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
  return text
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== "")
    .map((paragraph) => `<p>${escape(paragraph).replaceAll("\n", "<br/>")}</p>`)
    .join("");
}
