// Links named "cancel" of Oscar's dashboard have inline handlers, which the
// Content-Security-Policy forbids.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[onclick*='history.go(-1)'], a[onclick*='window.close']");
  if (!link) return;
  event.preventDefault();
  if (link.getAttribute("onclick").includes("window.close")) window.close();
  else window.history.back();
});
