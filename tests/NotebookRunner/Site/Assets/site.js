(function () {
  "use strict";
  // Before the page is drawn, so that a page does not flash in the other theme.
  var root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)"), saved = null;
  try { saved = localStorage.getItem("theme"); } catch (blocked) { /* the page works without a memory */ }
  if (saved === "dark" || saved === "light") root.dataset.theme = saved;

  function isDark() { return root.dataset.theme ? root.dataset.theme === "dark" : system.matches; }

  document.addEventListener("DOMContentLoaded", function () {
    var theme = document.getElementById("theme"), status = document.getElementById("status");
    function label() {
      var text = "Switch to the " + (isDark() ? "light" : "dark") + " theme";
      theme.setAttribute("aria-label", text);
      theme.title = text;
    }
    theme.hidden = false;
    label();
    system.addEventListener("change", label);
    theme.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch (blocked) { /* for this page only */ }
      label();
    });

    // As in Jupyter, a \newcommand counts for all formulas below it, and may define a name again.
    var macros = {};
    function redefined(tex) {
      return tex.replace(/\\(?:re)?newcommand\*?\s*(\{?)\s*(\\[A-Za-z]+)/g, function (all, brace, name) {
        macros[name] = macros[name] || "{}";
        return "\\renewcommand" + brace + name;
      });
    }
    if (window.katex) document.querySelectorAll(".math").forEach(function (element) {
      katex.render(redefined(element.textContent.trim().replace(/^\\[([]|\\[)\]]$/g, "")), element, {
        displayMode: element.tagName === "DIV" || element.classList.contains("display"),
        throwOnError: false, errorColor: "var(--bad)", globalGroup: true, macros: macros
      });
    });

    document.querySelectorAll("pre.code").forEach(function (code) {
      var box = document.createElement("div"), button = document.createElement("button");
      box.className = "codebox";
      button.type = "button";
      button.textContent = "Copy";
      button.setAttribute("aria-label", "Copy this code");
      function say(text) {
        button.textContent = text;
        status.textContent = text;
        setTimeout(function () { button.textContent = "Copy"; status.textContent = ""; }, 1500);
      }
      function select() {
        var range = document.createRange();
        range.selectNodeContents(code);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        say("Selected");
      }
      button.addEventListener("click", function () {
        if (!navigator.clipboard) return select();
        navigator.clipboard.writeText(code.textContent).then(function () { say("Copied"); }, select);
      });
      code.parentNode.insertBefore(box, code);
      box.appendChild(code);
      box.appendChild(button);
    });

    // What scrolls can be reached and scrolled with the keyboard; what does not is no stop on the way.
    function markScrolling() {
      document.querySelectorAll("pre, .scroll, .html, .math.display, div.math").forEach(function (box) {
        if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
        else box.removeAttribute("tabindex");
      });
    }
    addEventListener("resize", markScrolling);
    addEventListener("load", markScrolling);
    document.querySelectorAll("details").forEach(function (details) { details.addEventListener("toggle", markScrolling); });

    if (matchMedia("(max-width: 64rem)").matches) document.querySelectorAll(".toc details").forEach(function (toc) { toc.open = false; });

    // The section that is being read is marked in the table of contents.
    var links = {}, headings = [];
    document.querySelectorAll(".toc a").forEach(function (link) {
      var heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading) { links[heading.id] = link; headings.push(heading); }
    });
    function markSection() {
      var current = null;
      headings.forEach(function (heading) { if (heading.getBoundingClientRect().top < 120) current = heading; });
      Object.keys(links).forEach(function (id) {
        if (current && id === current.id) links[id].setAttribute("aria-current", "location");
        else links[id].removeAttribute("aria-current");
      });
    }
    if (headings.length > 0) addEventListener("scroll", function () { requestAnimationFrame(markSection); }, { passive: true });
  });
})();
