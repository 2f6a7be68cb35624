/** Dragging with the pointer; menus do the same for the keyboard and for touch. */

import { type DragEvent, useState } from "react";

/** What is dragged on this page: a chart within its section, or a section. */
interface Dragged {
  /** Things of the same group change places with each other. */
  group: string;
  id: string;
}

let dragged: Dragged | null = null;

/** Properties of what is taken hold of. */
export function dragProps(group: string, id: string) {
  return {
    draggable: true,
    onDragStart(event: DragEvent) {
      dragged = { group, id };
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", id);
    },
    onDragEnd() {
      dragged = null;
    },
  };
}

export type Side = "before" | "after";

/**
 * Properties of where something can be let go, and on which side of it that would be. Beside each
 * other charts go before and after by the middle of the width, sections by that of the height.
 */
export function useDrop(
  group: string,
  id: string,
  along: "x" | "y",
  onDrop: (id: string, side: Side) => void,
) {
  const [side, setSide] = useState<Side | null>(null);
  const welcome = () => dragged?.group === group && dragged.id !== id;
  const sideOf = (event: DragEvent<HTMLElement>): Side => {
    const box = event.currentTarget.getBoundingClientRect();
    const share =
      along === "x"
        ? (event.clientX - box.left) / box.width
        : (event.clientY - box.top) / box.height;
    return share < 0.5 ? "before" : "after";
  };
  const props = {
    onDragOver(event: DragEvent<HTMLElement>) {
      if (!welcome()) return;
      event.preventDefault();
      setSide(sideOf(event));
    },
    onDragLeave(event: DragEvent<HTMLElement>) {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setSide(null);
    },
    onDrop(event: DragEvent<HTMLElement>) {
      setSide(null);
      if (!welcome() || dragged === null) return;
      event.preventDefault();
      onDrop(dragged.id, sideOf(event));
      dragged = null;
    },
  };
  return { side, props };
}
