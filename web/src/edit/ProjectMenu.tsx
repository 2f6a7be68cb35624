import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Archive, ArchiveRestore, CopyPlus, Ellipsis, Settings, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { sessionQuery } from "@/api/queries";
import { MenuItem, MenuPopup, MenuRoot, MenuSeparator, MenuTrigger } from "@/components/ui/menu";

import { CloneDialog } from "./CloneDialog";
import { TypeNameDialog } from "./TypeNameDialog";
import { useProjectEdits } from "./useProjectEdits";

/** What is done to a project seldom, as far as the reader may. */
export function ProjectMenu({ project }: { project: Project }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const edits = useProjectEdits();
  const [asked, setAsked] = useState<"clone" | "delete" | null>(null);
  if (session?.mode !== "server") return null;
  const label = t("projects.more", { name: project.name });
  const manager = project.access === "manage";
  const archived = project.archived_at !== null;
  const params = { workspace: project.workspace, project: project.name };
  return (
    <>
      <MenuRoot>
        <MenuTrigger aria-label={label} title={label} className="relative">
          <Ellipsis aria-hidden />
        </MenuTrigger>
        <MenuPopup>
          {project.access !== "read" && (
            <MenuItem
              onClick={() => void navigate({ to: "/@{$workspace}/$project/settings", params })}
            >
              <Settings aria-hidden />
              {t("teams.projectSettings")}
            </MenuItem>
          )}
          <MenuItem onClick={() => setAsked("clone")}>
            <CopyPlus aria-hidden />
            {t("place.cloneMenu")}
          </MenuItem>
          {manager && (
            <>
              <MenuItem onClick={() => edits.archive(project, !archived)}>
                {archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
                {t(archived ? "teams.unarchive" : "teams.toArchive")}
              </MenuItem>
              <MenuSeparator />
              <MenuItem onClick={() => setAsked("delete")}>
                <Trash2 aria-hidden />
                {t("edit.deleteRun")}
              </MenuItem>
            </>
          )}
        </MenuPopup>
      </MenuRoot>
      {asked === "clone" && <CloneDialog project={project} onClose={() => setAsked(null)} />}
      {asked === "delete" && (
        <TypeNameDialog
          title={t("edit.deleteTitle", { count: 1, name: project.name })}
          name={project.name}
          action={t("edit.delete")}
          onConfirm={() => void edits.remove(project)}
          onClose={() => setAsked(null)}
        >
          {t("teams.deleteText")}
        </TypeNameDialog>
      )}
    </>
  );
}
