// Sending a place: where the person stands, after a plain word about permission, or a hamlet from the list.

import { make, newKey, say } from "./texts.js";
import * as view from "./view.js";
import { address, send } from "./wire.js";

const dialog = document.getElementById("place");
const here = document.getElementById("place-here");
const problem = document.getElementById("place-problem");
const hamlets = document.getElementById("place-hamlets");
const REFUSED = 1;

export const available = typeof dialog.showModal === "function";

export async function open() {
  problem.hidden = true;
  here.hidden = !(window.isSecureContext && navigator.geolocation);
  dialog.showModal();
  try {
    const answer = await fetch(address("/chat/hamlets"), { headers: { accept: "application/json" } });
    list((await answer.json()).hamlets);
  } catch { /* without a list the position and words remain */ }
}

function list(names) {
  hamlets.hidden = !names.length;
  hamlets.querySelector(".choices").replaceChildren(...names.map(({ name }) => {
    const button = make("button", { type: "button", textContent: name });
    button.addEventListener("click", () => {
      dialog.close();
      const key = newKey();
      send({ message_id: key, text: name }, view.pending(key, name));
    });
    return button;
  }));
}

here.addEventListener("click", () => {
  here.disabled = true;
  navigator.geolocation.getCurrentPosition(found, missed, { enableHighAccuracy: true, timeout: 15_000 });
});

function found({ coords }) {
  here.disabled = false;
  dialog.close();
  const key = newKey();
  const place = { latitude: coords.latitude, longitude: coords.longitude };
  const shown = `${say("place_own")}: ${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`;
  send({ message_id: key, place }, view.pending(key, shown, "place"));
}

function missed(error) {
  here.disabled = false;
  problem.textContent = say(error.code === REFUSED ? "place_denied" : "place_unknown");
  problem.hidden = false;
}
