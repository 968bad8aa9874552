/* Berth enhancements. Loaded in <head>, not deferred: what only a script can serve must be known before the first
   paint. Every page works without this file. */
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Sentences are English here. A page in another language brings them in that one, by the English.
  const inWords = (text) => JSON.parse(document.getElementById("words")?.textContent ?? "{}")[text] ?? text;

  const say = (text) => {
    const live = document.getElementById("live");
    if (live) { live.textContent = ""; requestAnimationFrame(() => { live.textContent = text; }); }
  };

  // Theme. The server renders data-theme from a cookie; here it changes at once, and the server is told.
  const showTheme = (value) => {
    if (value === "light" || value === "dark") root.dataset.theme = value; else delete root.dataset.theme;
    document.querySelectorAll("[data-theme-set]").forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === (root.dataset.theme || "system"))));
  };
  const keepTheme = (value) => {
    showTheme(value);
    const form = document.querySelector("[data-theme-form]");
    const body = new FormData(form);
    body.set("theme", value);
    fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" }, keepalive: true })
      .then((answer) => { if (!answer.ok) throw new Error(); })
      .catch(() => say(inWords("The theme is changed on this page only.")));
  };

  // The clipboard API needs a secure context; a console on plain http keeps the older way.
  const copyText = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "vh" });
    document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
  };

  document.addEventListener("click", async (event) => {
    const theme = event.target.closest("[data-theme-set]");
    if (theme) { event.preventDefault(); keepTheme(theme.dataset.themeSet); return; }

    if (event.target.closest("[data-theme-quick]")) {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      keepTheme(dark ? "light" : "dark");
      return;
    }

    const copy = event.target.closest("[data-copy], [data-copy-text]");
    if (copy) {
      const source = document.getElementById(copy.dataset.copy);
      const text = copy.dataset.copyText ?? source.value ?? source.textContent.replace(/\n$/, "");
      await copyText(text);
      copy.setAttribute("data-done", "");
      say(inWords("Copied."));
      setTimeout(() => copy.removeAttribute("data-done"), 2000);
      return;
    }

    const dialog = event.target.closest("dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) { event.preventDefault(); dialog.close(); }
  });

  // A confirmation that htmx brought opens as a dialog; closed, it is emptied, and focus goes back to its opener.
  let opener = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target.id === "dialog") opener = event.detail.elt.closest("[popover]")?.id || event.detail.elt;
    event.detail.elt.closest("[popover]")?.hidePopover();
    const button = event.detail.elt.matches("button") ? event.detail.elt : event.detail.elt.querySelector?.("button[type=submit]");
    if (button && event.detail.elt.matches("button, form")) button.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", () => {
    document.querySelectorAll("button[aria-busy=true]").forEach((button) => button.removeAttribute("aria-busy"));
  });
  // A button that waits is disabled, or replaced by the answer, and loses the focus: it gets it back, or the button that
  // came in its place, unless the person went on to something else.
  let waiting = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.activeElement !== document.body) waiting = event.detail.elt.contains(document.activeElement) ? document.activeElement : null;
  });
  const giveFocusBack = (event) => {
    if (!waiting || document.activeElement !== document.body) return;
    const place = document.getElementById(event.detail.target.id);
    const button = waiting.isConnected ? waiting : place?.querySelector("form:not([popover] *) button[type=submit]");
    if (button && !button.disabled) { button.focus({ preventScroll: true }); waiting = null; }
  };
  // A test that ran means that the form was in order: what was said of its fields before is old. The name is not tested.
  const forgetErrors = (form) => {
    form.querySelectorAll(".errors:not(#id_name_error)").forEach((errors) => {
      const field = errors.closest(".field");
      field.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
      field.querySelector(".drop--bad")?.classList.remove("drop--bad");
      document.querySelector(`#summary a[href="#${errors.id.replace(/_error$/, "")}"]`)?.closest("li").remove();
      errors.remove();
    });
    if (!form.querySelector(".errors")) document.getElementById("summary")?.remove();
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = event.detail.requestConfig?.elt.closest("#connection");
    if (form && event.detail.target.id === "check") forgetErrors(form);
    if (event.detail.target.id === "dialog" && !event.detail.target.open) event.detail.target.showModal();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    document.getElementById(event.detail.target.id)?.querySelector("[data-focus]")?.focus();
    giveFocusBack(event);
    // Rows that came below take the focus from the button that asked for them, and stay where they are.
    const arrived = document.querySelector("[data-arrived]");
    if (arrived) { arrived.removeAttribute("data-arrived"); arrived.focus({ preventScroll: true }); }
  });
  document.addEventListener("close", (event) => {
    event.target.replaceChildren();
    const back = typeof opener === "string" ? document.querySelector(`[popovertarget="${CSS.escape(opener)}"]`) : opener;
    back?.focus();
    opener = null;
  }, true);

  // A form that is sent without htmx, and may take long, says so by its button; one that was stopped can be sent again.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !event.target.matches("[data-wait]")) return;
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), 30000);
  });

  // An answer that did not come must not look like a button that does nothing.
  const sayFault = (status) => {
    const text = status ? inWords("Berth answered with HTTP {status}. Load the page again to see where things stand.").replace("{status}", status)
      : inWords("Berth did not answer. Look at the connection, then load the page again.");
    document.getElementById("fault")?.remove();
    const notice = Object.assign(document.createElement("p"), { id: "fault", className: "notice notice--bad", textContent: text });
    notice.setAttribute("role", "alert");
    document.querySelector("#main > .wrap")?.prepend(notice);
    notice.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("htmx:responseError", (event) => sayFault(event.detail.xhr.status));
  document.addEventListener("htmx:sendError", () => sayFault(0));

  // A whole page where a part was asked for is the sign-in page: load this page again, so that it leads back here.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!/^\s*<!doctype/i.test(event.detail.serverResponse) || event.detail.xhr.getResponseHeader("HX-Reselect")) return;
    event.detail.shouldSwap = false;
    location.reload();
  });

  // What was pasted is looked up at once, so leaving the field asks nothing new: a second answer would take the first one
  // away from under the pointer that is about to press it.
  let answered = null;
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters, triggeringEvent } = event.detail;
    if (elt.matches("form.paste") && triggeringEvent?.type === "change" && parameters.ref === answered) event.preventDefault();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "found") answered = event.detail.requestConfig.parameters.ref;
  });

  // Where a secret that is pasted has line breaks, a browser would put spaces. No login holds either, so the lines are
  // joined; a backslash at the end of a line is how a command goes on.
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (!event.target.matches?.("input[type=password]") || !/[\r\n]/.test(text)) return;
    event.preventDefault();
    document.execCommand("insertText", false, text.replace(/\\\s*[\r\n]\s*/g, " ").replace(/[ \t]*[\r\n]\s*/g, ""));
    say(inWords("The lines were joined into one."));
  });

  // What is shown once does not come back with Back, where the browser keeps a page as it was left.
  addEventListener("pagehide", () => document.querySelectorAll("[data-once]").forEach((part) => part.remove()));

  // A key file dropped or chosen is read into the text area, so what is sent can be seen.
  const fill = (drop, file) => {
    const area = drop.querySelector("textarea");
    if (file && area) file.text().then((text) => { area.value = text; say(inWords("Read {name}.").replace("{name}", () => file.name)); });
  };
  const dropOf = (event) => event.target.closest?.(".drop");
  document.addEventListener("dragover", (event) => { const drop = dropOf(event); if (drop) { event.preventDefault(); drop.dataset.over = ""; } });
  document.addEventListener("dragleave", (event) => { const drop = dropOf(event); if (drop) delete drop.dataset.over; });
  document.addEventListener("drop", (event) => {
    const drop = dropOf(event);
    if (!drop) return;
    event.preventDefault();
    delete drop.dataset.over;
    const { files } = event.dataTransfer, chooser = drop.querySelector("input[type=file]");
    if (chooser && files.length === 1) chooser.files = files;  // It says what was dropped, and sends the name.
    fill(drop, files[0]);
  });
  document.addEventListener("change", (event) => { if (event.target.type === "file" && dropOf(event)) fill(dropOf(event), event.target.files[0]); });

  document.addEventListener("DOMContentLoaded", () => {
    showTheme(root.dataset.theme || "system");
    (document.querySelector("[data-focus]") || document.querySelector("main [aria-invalid=true]"))?.focus();
    document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  });
})();
