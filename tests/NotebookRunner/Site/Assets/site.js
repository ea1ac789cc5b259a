(function () {
  "use strict";
  // Before the page is drawn, so that a dark page does not flash white.
  var saved = null;
  try { saved = localStorage.getItem("theme"); } catch (blocked) { /* the page works without a memory */ }
  document.documentElement.dataset.theme = saved || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  document.addEventListener("DOMContentLoaded", function () {
    document.getElementById("theme").addEventListener("click", function () {
      var theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = theme;
      try { localStorage.setItem("theme", theme); } catch (blocked) { /* for this page only */ }
    });

    if (window.katex) document.querySelectorAll(".math").forEach(function (element) {
      var tex = element.textContent.trim().replace(/^\\[([]|\\[)\]]$/g, "");
      katex.render(tex, element, { displayMode: element.tagName === "DIV" || element.classList.contains("display"), throwOnError: false });
    });

    document.querySelectorAll("main h2[id], main h3[id]").forEach(function (heading) {
      var link = document.createElement("a");
      link.className = "anchor";
      link.href = "#" + heading.id;
      link.textContent = "#";
      link.setAttribute("aria-label", "Link to this section: " + heading.textContent);
      heading.appendChild(link);
    });

    document.querySelectorAll("pre.code").forEach(function (code) {
      var box = document.createElement("div"), button = document.createElement("button");
      box.className = "codebox";
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", function () {
        var done = function () { button.textContent = "Copied"; setTimeout(function () { button.textContent = "Copy"; }, 1500); };
        if (navigator.clipboard) navigator.clipboard.writeText(code.innerText).then(done);
        else {
          var range = document.createRange();
          range.selectNodeContents(code);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
          button.textContent = "Selected";
        }
      });
      code.parentNode.insertBefore(box, code);
      box.appendChild(code);
      box.appendChild(button);
    });

    if (matchMedia("(max-width: 62rem)").matches) document.querySelectorAll(".toc details").forEach(function (toc) { toc.open = false; });
  });
})();
