// Before anything is drawn: light or dark, where somebody chose it.
try {
  const chosen = localStorage.getItem("scheme");
  if (chosen) document.documentElement.dataset.scheme = chosen;
} catch (_refused) {
  // Storage is switched off: the page looks as the system does.
}
