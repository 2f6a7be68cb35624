/** How high parts of a grid of cards are, known before they exist. */

/** Height of a card and of the gap between cards (px). */
export const CARD = 216;
export const GAP = 8;
/** Height of a section's heading (px). */
const HEADING = 36;
/** Cards mounted and unmounted together: whole rows for 1, 2, 3, 4 and 6 columns. */
export const BLOCK = 12;

/** Height of so many rows of cards (px). */
export function heightOfRows(rows: number): number {
  return rows === 0 ? 0 : rows * CARD + (rows - 1) * GAP;
}

/** Height of a section of so many charts (px), of its heading alone when it is folded. */
export function heightOfSection(charts: number, columns: number, open: boolean): number {
  if (!open) return HEADING;
  const whole = Math.floor(charts / BLOCK) * Math.ceil(BLOCK / columns);
  return HEADING + heightOfRows(whole + Math.ceil((charts % BLOCK) / columns));
}
