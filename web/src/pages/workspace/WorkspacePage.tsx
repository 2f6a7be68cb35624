import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { manages, requestsQuery, type Workspace, workspaceQuery, writes } from "@/api/teams";
import { WORKSPACE_TABS, type WorkspaceTab } from "@/app/router";
import { Failure } from "@/components/Failure";
import { Page, TabLinks } from "@/components/Page";
import { Tag } from "@/components/Tag";
import { Button } from "@/components/ui/button";
import { useTitle } from "@/lib/title";

import { ActivityTab } from "./ActivityTab";
import { AuditTab } from "./AuditTab";
import { BinTab } from "./BinTab";
import { MembersTab } from "./MembersTab";
import { NewProjectDialog } from "./NewProjectDialog";
import { ProjectsTab } from "./ProjectsTab";
import { SettingsTab } from "./SettingsTab";

/** What of a workspace there is to see: a personal one has no members beside its user. */
function tabsOf(workspace: Workspace): WorkspaceTab[] {
  const personal = workspace.kind === "personal";
  return WORKSPACE_TABS.filter(
    (tab) =>
      (tab !== "members" || !personal) &&
      ((tab !== "settings" && tab !== "audit") || manages(workspace.role)),
  );
}

function WorkspaceView({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const { tab = "projects" } = useSearch({ from: "/@{$workspace}" });
  const [making, setMaking] = useState(false);
  const managing = manages(workspace.role);
  const team = workspace.kind === "organization";
  const waiting = useQuery({ ...requestsQuery(workspace.name), enabled: managing && team });
  const tabs = tabsOf(workspace);
  const current = tabs.includes(tab) ? tab : "projects";
  return (
    <Page
      title={
        <span className="flex items-center gap-2">
          <span className="truncate">{workspace.name}</span>
          <Tag>{t(`teams.kind.${workspace.kind}`)}</Tag>
          {team && workspace.role !== null && <Tag>{t(`teams.role.${workspace.role}`)}</Tag>}
        </span>
      }
      tools={
        writes(workspace.role) && (
          <Button onClick={() => setMaking(true)}>
            <Plus aria-hidden />
            {t("teams.newProject")}
          </Button>
        )
      }
      tabs={
        <TabLinks
          label={workspace.name}
          current={current}
          tabs={tabs.map((id) => ({
            id,
            label: t(`teams.tabs.${id}`),
            count: id === "members" ? (waiting.data?.length ?? 0) : 0,
          }))}
        />
      }
    >
      {workspace.description !== null && current === "projects" && (
        <p className="max-w-3xl whitespace-pre-line text-ink-2">{workspace.description}</p>
      )}
      {current === "projects" && <ProjectsTab workspace={workspace} />}
      {current === "activity" && <ActivityTab workspace={workspace.name} />}
      {current === "members" && <MembersTab workspace={workspace} />}
      {current === "bin" && <BinTab workspace={workspace.name} />}
      {current === "audit" && <AuditTab workspace={workspace.name} />}
      {current === "settings" && <SettingsTab key={workspace.name} workspace={workspace} />}
      {making && <NewProjectDialog workspace={workspace.name} onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** The home of a workspace: its projects, what happened last, who is in it. */
export function WorkspacePage() {
  const { workspace: name } = useParams({ from: "/@{$workspace}" });
  useTitle(name);
  const workspace = useQuery(workspaceQuery(name));
  if (workspace.data === undefined) {
    if (workspace.error === null) return <div aria-busy className="grow" />;
    return <Failure error={workspace.error} onRetry={() => void workspace.refetch()} />;
  }
  // By a name that it had before.
  if (workspace.data.name !== name)
    return (
      <Navigate
        to="/@{$workspace}"
        params={{ workspace: workspace.data.name }}
        search={(old) => old}
        replace
      />
    );
  return <WorkspaceView workspace={workspace.data} />;
}
