import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import type { Project } from "@/api/messages";
import { failureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Choice } from "@/components/ui/field";

import { PROJECT_NAME } from "./choices";
import { say } from "./toasts";
import { useHomes } from "./useHomes";

export interface CloneDialogProps {
  project: Project;
  onClose: () => void;
}

/** Asks for the workspace and the name of a project that gets copies of all runs of another one. */
export function CloneDialog({ project, onClose }: CloneDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(`${project.name}-copy`.slice(0, 100));
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const home = useHomes(project.workspace, ({ creates }) => creates);
  const wanted = name.trim();
  const bad = PROJECT_NAME.test(wanted) ? null : t("place.badName");
  const clone = async () => {
    setBusy(true);
    try {
      const made = await api.cloneProject(project.workspace, project.name, {
        name: wanted,
        workspace: home.chosen.name,
      });
      void client.invalidateQueries({ queryKey: ["projects"] });
      onClose();
      const { workspace, name: to, runs } = made.project;
      say({ look: "done", text: t("place.cloned", { count: runs, name: project.name, to }) });
      if (made.running.length > 0)
        say({ look: "bad", text: t("place.running", { count: made.running.length }) });
      void navigate({ to: "/@{$workspace}/$project", params: { workspace, project: to } });
    } catch (error) {
      setFailed(failureText(error, t));
      setBusy(false);
    }
  };
  const said = bad ?? failed;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("place.cloneTitle", { name: project.name })}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (bad === null && !busy) void clone();
        }}
      >
        {home.homes.length > 1 && (
          <Choice
            label={t("teams.workspace")}
            value={home.chosen.name}
            options={home.homes.map(({ name: one }) => [one, one])}
            onChange={(one) => {
              home.choose(one);
              setFailed(null);
            }}
            className="mb-3"
          />
        )}
        <label className="flex flex-col gap-1">
          <span className="text-small text-ink-2">{t("place.cloneName")}</span>
          <input
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
            autoFocus
            value={name}
            maxLength={100}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={said !== null}
            aria-describedby="clone-said"
            onChange={(event) => {
              setName(event.target.value);
              setFailed(null);
            }}
            onFocus={(event) => event.target.select()}
            className="h-8 w-full rounded border border-line-strong bg-panel px-2.5 outline-none focus:border-accent"
          />
        </label>
        <p id="clone-said" role="status" className="mt-1 min-h-5 text-small text-warn">
          {said}
        </p>
        <p className="text-small text-ink-2">{t("place.cloneText")}</p>
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" disabled={bad !== null || busy}>
            {t("place.clone")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
