// What widgets cannot say by themselves: which help belongs to which control, which button stands for where one is,
// and where the focus goes when the button that had it is gone.
let held = null, titled = null;
addEventListener("focusin", (event) => (held = event.target));
new MutationObserver(() => {
  const set = (node, name, value) => node.getAttribute(name) !== value && node.setAttribute(name, value);
  const language = document.querySelector("[data-language]");
  if (language) set(document.documentElement, "lang", language.dataset.language === "en" ? "en" : "zh-CN");
  document.querySelectorAll(".ck-field").forEach((field, n) => {
    const told = [...field.querySelectorAll(":scope > .ck-helps, :scope > .ck-faults")];
    told.forEach((piece, m) => piece.id || (piece.id = `told-${n}-${m}-${Date.now()}`));
    const control = field.querySelector(":scope > .widget-inline-hbox :is(input, select)");
    if (!control) return;
    set(control, "aria-describedby", told.map((piece) => piece.id).join(" "));
    set(control, "aria-invalid", String(Boolean(field.querySelector(":scope > .ck-faults .ck-what"))));
  });
  document.querySelectorAll(".ck-group").forEach((group) => {
    set(group, "role", "group");
    set(group, "aria-label", group.querySelector(".ck-legend")?.textContent ?? "");
  });
  document.querySelectorAll(".ck-step, .ck-request").forEach((step) => {
    if (step.classList.contains("ck-open")) set(step, "aria-current", step.classList.contains("ck-step") ? "step" : "true");
    else step.removeAttribute("aria-current");
  });
  document.querySelectorAll(".ck-more").forEach((more) => {
    set(more, "aria-expanded", String(more.classList.contains("mod-active")));
  });
  // a panel that opens takes the focus to its heading; so does a page from which the focused button is gone
  const title = document.querySelector(".ck-title"), text = title?.querySelector("h2")?.textContent ?? null;
  const lost = document.activeElement === document.body && held && !held.isConnected;
  if (text && ((titled && text !== titled) || lost)) {
    set(title, "tabindex", "-1");
    title.focus();
  }
  titled = text ?? titled;
}).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
