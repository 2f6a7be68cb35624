import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Info, Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { projectQuery, runsQuery } from "@/api/queries";
import { Failure, failureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { say } from "@/edit/toasts";
import { Markdown } from "@/markdown/Markdown";
import { MarkdownEditor } from "@/markdown/MarkdownEditor";

interface AboutProps {
  workspace: string;
  project: string;
}

function About({ workspace, project }: AboutProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = projectQuery(workspace, project);
  const found = useQuery(query);
  const { data: editable = false } = useQuery({
    ...runsQuery(workspace, project),
    select: (table) => table.editable,
  });
  const [draft, setDraft] = useState<string | null>(null);
  if (found.data === undefined) {
    if (found.error === null) return <div aria-busy className="h-16" />;
    return <Failure embedded error={found.error} onRetry={() => void found.refetch()} />;
  }
  const text = found.data.description ?? "";
  const save = async (description: string | null) => {
    try {
      client.setQueryData(
        query.queryKey,
        await api.editProject(workspace, project, { description }),
      );
      setDraft(null);
      void client.invalidateQueries({ queryKey: ["projects"] });
    } catch (error) {
      setDraft(description ?? ""); // What was written stays to be sent again.
      say({ look: "bad", text: t("edit.failed", { reason: failureText(error, t) }) });
    }
  };
  if (draft !== null)
    return (
      <MarkdownEditor
        text={draft}
        label={t("project.about")}
        onSave={(next) => void save(next)}
        onCancel={() => setDraft(null)}
      />
    );
  return (
    <>
      {text === "" ? (
        <p className="text-ink-2">{t("edit.noDescription")}</p>
      ) : (
        <Markdown text={text} />
      )}
      {editable && (
        <Button className="mt-3" onClick={() => setDraft(text)}>
          <Pencil aria-hidden />
          {t("edit.edit")}
        </Button>
      )}
    </>
  );
}

/** What its people say about the project, opened from its toolbar. */
export function AboutProject() {
  const { t } = useTranslation();
  const { workspace, project } = useParams({ from: "/@{$workspace}/$project" });
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        look="quiet"
        size="icon"
        aria-label={t("project.about")}
        title={t("project.about")}
        onClick={() => setOpen(true)}
      >
        <Info aria-hidden />
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={project}>
        <About workspace={workspace} project={project} />
      </Dialog>
    </>
  );
}
