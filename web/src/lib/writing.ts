/** Is a key pressed there meant for a text that is being written? */
export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("input:not([type=checkbox], [type=range], [type=radio]), textarea, select"))
  );
}
