import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { Markdown } from "@/markdown/Markdown";
import { cn } from "@/lib/classes";

import { useParsed, useText } from "./bytes";
import { parseDialogue, type Turn, wordsOf } from "./dialogue";
import { NotReady } from "./NotReady";
import { TextDiff } from "./TextDiff";
import type { ItemViewerProps, MediaKind, PairViewerProps } from "./viewer";

/** So many letters of a text stand in a card; all of it on the full screen. */
const SHORT = 4_000;
/** Longer texts are shown as they are: Markdown of that size would hold the page up. */
const MARKED = 200_000;

function Text(props: ItemViewerProps) {
  return props.item.format === "json" ? <Dialogue {...props} /> : <Words {...props} />;
}

const PAGE = "h-full overflow-auto rounded bg-sunken px-2.5 py-1.5";

function Words({ source, item, full }: ItemViewerProps) {
  const { t } = useTranslation();
  const text = useText(source, item);
  if (text.state !== "ready") return <NotReady held={text} />;
  const cut = !full && text.value.length > SHORT;
  const shown = cut ? text.value.slice(0, SHORT) : text.value;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
    <div tabIndex={0} role="group" aria-label={item.caption ?? source.key} className={PAGE}>
      {shown.length > MARKED ? (
        <pre className="text-small whitespace-pre-wrap">{shown}</pre>
      ) : (
        <Markdown text={shown} />
      )}
      {cut && <p className="text-tiny text-ink-3">{t("media.cutText")}</p>}
    </div>
  );
}

function Dialogue({ source, item, full }: ItemViewerProps) {
  const turns = useParsed(source, item, parseDialogue);
  if (turns.state !== "ready") return <NotReady held={turns} />;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
    <div tabIndex={0} role="group" aria-label={item.caption ?? source.key} className={PAGE}>
      <ol className={cn("flex flex-col gap-2", full && "mx-auto max-w-4xl")}>
        {turns.value.map((turn, place) => (
          // oxlint-disable-next-line react/no-array-index-key -- a turn is told by its place
          <Bubble key={place} turn={turn} full={full} />
        ))}
      </ol>
    </div>
  );
}

/** Who speaks to the model stands at the right, the model at the left. */
function Bubble({ turn, full }: { turn: Turn; full: boolean }) {
  const { t } = useTranslation();
  const asks = turn.role === "user";
  const aside = turn.role === "system" || turn.role === "developer";
  const text = full ? turn.text : turn.text.slice(0, SHORT);
  return (
    <li
      data-role={turn.role}
      className={cn("flex max-w-[92%] flex-col", asks ? "ml-auto items-end" : "items-start")}
    >
      <span className="text-tiny text-ink-3">{t(`media.roles.${turn.role}`)}</span>
      <div
        className={cn(
          "max-w-full min-w-0 rounded border px-2 py-1",
          asks ? "border-transparent bg-accent-soft" : "border-line bg-panel",
          aside && "border-dashed text-ink-2",
        )}
      >
        <Markdown text={text} />
        {turn.more !== null && (
          <pre className="overflow-x-auto font-mono text-small whitespace-pre-wrap">
            {turn.more}
          </pre>
        )}
      </div>
    </li>
  );
}

/** Two texts beside each other, or what was taken out and put in. */
function Pair({ first, second, how }: PairViewerProps) {
  const [before, after] = [useText(first.source, first.item), useText(second.source, second.item)];
  const a = before.state === "ready" ? before.value : null;
  const b = after.state === "ready" ? after.value : null;
  const texts = useMemo(
    () => ({ first: wordsOf(first.item.format, a), second: wordsOf(second.item.format, b) }),
    [first.item.format, second.item.format, a, b],
  );
  if (how !== "diff")
    return (
      <div className="grid h-full grid-cols-2 gap-2 max-sm:grid-cols-1">
        <Text {...first} full />
        <Text {...second} full />
      </div>
    );
  if (before.state !== "ready") return <NotReady held={before} />;
  if (after.state !== "ready") return <NotReady held={after} />;
  return <TextDiff before={texts.second} after={texts.first} />;
}

export const viewer: MediaKind = { Item: Text, Pair: { ways: ["side", "diff"], View: Pair } };
