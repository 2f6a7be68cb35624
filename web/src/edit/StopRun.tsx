import { useQueryClient } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { useState } from "react";
import { type Translate, useTranslation } from "@/i18n";

import { api } from "@/api/client";
import type { Run } from "@/api/messages";
import { runQuery } from "@/api/queries";
import { failureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { formatDuration } from "@/lib/format";

import { ConfirmDialog } from "./ConfirmDialog";
import { say } from "./toasts";

/** A training hears of it with its next sign of life, every half a minute at least. */
const PATIENCE = 45_000;
/** What is done with: the training goes on, and can be asked again. */
const ENDED = ["cell", "refused", "ignores", "unable", "gone"] as const;

function useStop({ workspace, project, id }: Run) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { queryKey } = runQuery(workspace, project, id);
  return async () => {
    try {
      client.setQueryData(queryKey, await api.stopRun(workspace, project, id));
    } catch (error) {
      say({ look: "bad", text: t("stop.failed", { reason: failureText(error, t) }) });
      void client.invalidateQueries({ queryKey });
    }
  };
}

/** Whether the training was asked and has yet to end. */
function isStopping({ state, stop }: Run): boolean {
  if (state !== "running" || !stop) return false;
  return !ENDED.some((answer) => answer === stop.answer);
}

/** Ends the training of a run that goes on, after asking once more. */
export function StopButton({ run }: { run: Run }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const stop = useStop(run);
  if (run.state !== "running" || !run.editable || run.copy === true) return null;
  const stopping = isStopping(run);
  return (
    <>
      <Button onClick={() => setAsked(true)} title={t("stop.title")}>
        <Square aria-hidden className="fill-current" />
        {t(stopping ? "stop.stopping" : "stop.stop")}
      </Button>
      {asked && (
        <ConfirmDialog
          title={t("stop.ask", { name: run.name })}
          action={t(stopping ? "stop.again" : "stop.stop")}
          onConfirm={() => void stop()}
          onClose={() => setAsked(false)}
        >
          {stopping && <p className="mb-2">{t("stop.askAgain")}</p>}
          {t("stop.text")}
        </ConfirmDialog>
      )}
    </>
  );
}

function whatHappened(run: Run, now: number, t: Translate): string | null {
  const { stop, state } = run;
  if (!stop) return null;
  const by = stop.asked_by;
  if (state !== "running" && state !== "unresponsive")
    return state === "aborted" && stop.answer === "interrupted" ? t("stop.done", { by }) : null;
  const waited = now - stop.asked_at;
  const ago = formatDuration(Math.max(0, waited));
  if (stop.answer !== null) return t(`stop.answers.${stop.answer}`, { by, ago });
  return t(waited > PATIENCE ? "stop.noAnswer" : "stop.waiting", { by, ago });
}

/** What came of it that somebody asked the training to end. */
export function StopNote({ run, now }: { run: Run; now: number }) {
  const { t } = useTranslation();
  const text = whatHappened(run, now, t);
  return (
    <p role="status" className="text-small text-ink-2 empty:hidden">
      {text}
    </p>
  );
}
