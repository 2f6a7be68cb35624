/* oxlint-disable unicorn/require-post-message-target-origin -- ports take none. */
/** The shared worker that holds the live connection for all tabs of this browser. */

import { openHub } from "./live-hub";
import type { HubMessage } from "./live-hub";

/** What a tab says: it is there (seen or hidden), or it goes. */
export type TabMessage = { type: "present"; visible: boolean } | { type: "leave" };

const ports = new Map<MessagePort, string>();
let last: HubMessage | null = null;
let count = 0;

const hub = openHub({
  emit(message) {
    if (message.type === "state") last = message;
    for (const port of ports.keys()) port.postMessage(message);
  },
});

function connect(port: MessagePort): void {
  count += 1;
  const tab = String(count);
  port.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
    if (data.type === "leave") {
      ports.delete(port);
      hub.leave(tab);
      return;
    }
    if (!ports.has(port)) {
      ports.set(port, tab);
      if (last) port.postMessage(last);
    }
    hub.present(tab, data.visible);
  });
  port.start();
}

addEventListener("connect", (event) => {
  for (const port of (event as MessageEvent).ports) connect(port);
});
