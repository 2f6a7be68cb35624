import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, Copy, Pencil, TriangleAlert } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { type TextName, type Translate, useTranslation } from "@/i18n";

import type { Run } from "@/api/messages";
import { sessionQuery } from "@/api/queries";
import { CopyButton } from "@/components/CopyButton";
import { StateMark } from "@/components/StateMark";
import { ColorPicker } from "@/edit/ColorPicker";
import { LineInput } from "@/edit/LineInput";
import { RunMenu } from "@/edit/RunMenu";
import { StopButton, StopNote } from "@/edit/StopRun";
import { TagsBar } from "@/edit/TagsBar";
import { type Edits, useEdits } from "@/edit/useEdits";
import { cn } from "@/lib/classes";
import { formatAgo, formatDuration, formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";

/** The line of a traceback that names the error is its last. */
function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? text;
}

interface NoteProps {
  look: "bad" | "warn";
  title: string;
  /** Opened by a click; nothing to open when missing. */
  children?: ReactNode;
}

function Note({ look, title, children }: NoteProps) {
  const Icon = look === "bad" ? CircleAlert : TriangleAlert;
  const line = (
    <>
      <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span className="min-w-0 break-words">{title}</span>
    </>
  );
  const colour = look === "bad" ? "text-bad" : "text-warn";
  if (children === undefined) {
    return <p className={cn("flex gap-2 text-small", colour)}>{line}</p>;
  }
  return (
    <details className="text-small">
      <summary className={cn("flex cursor-pointer list-none gap-2 rounded", colour)}>
        {line}
      </summary>
      {children}
    </details>
  );
}

/** One reason why records were set aside; the server's few texts are translated where known. */
function aside(t: Translate, { reason, count }: Run["set_aside"][number]): string {
  const known = `run.setAside.${reason}` as TextName;
  return `${count} × ${t(known, { defaultValue: reason })}`;
}

function Notes({ run, now }: { run: Run; now: number }) {
  const { t, i18n } = useTranslation();
  const pre =
    "mt-1 max-h-72 overflow-auto rounded border border-line bg-sunken p-2 font-mono whitespace-pre-wrap text-ink";
  const ago = formatDuration(now - run.seen_at);
  const any = run.error !== null || run.notices.length > 0 || run.state === "unresponsive";
  if (!any && !run.stop) return null;
  return (
    <div className="flex flex-col gap-1 px-3.5 pb-1.5 max-sm:px-2">
      <StopNote run={run} now={now} />
      {run.error !== null && (
        <Note look="bad" title={lastLine(run.error)}>
          <pre aria-label={t("run.error")} className={pre}>
            {run.error}
          </pre>
        </Note>
      )}
      {run.state === "unresponsive" && <Note look="warn" title={t("run.unresponsive", { ago })} />}
      {run.notices.length > 0 && (
        <Note look="warn" title={t("run.notices", { count: run.notices.length })}>
          <pre lang={i18n.language} className={pre}>
            {[...run.notices, ...run.set_aside.map((one) => aside(t, one))].join("\n")}
          </pre>
        </Note>
      )}
    </div>
  );
}

/** The name, edited where it stands: by a click or Enter. */
function RunName({ run, edits }: { run: Run; edits: Edits }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const title = run.description ?? undefined;
  const text = "min-w-0 truncate text-title font-semibold";
  if (!run.editable)
    return (
      <h1 className={text} title={title}>
        {run.name}
      </h1>
    );
  const done = (name: string | null) => {
    setEditing(false);
    if (name !== null) edits.edit(run, { name });
    requestAnimationFrame(() => button.current?.focus());
  };
  return (
    <div className="flex max-w-full min-w-0 items-center gap-1">
      <ColorPicker run={run} onChange={(color) => edits.edit(run, { color })} />
      {editing ? (
        <LineInput
          value={run.name}
          label={t("runs.name")}
          required
          onDone={done}
          className={cn(text, "w-80")}
        />
      ) : (
        <h1 className="flex min-w-0">
          <button
            ref={button}
            type="button"
            title={t("edit.rename")}
            onClick={() => setEditing(true)}
            className="group flex min-w-0 items-center gap-1.5 rounded px-1 hover:bg-sunken"
          >
            <span className={text}>{run.name}</span>
            <Pencil
              aria-hidden
              className="size-3 shrink-0 text-ink-3 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
            />
          </button>
        </h1>
      )}
    </div>
  );
}

/** That the run is a copy, and of which one. */
function CopyMark({ original }: { original: string | null }) {
  const { t } = useTranslation();
  const [workspace, project, ...rest] = original?.split("/") ?? [];
  return (
    <span
      title={t("place.isCopy")}
      className="inline-flex min-w-0 items-center gap-1 text-small text-ink-2 [&_svg]:size-3.5 [&_svg]:shrink-0"
    >
      <Copy aria-hidden />
      {workspace === undefined || project === undefined ? (
        t("place.aCopy")
      ) : (
        <Link
          to="/@{$workspace}/$project/runs/$run"
          params={{ workspace, project, run: rest.join("/") }}
          className="truncate underline decoration-line-strong underline-offset-2 hover:decoration-current"
        >
          {t("place.copyOf", { original })}
        </Link>
      )}
    </span>
  );
}

/** Name, state, times and what went wrong. */
export function RunHeader({ run, fetchedAt }: { run: Run; fetchedAt: number }) {
  const { t, i18n } = useTranslation();
  const edits = useEdits(run.workspace, run.project);
  const { data: session } = useQuery(sessionQuery);
  const running = run.state === "running";
  const now = useNow(running ? 1_000 : 30_000);
  const duration = running ? run.duration + Math.max(0, now - fetchedAt) : run.duration;
  const times = [t("run.started", { when: formatMoment(run.created_at, i18n.language) })];
  if (run.finished_at !== null)
    times.push(t("run.ended", { when: formatMoment(run.finished_at, i18n.language) }));
  return (
    <>
      <div className="flex items-start gap-2 px-3.5 py-1.5 max-sm:px-2">
        <div className="flex min-h-8 min-w-0 grow flex-wrap items-center gap-x-4 gap-y-1">
          <RunName run={run} edits={edits} />
          <StateMark state={run.state} word className="text-small" />
          {run.copy === true && <CopyMark original={run.original ?? null} />}
          {(run.tags.length > 0 || run.editable) && <TagsBar run={run} edits={edits} />}
          <span className="text-small text-ink-2" title={times.join("\n")}>
            {formatAgo(run.created_at, now, i18n.language)} · {formatDuration(duration)}
          </span>
          <span className="flex items-center font-mono text-small text-ink-3 max-sm:hidden">
            {run.id}
            <CopyButton text={run.id} label={t("run.copyId")} />
          </span>
        </div>
        <StopButton run={run} />
        <RunMenu run={run} edits={edits} placed={session?.mode === "server"} />
      </div>
      <Notes run={run} now={now} />
    </>
  );
}
