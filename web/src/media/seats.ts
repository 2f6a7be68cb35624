/**
 * Who may have a WebGL context of its own. Browsers hold about sixteen and take the oldest away
 * without a word; so here at most a few pictures are live, those used last, and the others stand
 * still until somebody points at them.
 */

/** Live at once; one may need several contexts. */
export const SEATS = 4;

export interface Sitter {
  /** It may draw. */
  begin(): void;
  /** It must end, and keep a still of what it shows. */
  end(): Promise<void>;
}

export interface Seats {
  /** Ask for a seat; whoever has one already counts as used last. */
  ask(sitter: Sitter): void;
  /** It has drawn, and may have to make room. */
  settle(sitter: Sitter): void;
  /** It needs no seat any more. */
  leave(sitter: Sitter): void;
}

/** Seats for `count` sitters. */
export function makeSeats(count: number): Seats {
  /** In the order of their use; true: has drawn. */
  const seated = new Map<Sitter, boolean>();
  const waiting = new Set<Sitter>();
  const ending = new Set<Sitter>();

  const fill = () => {
    for (const sitter of waiting) {
      if (seated.size + ending.size >= count && !makeRoom()) return;
      if (seated.size + ending.size >= count) return;
      waiting.delete(sitter);
      seated.set(sitter, false);
      sitter.begin();
    }
  };
  /** End the one that was used longest ago; false: none has drawn yet. */
  const makeRoom = (): boolean => {
    if (ending.size > 0) return false;
    const oldest = [...seated].find(([, settled]) => settled)?.[0];
    if (!oldest) return false;
    seated.delete(oldest);
    ending.add(oldest);
    void oldest.end().finally(() => {
      ending.delete(oldest);
      fill();
    });
    return true;
  };
  return {
    ask(sitter) {
      const settled = seated.get(sitter);
      if (settled !== undefined) {
        seated.delete(sitter);
        seated.set(sitter, settled);
        return;
      }
      waiting.add(sitter);
      fill();
    },
    settle(sitter) {
      if (!seated.has(sitter)) return;
      seated.set(sitter, true);
      fill();
    },
    leave(sitter) {
      waiting.delete(sitter);
      if (seated.delete(sitter)) fill();
    },
  };
}

/** The seats of this page. */
export const seats = makeSeats(SEATS);
