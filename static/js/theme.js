// For pages without an account: wears the theme that this browser chose before anything is painted. Loaded as a blocking script.
const choice = localStorage.getItem("theme");
if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
