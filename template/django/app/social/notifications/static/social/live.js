// Updates the numbers of unread rows in the navigation, while the page is visible.
const { events: eventsUrl, unreadCounts: countsUrl } = document.currentScript.dataset;
let source = null;
let mayHaveMissedEvents = false;

async function updateCounts() {
  const response = await fetch(countsUrl, { headers: { Accept: "application/json" } });
  if (!response.ok || response.redirected) {
    return; // The session has ended.
  }
  const counts = await response.json();
  for (const number of document.querySelectorAll("[data-unread]")) {
    const count = counts[number.dataset.unread];
    number.textContent = count;
    number.parentElement.hidden = !count;
  }
}

function connect() {
  source = new EventSource(eventsUrl);
  source.onopen = () => {
    if (mayHaveMissedEvents) {
      updateCounts();
    }
  };
  source.onerror = () => {
    mayHaveMissedEvents = true;
  };
  source.onmessage = (message) => {
    if (JSON.parse(message.data).type === "notification.created") {
      updateCounts();
    }
  };
}

// Browsers have few connections for all pages of a site.
document.addEventListener("visibilitychange", () => {
  source?.close();
  if (document.visibilityState === "visible") {
    mayHaveMissedEvents = true;
    connect();
  }
});
if (document.visibilityState === "visible") {
  connect();
}
