// Navigation without loading a page, on pages that ask for it with ?swap=body or ?swap=inner: a link fetches the next page
// and puts its body in place of this one, as Turbo does, or its body's children, as htmx does. It stands in for both
// wherever it has to be shown that the chat survives such a change.

(() => {
  "use strict";

  const howToSwap = document.currentScript.dataset.swap;

  // A parsed script does not run: whoever swaps bodies makes it anew, so whatever is in the body must bear running twice.
  function wakeScripts(root) {
    for (const dead of root.querySelectorAll("script")) {
      const live = document.createElement("script");
      for (const { name, value } of dead.attributes) live.setAttribute(name, value);
      live.textContent = dead.textContent;
      dead.replaceWith(live);
    }
  }

  function show(next) {
    document.title = next.title;
    for (const name of ["lang", "dir", "class"]) {
      const value = next.documentElement.getAttribute(name);
      if (value === null) document.documentElement.removeAttribute(name);
      else document.documentElement.setAttribute(name, value);
    }
    if (howToSwap === "inner") {
      document.body.replaceChildren(...next.body.childNodes);
    } else {
      document.body.replaceWith(document.adoptNode(next.body));
    }
    wakeScripts(document.body);
    document.dispatchEvent(new CustomEvent("bookshop:swapped"));
  }

  let latest = 0;

  async function visit(url, { push }) {
    const mine = ++latest;
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    const html = await response.text();
    if (mine !== latest) return; // another link was chosen meanwhile
    if (push) history.pushState({ swap: true }, "", response.url);
    show(new DOMParser().parseFromString(html, "text/html"));
    window.scrollTo(0, 0);
  }

  function go(url, options) {
    visit(url, options).catch(() => window.location.assign(url));
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a[href]");
    if (!link || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (url.origin !== window.location.origin || url.pathname.startsWith("/admin/")) return;
    if (url.hash && url.pathname === window.location.pathname) return;
    event.preventDefault();
    go(url.href, { push: true });
  });

  window.addEventListener("popstate", () => go(window.location.href, { push: false }));
})();
