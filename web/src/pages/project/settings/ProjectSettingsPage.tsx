import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";

import { ApiError } from "@/api/client";
import { projectQuery } from "@/api/queries";
import { Failure } from "@/components/Failure";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { buttonClass } from "@/components/ui/button";
import { useTitle } from "@/lib/title";

import { AboutForm } from "./AboutForm";
import { AlertsPanels } from "./alerts/AlertsPanels";
import { CollaboratorsPanel } from "./CollaboratorsPanel";
import { LinksPanel } from "./LinksPanel";
import { PlacePanels } from "./PlacePanels";

const ROUTE = "/@{$workspace}/$project/settings";
const REFUSED = new ApiError(403, { code: "forbidden", message: "", detail: {} });

/** What a project says of itself, who may do what in it, where it is and whether it stays. */
export function ProjectSettingsPage() {
  const { t } = useTranslation();
  const { workspace, project: name } = useParams({ from: ROUTE });
  const asked = useQuery(projectQuery(workspace, name));
  useTitle(`${t("teams.projectSettings")} · ${name}`);
  const project = asked.data;
  if (project === undefined) {
    if (asked.error === null) return <div aria-busy className="grow" />;
    return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  }
  if (project.workspace !== workspace || project.name !== name)
    return (
      <Navigate
        to={ROUTE}
        params={{ workspace: project.workspace, project: project.name }}
        replace
      />
    );
  if (project.access === "read") return <Failure error={REFUSED} />;
  return (
    <Page
      title={t("teams.settingsOf", { name })}
      tools={
        <Link
          to="/@{$workspace}/$project"
          params={{ workspace, project: name }}
          className={buttonClass()}
        >
          {t("teams.toProject")}
        </Link>
      }
    >
      <Panel title={t("about.open")}>
        <AboutForm key={workspace + name} project={project} />
      </Panel>
      <AlertsPanels project={project} />
      {project.access === "manage" && (
        <>
          <CollaboratorsPanel project={project} />
          <LinksPanel project={project} />
          <PlacePanels key={`${workspace}/${name}`} project={project} />
        </>
      )}
    </Page>
  );
}
