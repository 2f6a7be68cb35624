import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { projectQuery, projectsQuery } from "@/api/queries";
import { teams, workspacesQuery, writes } from "@/api/teams";
import { useFailureText } from "@/components/Failure";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { Choice, Field } from "@/components/ui/field";
import { PROJECT_NAME } from "@/edit/choices";
import { say } from "@/edit/toasts";
import { TypeNameDialog } from "@/edit/TypeNameDialog";
import { useProjectEdits } from "@/edit/useProjectEdits";

/** Go on where the project is now, once it has another address. */
function useMoved() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { t } = useTranslation();
  return (found: Project) => {
    const { workspace, name } = found;
    client.setQueryData(projectQuery(workspace, name).queryKey, found);
    void client.invalidateQueries({ queryKey: projectsQuery.queryKey });
    say({ look: "done", text: t("teams.movedTo", { to: `${workspace}/${name}` }) });
    void navigate({
      to: "/@{$workspace}/$project/settings",
      params: { workspace, project: name },
      replace: true,
    });
  };
}

function Block({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-end gap-2 border-b border-line p-3 last:border-b-0">
      <p className="w-full text-small text-ink-2">{text}</p>
      {children}
    </div>
  );
}

function Rename({ project }: { project: Project }) {
  const { t } = useTranslation();
  const moved = useMoved();
  const [name, setName] = useState(project.name);
  const wanted = name.trim();
  const rename = useMutation({
    mutationFn: () => teams.renameProject(project, wanted),
    onSuccess: moved,
  });
  const failure = useFailureText(rename.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!rename.isPending) rename.mutate();
      }}
    >
      <Block text={t("teams.renameText")}>
        <Field
          label={t("projects.name")}
          required
          maxLength={100}
          value={name}
          onChange={setName}
          className="w-64 max-w-full"
        />
        <Button
          type="submit"
          size="large"
          disabled={!PROJECT_NAME.test(wanted) || wanted === project.name || rename.isPending}
        >
          {t("edit.rename")}
        </Button>
        {rename.isError && (
          <p role="alert" className="w-full text-small text-bad">
            {failure}
          </p>
        )}
      </Block>
    </form>
  );
}

function Transfer({ project }: { project: Project }) {
  const { t } = useTranslation();
  const moved = useMoved();
  const { data } = useQuery(workspacesQuery);
  const places = (data?.workspaces ?? [])
    .filter(({ role, name }) => writes(role) && name !== project.workspace)
    .map(({ name }) => name);
  const [chosen, setChosen] = useState("");
  const to = places.includes(chosen) ? chosen : (places[0] ?? "");
  const transfer = useMutation({
    mutationFn: () => teams.transfer(project, to),
    onSuccess: moved,
  });
  const failure = useFailureText(transfer.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!transfer.isPending) transfer.mutate();
      }}
    >
      <Block text={t(places.length === 0 ? "teams.transferNowhere" : "teams.transferText")}>
        {places.length > 0 && (
          <>
            <Choice
              label={t("teams.workspace")}
              value={to}
              options={places.map((name) => [name, name])}
              onChange={setChosen}
              className="w-64 max-w-full"
            />
            <Button type="submit" size="large" disabled={transfer.isPending}>
              {t("teams.transfer")}
            </Button>
          </>
        )}
        {transfer.isError && (
          <p role="alert" className="w-full text-small text-bad">
            {failure}
          </p>
        )}
      </Block>
    </form>
  );
}

function Remove({ project }: { project: Project }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const edits = useProjectEdits();
  const [asked, setAsked] = useState(false);
  const { workspace, name } = project;
  const remove = async () => {
    if (await edits.remove(project))
      void navigate({ to: "/@{$workspace}", params: { workspace }, search: { tab: "bin" } });
  };
  return (
    <Block text={t("teams.deleteText")}>
      <Button onClick={() => setAsked(true)}>{t("edit.deleteRun")}</Button>
      {asked && (
        <TypeNameDialog
          title={t("edit.deleteTitle", { count: 1, name })}
          name={name}
          action={t("edit.delete")}
          onConfirm={() => void remove()}
          onClose={() => setAsked(false)}
        >
          {t("teams.deleteText")}
        </TypeNameDialog>
      )}
    </Block>
  );
}

/** Where the project is: its name, its workspace, the archive, the bin. */
export function PlacePanels({ project }: { project: Project }) {
  const { t } = useTranslation();
  const edits = useProjectEdits();
  const archived = project.archived_at !== null;
  return (
    <>
      <Panel title={t("teams.place")}>
        <Rename project={project} />
        <Transfer project={project} />
      </Panel>
      <Panel title={t("teams.away")}>
        <Block text={t("teams.archiveText")}>
          <Button onClick={() => edits.archive(project, !archived)}>
            {t(archived ? "teams.unarchive" : "teams.toArchive")}
          </Button>
        </Block>
        <Remove project={project} />
      </Panel>
    </>
  );
}
