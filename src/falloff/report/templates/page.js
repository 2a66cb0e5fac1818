(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }

  all("button[data-seat]").forEach(function (button) {
    button.addEventListener("click", function () {
      var on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      all("." + button.dataset.seat).forEach(function (mark) { mark.classList.toggle("off", !on); });
    });
  });

  var section = document.getElementById("transcripts");
  if (!section) { return; }
  var selects = all("#filters select"), rows = all("#transcripts .row");
  var shown = document.getElementById("shown"), more = document.getElementById("more");
  var STEP = 20, limit = STEP;

  function wanted() {
    var value = {};
    selects.forEach(function (select) { value[select.name] = select.value; });
    var tokens = [value.kind, value.family, value.place];
    if (value.student && value.reason) { tokens.push(value.student + "." + value.reason); }
    else { tokens.push(value.student, value.reason); }
    return tokens.filter(Boolean);
  }

  function apply() {
    var tokens = wanted(), found = 0;
    rows.forEach(function (row) {
      var has = row.dataset.is.split(" ");
      var fits = tokens.every(function (token) { return has.indexOf(token) >= 0; });
      if (fits) { found += 1; }
      row.hidden = !fits || found > limit;
    });
    shown.textContent = Math.min(found, limit) + " shown, " + found + " of " + rows.length + " match";
    more.hidden = found <= limit;
    document.getElementById("none").hidden = found > 0;
  }

  function set(values) {
    selects.forEach(function (select) {
      select.value = values[select.name] || "";
      if (select.selectedIndex < 0) { select.value = ""; }
    });
    restart();
  }

  function restart() { limit = STEP; apply(); }

  function follow() {
    if (location.hash.indexOf("#show:") !== 0) { return; }
    var values = {};
    location.hash.slice(6).split(",").forEach(function (pair) {
      var parts = pair.split("=");
      values[parts[0]] = parts[1];
    });
    set(values);
    section.scrollIntoView();
    document.getElementById("transcripts-title").focus({ preventScroll: true });
  }

  selects.forEach(function (select) { select.addEventListener("change", restart); });
  more.addEventListener("click", function () { limit += STEP; apply(); });
  document.getElementById("reset").addEventListener("click", function () { set({}); });
  window.addEventListener("hashchange", follow);
  document.addEventListener("click", function (event) {
    var mark = event.target.closest('[data-show], a[href^="#show:"]');
    if (!mark) { return; }
    var place = mark.dataset.show || mark.getAttribute("href");
    if (place === location.hash) { follow(); } else { location.hash = place; }
  });
  apply();
  follow();
})();
