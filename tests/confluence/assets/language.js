// The person's language. As in Confluence it takes a reload, after which the bridge tells it to the apps.

import { showFlag } from "./flags.js";

for (const choice of document.querySelectorAll("[data-choose-language]")) {
  choice.addEventListener("click", async () => {
    const { account } = choice.closest("[data-account]").dataset;
    const response = await fetch(`/control/people/${encodeURIComponent(account)}`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ locale: choice.dataset.chooseLanguage }),
    });
    if (response.ok) {
      location.reload();
    } else {
      const { error } = await response.json();
      showFlag("error", "That didn't work", error);
    }
  });
}
