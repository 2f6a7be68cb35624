import { CopyButton } from "./CopyButton";

/** Text to paste elsewhere, with its heading and a button that copies it. */
export function Snippet({ text, title }: { text: string; title?: string }) {
  return (
    <figure className="m-0 min-w-0">
      {title !== undefined && (
        <figcaption className="mb-1 text-small text-ink-2">{title}</figcaption>
      )}
      <div className="flex items-start rounded border border-line bg-sunken">
        <pre
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
          tabIndex={0}
          aria-label={title}
          className="min-w-0 grow overflow-x-auto p-2.5 font-mono text-small leading-5"
        >
          {text}
        </pre>
        <CopyButton text={text} className="m-1" />
      </div>
    </figure>
  );
}
