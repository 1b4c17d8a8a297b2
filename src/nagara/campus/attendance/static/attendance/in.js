// A scan checks in at once. Without this script it takes one tap.
"use strict";
(() => {
  const form = document.getElementById("at-once");
  if (form && !document.prerendering) form.requestSubmit();
})();
