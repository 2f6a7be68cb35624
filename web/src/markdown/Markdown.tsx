import { lazy, Suspense } from "react";

const MarkdownText = lazy(() => import("./MarkdownText"));

/** A text that people wrote, as Markdown; until that is loaded, as they wrote it. */
export function Markdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<div className="break-words whitespace-pre-wrap">{text}</div>}>
      <MarkdownText text={text} />
    </Suspense>
  );
}
