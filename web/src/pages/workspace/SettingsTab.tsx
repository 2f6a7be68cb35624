import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { sessionQuery } from "@/api/queries";
import { teams, type Workspace, workspaceQuery, workspacesQuery } from "@/api/teams";
import { useFailureText } from "@/components/Failure";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { QuotaDialog } from "@/edit/QuotaDialog";
import { TypeNameDialog } from "@/edit/TypeNameDialog";
import { useChange } from "@/edit/useChange";

function Describe({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const make = useChange();
  const [text, setText] = useState(workspace.description ?? "");
  const query = workspaceQuery(workspace.name);
  const described = (description: string | null) => ({
    queryKey: query.queryKey,
    change: (old: Workspace) => ({ ...old, description }),
    send: () => teams.describe(workspace.name, description),
    also: [workspacesQuery.queryKey],
  });
  return (
    <form
      className="flex flex-col gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        void make({
          ...described(text.trim() || null),
          said: t("edit.saved", { name: workspace.name }),
          back: described(workspace.description),
        });
      }}
    >
      <label className="flex flex-col gap-1 text-small text-ink-2">
        {t("runs.description")}
        <textarea
          value={text}
          rows={3}
          maxLength={65_536}
          onChange={(event) => setText(event.target.value)}
          className="w-full rounded border border-line-strong bg-panel p-2 text-ink outline-none focus:border-accent"
        />
      </label>
      <Button type="submit" className="self-start">
        {t("edit.save")}
      </Button>
    </form>
  );
}

function Rename({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(workspace.name);
  const rename = useMutation({
    mutationFn: () => teams.renameWorkspace(workspace.name, name.trim()),
    onSuccess: (changed) => {
      client.setQueryData(workspaceQuery(changed.name).queryKey, changed);
      void client.invalidateQueries({ queryKey: workspacesQuery.queryKey });
      void client.invalidateQueries({ queryKey: ["projects"] });
      void navigate({
        to: "/@{$workspace}",
        params: { workspace: changed.name },
        search: { tab: "settings" },
        replace: true,
      });
    },
  });
  const failure = useFailureText(rename.error);
  return (
    <form
      className="flex flex-col gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!rename.isPending) rename.mutate();
      }}
    >
      <Field
        label={t("projects.name")}
        hint={t("teams.renameHint")}
        required
        maxLength={25}
        value={name}
        onChange={setName}
        className="max-w-sm"
      />
      {rename.isError && (
        <p role="alert" className="text-small text-bad">
          {failure}
        </p>
      )}
      <Button
        type="submit"
        className="self-start"
        disabled={rename.isPending || name.trim() === workspace.name}
      >
        {t("edit.rename")}
      </Button>
    </form>
  );
}

function Remove({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const make = useChange();
  const [asked, setAsked] = useState(false);
  const remove = async () => {
    const gone = await make({
      queryKey: workspacesQuery.queryKey,
      send: () => teams.deleteWorkspace(workspace.name),
      said: t("edit.deleted", { count: 1, name: workspace.name }),
    });
    if (gone) void navigate({ to: "/" });
  };
  return (
    <div className="flex flex-col items-start gap-2 p-3">
      <p className="text-ink-2">{t("teams.deleteWorkspaceText")}</p>
      <Button onClick={() => setAsked(true)}>{t("edit.deleteRun")}</Button>
      {asked && (
        <TypeNameDialog
          title={t("edit.deleteTitle", { count: 1, name: workspace.name })}
          name={workspace.name}
          action={t("edit.delete")}
          onConfirm={() => void remove()}
          onClose={() => setAsked(false)}
        >
          {t("teams.deleteWorkspaceText")}
        </TypeNameDialog>
      )}
    </div>
  );
}

/** For admins of the server. */
function QuotaPanel({ workspace }: { workspace: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Panel title={t("admin.quota")}>
      <div className="p-3">
        <Button onClick={() => setOpen(true)}>{t("admin.quotaOpen")}</Button>
      </div>
      {open && <QuotaDialog workspace={workspace} onClose={() => setOpen(false)} />}
    </Panel>
  );
}

/** What a workspace says of itself and, for its owners, what it is called and whether it stays. */
export function SettingsTab({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const owning = workspace.role === null || workspace.role === "owner";
  return (
    <>
      <Panel title={t("runs.description")}>
        <Describe workspace={workspace} />
      </Panel>
      {session?.user.admin === true && <QuotaPanel workspace={workspace.name} />}
      {owning && workspace.kind === "organization" && (
        <>
          <Panel title={t("teams.rename")}>
            <Rename workspace={workspace} />
          </Panel>
          <Panel title={t("edit.delete")}>
            <Remove workspace={workspace} />
          </Panel>
        </>
      )}
    </>
  );
}
