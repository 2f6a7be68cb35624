import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { type Collaborator, collaboratorsQuery, type Share, SHARES, teams } from "@/api/teams";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { Choice, Field } from "@/components/ui/field";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";

function AddForm({ onAdd }: { onAdd: (user: string, share: Share) => Promise<boolean> }) {
  const { t } = useTranslation();
  const [user, setUser] = useState("");
  const [share, setShare] = useState<Share>("read");
  return (
    <form
      className="flex flex-wrap items-end gap-2 border-t border-line p-3"
      onSubmit={async (event) => {
        event.preventDefault();
        if (await onAdd(user.trim(), share)) setUser("");
      }}
    >
      <Field
        label={t("login.username")}
        required
        maxLength={25}
        value={user}
        onChange={setUser}
        className="w-48"
      />
      <Choice
        label={t("teams.may")}
        value={share}
        options={SHARES.map((one) => [one, t(`teams.share.${one}`)])}
        onChange={setShare}
        className="w-40"
      />
      <Button type="submit" size="large" disabled={user.trim() === ""}>
        {t("teams.addCollaborator")}
      </Button>
    </form>
  );
}

/** Who may do something in the project beside the members of its workspace. */
export function CollaboratorsPanel({ project }: { project: Project }) {
  const { t } = useTranslation();
  const query = collaboratorsQuery(project.workspace, project.name);
  const found = useQuery(query);
  const make = useChange();
  const shared = (name: string, share: Share) => ({
    queryKey: query.queryKey,
    change: (old: Collaborator[]) =>
      old.map((one) => (one.username === name ? { ...one, share } : one)),
    send: () => teams.share(project, name, share),
  });
  const remove = (one: Collaborator) =>
    void make({
      queryKey: query.queryKey,
      change: (old: Collaborator[]) => old.filter(({ username }) => username !== one.username),
      send: () => teams.unshare(project, one.username),
      said: t("teams.removed", { name: one.username }),
      back: shared(one.username, one.share),
    });
  const set = (name: string, share: Share, before?: Share) =>
    make({
      ...shared(name, share),
      said: t("teams.saidShare", { name, share: t(`teams.share.${share}`) }),
      ...(before !== undefined && { back: shared(name, before) }),
    });
  return (
    <Panel title={t("teams.collaborators")}>
      <p className="border-b border-line px-3 py-2 text-small text-ink-2">
        {t("teams.collaboratorsAbout", { workspace: project.workspace })}
      </p>
      {found.error !== null && found.data === undefined ? (
        <Failure embedded error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Listing
          label={t("teams.collaborators")}
          empty={t("teams.noCollaborators")}
          columns={[
            { label: t("login.username") },
            { label: t("teams.may") },
            { label: t("teams.remove"), silent: true },
          ]}
        >
          {found.data?.map((one) => (
            <tr key={one.username}>
              <td className={cn(cell, "font-medium")}>{one.username}</td>
              <td className={cell}>
                <Choice
                  bare
                  label={t("teams.mayOf", { name: one.username })}
                  value={one.share}
                  options={SHARES.map((share) => [share, t(`teams.share.${share}`)])}
                  onChange={(share) => void set(one.username, share, one.share)}
                />
              </td>
              <td className={cn(cell, "w-10")}>
                <Button
                  look="quiet"
                  size="icon"
                  aria-label={t("teams.removeName", { name: one.username })}
                  title={t("teams.remove")}
                  onClick={() => remove(one)}
                >
                  <Trash2 aria-hidden />
                </Button>
              </td>
            </tr>
          ))}
        </Listing>
      )}
      <AddForm onAdd={(user, share) => set(user, share)} />
    </Panel>
  );
}
