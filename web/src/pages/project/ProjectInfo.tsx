import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Globe, Lock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import type { Project } from "@/api/messages";
import { projectQuery, viewsQuery } from "@/api/queries";
import { Failure, failureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { say } from "@/edit/toasts";
import { Markdown } from "@/markdown/Markdown";

const ROUTE = "/@{$workspace}/$project";

/** What the project is about and who may read it; its owner changes that here. */
export function ProjectInfo() {
  const { t } = useTranslation();
  const { workspace, project } = useParams({ from: ROUTE });
  const asked = useQuery(projectQuery(workspace, project));
  const [open, setOpen] = useState(false);
  const found = asked.data;
  const Icon = found?.visibility === "public" ? Globe : Lock;
  return (
    <>
      <Button
        look="quiet"
        onClick={() => setOpen(true)}
        title={found?.description ?? t("about.title")}
      >
        <Icon aria-hidden />
        <span className="max-md:sr-only">{t("about.open")}</span>
      </Button>
      {open && (
        <Dialog open onOpenChange={setOpen} title={t("about.title")}>
          {found !== undefined && (
            <About key={workspace + project} project={found} onClose={() => setOpen(false)} />
          )}
          {found === undefined && asked.error !== null && (
            <Failure error={asked.error} embedded onRetry={() => void asked.refetch()} />
          )}
        </Dialog>
      )}
    </>
  );
}

interface AboutProps {
  project: Project;
  onClose: () => void;
}

function About({ project, onClose }: AboutProps) {
  const { t } = useTranslation();
  // Who may save views may edit the project as well.
  const editable = useQuery(viewsQuery(project.workspace, project.name)).data?.editable ?? false;
  if (editable) return <AboutForm project={project} onClose={onClose} />;
  return (
    <div className="flex flex-col gap-3">
      {project.description === null ? (
        <p className="text-ink-3">{t("edit.noDescription")}</p>
      ) : (
        <Markdown text={project.description} />
      )}
      <p className="text-small text-ink-2">{t(`about.${project.visibility}`)}</p>
    </div>
  );
}

function AboutForm({ project, onClose }: AboutProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [description, setDescription] = useState(project.description ?? "");
  const [visibility, setVisibility] = useState(project.visibility);
  const [busy, setBusy] = useState(false);
  const { workspace, name } = project;
  const save = async () => {
    setBusy(true);
    try {
      const edit = { description: description.trim() || null, visibility };
      const changed = await api.editProject(workspace, name, edit);
      client.setQueryData(projectQuery(workspace, name).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["projects"] });
      onClose();
    } catch (error) {
      say({ look: "bad", text: t("edit.failed", { reason: failureText(error, t) }) });
      setBusy(false);
    }
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label className="flex flex-col gap-1 text-small text-ink-2">
        {t("runs.description")}
        <textarea
          value={description}
          rows={6}
          maxLength={65_536}
          onChange={(event) => setDescription(event.target.value)}
          className="w-full rounded border border-line-strong bg-panel p-2 text-ink focus:border-accent focus:outline-none"
        />
      </label>
      {description.trim() !== "" && (
        <div className="max-h-60 overflow-auto rounded border border-line p-2">
          <Markdown text={description} />
        </div>
      )}
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 text-small text-ink-2">{t("about.visibility")}</legend>
        {(["private", "public"] as const).map((one) => (
          <label key={one} className="flex min-h-7 cursor-pointer items-center gap-2">
            <input
              type="radio"
              name="visibility"
              checked={visibility === one}
              onChange={() => setVisibility(one)}
              className="accent-(--accent)"
            />
            {t(`about.${one}`)}
          </label>
        ))}
      </fieldset>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button look="primary" type="submit" disabled={busy}>
          {t("edit.save")}
        </Button>
      </div>
    </form>
  );
}
