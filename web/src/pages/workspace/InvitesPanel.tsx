import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link2, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import {
  type NewWorkspaceInvite,
  teams,
  type WorkspaceInvite,
  workspaceInvitesQuery,
} from "@/api/teams";
import { Failure, useFailureText } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Snippet } from "@/components/Snippet";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Choice } from "@/components/ui/field";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";
import { formatMoment } from "@/lib/format";

const ROLES = ["member", "viewer", "admin"] as const;
const DAYS = ["1", "7", "30", "90"] as const;
/** How many may come in by one invite; "" is any number. */
const USES = ["1", "5", "25", ""] as const;

function NewInvite({ workspace, onClose }: { workspace: string; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [role, setRole] = useState<(typeof ROLES)[number]>("member");
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const [uses, setUses] = useState<(typeof USES)[number]>("1");
  const [approval, setApproval] = useState(false);
  const body: NewWorkspaceInvite = {
    role,
    days: Number(days),
    most_uses: uses === "" ? null : Number(uses),
    approval,
  };
  const make = useMutation({
    mutationFn: () => teams.invite(workspace, body),
    gcTime: 0,
    onSuccess: () =>
      client.invalidateQueries({ queryKey: workspaceInvitesQuery(workspace).queryKey }),
  });
  const failure = useFailureText(make.error);
  if (make.data !== undefined)
    return (
      <div className="flex flex-col gap-3">
        <p className="text-ink-2">{t("teams.inviteOnce")}</p>
        <Snippet text={window.location.origin + make.data.path} title={t("teams.inviteLink")} />
        <Button look="primary" className="self-end" onClick={onClose}>
          {t("accounts.kept")}
        </Button>
      </div>
    );
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!make.isPending) make.mutate();
      }}
    >
      <Choice
        label={t("teams.roleWord")}
        value={role}
        options={ROLES.map((one) => [one, t(`teams.role.${one}`)])}
        onChange={setRole}
      />
      <div className="grid grid-cols-2 gap-3">
        <Choice
          label={t("accounts.until")}
          value={days}
          options={DAYS.map((one) => [one, t("accounts.inDays", { count: Number(one) })])}
          onChange={setDays}
        />
        <Choice
          label={t("teams.howMany")}
          value={uses}
          options={USES.map((one) => [one, one === "" ? t("teams.anyNumber") : one])}
          onChange={setUses}
        />
      </div>
      <Checkbox checked={approval} onChange={setApproval}>
        {t("teams.withApproval")}
      </Checkbox>
      <div className="flex items-center justify-end gap-2">
        {make.isError && (
          <p role="alert" className="grow text-small text-bad">
            {failure}
          </p>
        )}
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button look="primary" type="submit" disabled={make.isPending}>
          {t("teams.makeInvite")}
        </Button>
      </div>
    </form>
  );
}

/** Links by which others come into a workspace. */
export function InvitesPanel({ workspace }: { workspace: string }) {
  const { t, i18n } = useTranslation();
  const query = workspaceInvitesQuery(workspace);
  const invites = useQuery(query);
  const make = useChange();
  const [making, setMaking] = useState(false);
  const takeBack = (invite: WorkspaceInvite) =>
    void make({
      queryKey: query.queryKey,
      change: (old: WorkspaceInvite[]) => old.filter(({ id }) => id !== invite.id),
      send: () => teams.uninvite(workspace, invite.id),
      said: t("teams.inviteTaken"),
    });
  return (
    <Panel
      title={t("teams.invites")}
      tools={
        <Button look="primary" onClick={() => setMaking(true)}>
          <Link2 aria-hidden />
          {t("teams.makeInvite")}
        </Button>
      }
    >
      {invites.error !== null && invites.data === undefined ? (
        <Failure embedded error={invites.error} onRetry={() => void invites.refetch()} />
      ) : (
        <Listing
          label={t("teams.invites")}
          empty={t("teams.noInvites")}
          columns={[
            { label: t("teams.roleWord") },
            { label: t("admin.usedOf") },
            { label: t("accounts.until") },
            { label: t("teams.by"), className: "max-sm:hidden" },
            { label: t("teams.takeBack"), silent: true },
          ]}
        >
          {invites.data?.map((invite) => (
            <tr key={invite.id}>
              <td className={cell}>
                {t(`teams.role.${invite.role}`)}
                {invite.approval && (
                  <span className="ml-2 text-small text-ink-3">{t("teams.approvalShort")}</span>
                )}
              </td>
              <td className={cell}>
                {invite.most_uses === null
                  ? invite.uses
                  : t("edit.ofRuns", { count: invite.uses, total: invite.most_uses })}
              </td>
              <td className={cn(cell, "text-ink-2")}>
                {formatMoment(invite.expires_at, i18n.language)}
              </td>
              <td className={cn(cell, "text-ink-2 max-sm:hidden")}>{invite.made_by ?? "–"}</td>
              <td className={cn(cell, "w-10")}>
                <Button
                  look="quiet"
                  size="icon"
                  aria-label={t("teams.takeBack")}
                  title={t("teams.takeBack")}
                  onClick={() => takeBack(invite)}
                >
                  <Trash2 aria-hidden />
                </Button>
              </td>
            </tr>
          ))}
        </Listing>
      )}
      {making && (
        <Dialog
          open
          onOpenChange={(open) => !open && setMaking(false)}
          title={t("teams.inviteTitle", { workspace })}
        >
          <NewInvite workspace={workspace} onClose={() => setMaking(false)} />
        </Dialog>
      )}
    </Panel>
  );
}
