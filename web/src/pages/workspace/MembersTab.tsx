import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { sessionQuery } from "@/api/queries";
import {
  type Member,
  manages,
  membersQuery,
  type Role,
  ROLES,
  teams,
  type Workspace,
  workspacesQuery,
} from "@/api/teams";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { Choice } from "@/components/ui/field";
import { ConfirmDialog } from "@/edit/ConfirmDialog";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";
import { formatMoment } from "@/lib/format";

import { InvitesPanel } from "./InvitesPanel";
import { RequestsPanel } from "./RequestsPanel";

interface MemberRowProps {
  member: Member;
  workspace: Workspace;
  me: boolean;
  onRole: (role: Role) => void;
  onRemove: () => void;
}

/** Owners are made and unmade by owners, and by admins of the server, only. */
function rolesFor(mine: Role | null): readonly Role[] {
  return mine === "admin" ? ROLES.filter((role) => role !== "owner") : ROLES;
}

function MemberRow({ member, workspace, me, onRole, onRemove }: MemberRowProps) {
  const { t, i18n } = useTranslation();
  const roles = rolesFor(workspace.role);
  const editable = manages(workspace.role) && roles.includes(member.role);
  return (
    <tr>
      <td className={cn(cell, "max-w-56")}>
        <span className="font-medium">{member.username}</span>
        {me && <span className="ml-2 text-small text-ink-3">{t("teams.you")}</span>}
      </td>
      <td className={cell}>
        {editable ? (
          <Choice
            bare
            label={t("teams.roleOf", { name: member.username })}
            value={member.role}
            options={roles.map((role) => [role, t(`teams.role.${role}`)])}
            onChange={onRole}
          />
        ) : (
          t(`teams.role.${member.role}`)
        )}
      </td>
      <td className={cn(cell, "text-ink-2 max-sm:hidden")}>
        {formatMoment(member.joined_at, i18n.language)}
      </td>
      <td className={cn(cell, "text-right")}>
        {(editable || me) && (
          <Button
            look="quiet"
            aria-label={me ? t("teams.leave") : t("teams.removeName", { name: member.username })}
            onClick={onRemove}
          >
            {t(me ? "teams.leave" : "teams.remove")}
          </Button>
        )}
      </td>
    </tr>
  );
}

/** Who is in a workspace and as what; those who manage it let others in, and put them out. */
export function MembersTab({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const query = membersQuery(workspace.name);
  const members = useQuery(query);
  const make = useChange();
  const [going, setGoing] = useState<Member | null>(null);
  const me = session?.user.username;
  if (members.error !== null && members.data === undefined)
    return <Failure error={members.error} onRetry={() => void members.refetch()} />;
  const roleChange = (member: Member, role: Role) => ({
    queryKey: query.queryKey,
    change: (old: Member[]) =>
      old.map((one) => (one.username === member.username ? { ...one, role } : one)),
    send: () => teams.setRole(workspace.name, member.username, role),
    also: [["workspace", workspace.name]],
  });
  const setRole = (member: Member, role: Role) =>
    void make({
      ...roleChange(member, role),
      said: t("teams.saidRole", { name: member.username, role: t(`teams.role.${role}`) }),
      back: roleChange(member, member.role),
    });
  const leave = async () => {
    const left = await make({
      queryKey: query.queryKey,
      send: () => teams.leave(workspace.name),
      said: t("teams.left", { workspace: workspace.name }),
      also: [workspacesQuery.queryKey, ["projects"]],
    });
    if (left) void navigate({ to: "/" });
  };
  const remove = (member: Member) =>
    void make({
      queryKey: query.queryKey,
      change: (old: Member[]) => old.filter(({ username }) => username !== member.username),
      send: () => teams.removeMember(workspace.name, member.username),
      said: t("teams.removed", { name: member.username }),
      also: [["workspace", workspace.name]],
    });
  const leaving = going?.username === me;
  return (
    <>
      {manages(workspace.role) && <RequestsPanel workspace={workspace.name} />}
      <Panel title={t("teams.tabs.members")}>
        <Listing
          label={t("teams.tabs.members")}
          empty={t("common.noneShort")}
          columns={[
            { label: t("login.username") },
            { label: t("teams.roleWord") },
            { label: t("teams.joined"), className: "max-sm:hidden" },
            { label: t("teams.remove"), silent: true },
          ]}
        >
          {members.data?.map((member) => (
            <MemberRow
              key={member.username}
              member={member}
              workspace={workspace}
              me={member.username === me}
              onRole={(role) => setRole(member, role)}
              onRemove={() => setGoing(member)}
            />
          ))}
        </Listing>
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 border-t border-line px-3 py-2 text-small text-ink-2">
          {ROLES.map((role) => (
            <div key={role} className="contents">
              <dt className="text-ink">{t(`teams.role.${role}`)}</dt>
              <dd>{t(`teams.roleText.${role}`)}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      {manages(workspace.role) && <InvitesPanel workspace={workspace.name} />}
      {going !== null && (
        <ConfirmDialog
          title={
            leaving
              ? t("teams.leaveTitle", { workspace: workspace.name })
              : t("teams.removeName", { name: going.username })
          }
          action={t(leaving ? "teams.leave" : "teams.remove")}
          onConfirm={() => (leaving ? void leave() : remove(going))}
          onClose={() => setGoing(null)}
        >
          {t(leaving ? "teams.leaveText" : "teams.removeText")}
        </ConfirmDialog>
      )}
    </>
  );
}
