import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Globe, Lock, Settings } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { projectQuery } from "@/api/queries";
import { Failure } from "@/components/Failure";
import { Tag } from "@/components/Tag";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Star } from "@/edit/Star";
import { Markdown } from "@/markdown/Markdown";

import { AboutForm } from "./settings/AboutForm";

const ROUTE = "/@{$workspace}/$project";

/** What the project is about and who may read it; those who may, change that here. */
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
      {found !== undefined && <Star project={found} />}
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
  if (project.access === "read")
    return (
      <div className="flex flex-col gap-3">
        {project.description === null ? (
          <p className="text-ink-3">{t("edit.noDescription")}</p>
        ) : (
          <Markdown text={project.description} />
        )}
        {project.tags.length > 0 && (
          <ul aria-label={t("runs.tags")} className="flex flex-wrap gap-1">
            {project.tags.map((tag) => (
              <li key={tag} className="flex">
                <Tag>{tag}</Tag>
              </li>
            ))}
          </ul>
        )}
        <p className="text-small text-ink-2">{t(`about.${project.visibility}`)}</p>
      </div>
    );
  const { workspace, name } = project;
  return (
    <div className="-mx-3 flex flex-col">
      <AboutForm project={project} onDone={onClose} />
      <Link
        to="/@{$workspace}/$project/settings"
        params={{ workspace, project: name }}
        className="mx-3 flex items-center gap-1.5 self-start text-accent hover:underline"
      >
        <Settings aria-hidden className="size-3.5" />
        {t(project.access === "manage" ? "teams.moreSettings" : "teams.projectSettings")}
      </Link>
    </div>
  );
}
