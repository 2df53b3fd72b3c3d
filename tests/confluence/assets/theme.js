// Light, dark, or as the system has it. The bridge watches the attribute and tells the apps.

for (const choice of document.querySelectorAll("[data-choose-theme]")) {
  choice.addEventListener("click", () => {
    const theme = choice.dataset.chooseTheme;
    document.documentElement.dataset.chosenTheme = theme;
    document.cookie = `simulator-theme=${theme}; Path=/; SameSite=Lax; Max-Age=31536000`;
    for (const other of document.querySelectorAll("[data-choose-theme]")) {
      other.setAttribute("aria-checked", String(other === choice));
    }
    apply();
  });
}

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
systemIsDark.addEventListener("change", apply);
apply();

function apply() {
  const { chosenTheme } = document.documentElement.dataset;
  const system = systemIsDark.matches ? "dark" : "light";
  document.documentElement.dataset.colorMode = chosenTheme === "auto" ? system : chosenTheme;
}
