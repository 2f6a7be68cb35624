import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link2, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { accounts, instanceQuery, type Invite, invitesQuery } from "@/api/accounts";
import { Failure, useFailureText } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Snippet } from "@/components/Snippet";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Choice, Field } from "@/components/ui/field";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";
import { formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";

const DAY = 24 * 3600 * 1000;
const DAYS = ["1", "7", "30", "90"] as const;

function NewInvite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [uses, setUses] = useState("1");
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const [email, setEmail] = useState("");
  const single = email.trim() !== "";
  const make = useMutation({
    mutationFn: () =>
      accounts.invite({
        uses: single ? 1 : Number(uses),
        expires_at: Date.now() + Number(days) * DAY,
        email: email.trim() || null,
      }),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: invitesQuery.queryKey }),
  });
  const failure = useFailureText(make.error);
  if (make.data !== undefined)
    return (
      <div className="flex flex-col gap-3">
        <p className="text-ink-2">
          {make.data.sent ? t("admin.inviteSent", { email }) : t("teams.inviteOnce")}
        </p>
        <Snippet text={make.data.link} title={t("teams.inviteLink")} />
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
      <Field
        label={t("admin.emailIfAny")}
        hint={t("admin.inviteEmail")}
        type="email"
        maxLength={254}
        value={email}
        onChange={setEmail}
      />
      {!single && (
        <Field
          label={t("admin.uses")}
          type="number"
          required
          min={1}
          max={1000}
          value={uses}
          onChange={setUses}
        />
      )}
      <Choice
        label={t("accounts.until")}
        value={days}
        options={DAYS.map((one) => [one, t("accounts.inDays", { count: Number(one) })])}
        onChange={setDays}
      />
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

/** Links by which people make accounts here. */
export function InvitesTab() {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const invites = useQuery(invitesQuery);
  const { data: instance } = useQuery(instanceQuery);
  const make = useChange();
  const [making, setMaking] = useState(false);
  if (invites.error !== null && invites.data === undefined)
    return <Failure error={invites.error} onRetry={() => void invites.refetch()} />;
  const withdraw = (invite: Invite) =>
    void make({
      queryKey: invitesQuery.queryKey,
      change: (old: Invite[]) => old.filter(({ id }) => id !== invite.id),
      send: () => accounts.withdrawInvite(invite.id),
      said: t("teams.inviteTaken"),
    });
  return (
    <Panel
      title={t("admin.tabs.invites")}
      tools={
        <Button look="primary" onClick={() => setMaking(true)}>
          <Link2 aria-hidden />
          {t("teams.makeInvite")}
        </Button>
      }
    >
      <p className="border-b border-line px-3 py-2 text-small text-ink-2">
        {t(instance?.signup === "closed" ? "admin.invitesClosed" : "admin.invitesAbout")}
      </p>
      <Listing
        label={t("admin.tabs.invites")}
        empty={t("teams.noInvites")}
        columns={[
          { label: t("admin.inviteFor") },
          { label: t("admin.usedOf") },
          { label: t("accounts.until") },
          { label: t("teams.by"), className: "max-sm:hidden" },
          { label: t("teams.takeBack"), silent: true },
        ]}
      >
        {invites.data?.map((invite) => (
          <tr key={invite.id} className={cn(invite.expires_at <= now && "text-ink-3")}>
            <td className={cn(cell, "max-w-64 truncate")}>
              {invite.email ?? t("admin.whoeverHasIt")}
            </td>
            <td className={cell}>{t("edit.ofRuns", { count: invite.used, total: invite.uses })}</td>
            <td className={cell}>
              {invite.expires_at <= now
                ? t("accounts.expired")
                : formatMoment(invite.expires_at, i18n.language)}
            </td>
            <td className={cn(cell, "text-ink-2 max-sm:hidden")}>{invite.author}</td>
            <td className={cn(cell, "w-10")}>
              <Button
                look="quiet"
                size="icon"
                aria-label={t("teams.takeBack")}
                title={t("teams.takeBack")}
                onClick={() => withdraw(invite)}
              >
                <Trash2 aria-hidden />
              </Button>
            </td>
          </tr>
        ))}
      </Listing>
      {making && (
        <Dialog
          open
          onOpenChange={(open) => !open && setMaking(false)}
          title={t("admin.inviteTitle")}
        >
          <NewInvite onClose={() => setMaking(false)} />
        </Dialog>
      )}
    </Panel>
  );
}
