// EdgeNode: the only script. Every page works without it; it opens a card whose secret stands after "#",
// keeps marked regions current, and prints. Written for old phones: no syntax after 2015.
(function () {
  "use strict";
  var doc = document;

  // A login card's link is http://cabinet/c#SECRET. What follows "#" never reaches the network: it goes into the form here.
  var card = doc.getElementById("card");
  var secret = location.hash.slice(1);
  if (card && secret.length >= 26) {
    card.elements.code.value = secret;
    history.replaceState(null, "", location.pathname);
    doc.body.setAttribute("aria-busy", "true");
    card.submit();
    return;
  }

  each(doc.querySelectorAll("[data-print]"), function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  // Kinds that fit the words appear while somebody types. Only this part of the form is asked for; what is chosen in it stays chosen.
  var form = doc.querySelector("form[data-suggest]");
  if (form) suggest(form, doc.getElementById("title"), doc.getElementById("kinds"));

  // A picture is made smaller before it is sent; drawn anew it also loses what the camera wrote into it. Without a script the cabinet does the second part.
  each(doc.querySelectorAll("form[data-shrink]"), shrink);

  // On a narrow screen the stewards' rail scrolls; the present place must be seen.
  var rail = doc.querySelector(".rail"), here = doc.querySelector(".rail [aria-current]");
  if (rail && here) rail.scrollLeft = here.offsetLeft - (rail.clientWidth - here.offsetWidth) / 2;

  // Regions marked data-live="rings entries" are replaced when one of these topics changed.
  var source = null, timer = 0, retry = 0, since = doc.body.getAttribute("data-since");
  if (!doc.querySelector("[data-live]") || !window.EventSource) return;
  doc.addEventListener("visibilitychange", function () {
    if (doc.hidden) { close(); } else { open(); refresh(); }
  });
  window.addEventListener("pagehide", close);
  if (!doc.hidden) open();
  setInterval(function () { if (!doc.hidden) refresh(); }, 60000); // ages grow even when nothing happens

  function suggest(form, title, kinds) {
    var wait = 0, asked = null, last = title.value;
    form.classList.add("scripted"); // hides the button that does the same
    title.addEventListener("input", function () { clearTimeout(wait); wait = setTimeout(ask, 150); });
    function ask() {
      if (title.value === last) return;
      if (asked) asked.abort();
      asked = new XMLHttpRequest();
      var query = "?title=" + encodeURIComponent(title.value), typed = title.value;
      each(kinds.querySelectorAll("input:checked"), function (box) { query += "&category=" + encodeURIComponent(box.value); });
      asked.open("GET", form.getAttribute("data-suggest") + query);
      asked.responseType = "document";
      asked.timeout = 5000;
      asked.onload = function () {
        var fresh = this.status === 200 && this.response && this.response.getElementById("kinds");
        if (this.status === 429) wait = setTimeout(ask, 1000);
        if (!fresh) return;
        last = typed;
        var chosen = [];
        each(kinds.querySelectorAll("input:checked"), function (box) { chosen.push(box.value); });
        if (!kinds.contains(doc.activeElement)) kinds.innerHTML = fresh.innerHTML;
        each(kinds.querySelectorAll("input"), function (box) { if (chosen.indexOf(box.value) >= 0) box.checked = true; });
      };
      asked.send();
    }
  }

  function shrink(form) {
    var most = +form.getAttribute("data-shrink"), file = form.querySelector("input[type=file]");
    if (!window.createImageBitmap || !window.DataTransfer || !HTMLCanvasElement.prototype.toBlob) return;
    form.addEventListener("submit", function (event) {
      if (!file.files[0]) return;
      event.preventDefault();
      createImageBitmap(file.files[0]).then(function (image) { draw(image, 1280, 0.85); }, function () { form.submit(); });
    });
    function draw(image, side, quality) {
      var canvas = doc.createElement("canvas"), scale = Math.min(1, side / Math.max(image.width, image.height));
      canvas.width = Math.max(1, Math.round(image.width * scale));
      canvas.height = Math.max(1, Math.round(image.height * scale));
      var pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (small) {
        if (small && small.size > most && side > 160) { draw(image, Math.round(side * 0.75), Math.max(0.6, quality - 0.05)); return; }
        if (small) {
          var chosen = new DataTransfer();
          chosen.items.add(new File([small], "picture.jpg", { type: "image/jpeg" }));
          file.files = chosen.files;
        }
        form.submit();
      }, "image/jpeg", quality);
    }
  }

  function open() {
    if (source) return;
    source = new EventSource("/events?since=" + since); // what changed since the page was made is told of at once
    source.addEventListener("change", function (event) {
      var topics = event.data.split(" ");
      var wanted = false;
      each(doc.querySelectorAll("[data-live]"), function (region) {
        region.getAttribute("data-live").split(" ").forEach(function (t) { wanted = wanted || topics.indexOf(t) >= 0; });
      });
      if (wanted) { clearTimeout(timer); timer = setTimeout(refresh, 250); }
    });
    source.onerror = function () {
      if (source && source.readyState === 2) { close(); clearTimeout(retry); retry = setTimeout(open, 30000); }
    };
  }

  function close() {
    if (source) { source.close(); source = null; }
  }

  function refresh() {
    var request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.setRequestHeader("X-EdgeNode-Live", "1");
    request.responseType = "document";
    request.timeout = 10000;
    request.onload = function () {
      if (request.status === 200 && request.response && request.responseURL.split("#")[0] === location.href.split("#")[0]) {
        since = request.response.body.getAttribute("data-since");
        each(doc.querySelectorAll("[data-live]"), function (region) { replace(region, request.response.getElementById(region.id)); });
      }
    };
    request.send();
  }

  // Never under somebody's fingers: a region in which a field is being filled or a part is opened stays as it is.
  function replace(region, fresh) {
    if (!fresh || fresh.innerHTML === region.innerHTML || region.querySelector("details[open]")) return;
    var active = doc.activeElement;
    var inside = active && region.contains(active);
    if (inside && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName)) return;
    var mark = inside && (active.id || active.getAttribute("href"));
    var news = withoutAges(region) !== withoutAges(fresh);
    region.innerHTML = fresh.innerHTML;
    region.classList.remove("changed");
    void region.offsetWidth; // restarts the animation
    if (news) region.classList.add("changed");
    each(mark ? region.querySelectorAll("[id],a[href]") : [], function (element) {
      if (element.id === mark || element.getAttribute("href") === mark) element.focus();
    });
  }

  function withoutAges(region) {
    return region.innerHTML.replace(/<time[^>]*>[^<]*<\/time>/g, "");
  }

  function each(list, act) {
    Array.prototype.forEach.call(list, act);
  }
})();
