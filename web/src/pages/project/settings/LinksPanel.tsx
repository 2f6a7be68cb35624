import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { linksQuery, type ShareLink, teams } from "@/api/teams";
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

const KINDS = ["view", "embed"] as const;
/** For how many days a link holds; "" until it is taken back. */
const DAYS = ["7", "1", "30", "90", "365", ""] as const;

function NewLink({ project, onClose }: { project: Project; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("view");
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const [label, setLabel] = useState("");
  const make = useMutation({
    mutationFn: () =>
      teams.makeLink(project, {
        kind,
        label: label.trim() || null,
        days: days === "" ? null : Number(days),
      }),
    gcTime: 0,
    onSuccess: () =>
      client.invalidateQueries({
        queryKey: linksQuery(project.workspace, project.name).queryKey,
      }),
  });
  const failure = useFailureText(make.error);
  if (make.data !== undefined)
    return (
      <div className="flex flex-col gap-3">
        <p className="text-ink-2">{t("teams.linkOnce")}</p>
        <Snippet text={window.location.origin + make.data.path} title={t("teams.theLink")} />
        {make.data.link.kind === "embed" && (
          <p className="text-small text-ink-2">{t("teams.linkEmbed")}</p>
        )}
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
        label={t("teams.opens")}
        value={kind}
        options={KINDS.map((one) => [one, t(`teams.linkKind.${one}`)])}
        onChange={setKind}
      />
      <Choice
        label={t("accounts.until")}
        value={days}
        options={DAYS.map((one) => [
          one,
          one === "" ? t("teams.untilTaken") : t("accounts.inDays", { count: Number(one) }),
        ])}
        onChange={setDays}
      />
      <Field
        label={t("teams.linkLabel")}
        hint={t("teams.linkLabelHint")}
        maxLength={256}
        value={label}
        onChange={setLabel}
      />
      <div className="flex items-center justify-end gap-2">
        {make.isError && (
          <p role="alert" className="grow text-small text-bad">
            {failure}
          </p>
        )}
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button look="primary" type="submit" disabled={make.isPending}>
          {t("teams.makeLink")}
        </Button>
      </div>
    </form>
  );
}

/** Links by which people without an account see the project. */
export function LinksPanel({ project }: { project: Project }) {
  const { t, i18n } = useTranslation();
  const query = linksQuery(project.workspace, project.name);
  const links = useQuery(query);
  const make = useChange();
  const [making, setMaking] = useState(false);
  const revoke = (link: ShareLink) =>
    void make({
      queryKey: query.queryKey,
      change: (old: ShareLink[]) => old.filter(({ id }) => id !== link.id),
      send: () => teams.revokeLink(project, link.id),
      said: t("teams.linkTaken"),
    });
  return (
    <Panel
      title={t("teams.links")}
      tools={
        <Button look="primary" onClick={() => setMaking(true)}>
          <Link2 aria-hidden />
          {t("teams.makeLink")}
        </Button>
      }
    >
      {links.error !== null && links.data === undefined ? (
        <Failure embedded error={links.error} onRetry={() => void links.refetch()} />
      ) : (
        <Listing
          label={t("teams.links")}
          empty={t("teams.noLinks")}
          columns={[
            { label: t("teams.linkLabel") },
            { label: t("teams.opens") },
            { label: t("accounts.until") },
            { label: t("teams.by"), className: "max-sm:hidden" },
            { label: t("teams.takeBack"), silent: true },
          ]}
        >
          {links.data?.map((link) => (
            <tr key={link.id}>
              <td className={cn(cell, "max-w-56 truncate")}>{link.label ?? "–"}</td>
              <td className={cell}>{t(`teams.linkShort.${link.kind}`)}</td>
              <td className={cn(cell, "text-ink-2")}>
                {link.expires_at === null
                  ? t("teams.untilTaken")
                  : formatMoment(link.expires_at, i18n.language)}
              </td>
              <td className={cn(cell, "text-ink-2 max-sm:hidden")}>{link.made_by ?? "–"}</td>
              <td className={cn(cell, "text-right")}>
                <Button look="quiet" onClick={() => revoke(link)}>
                  {t("teams.takeBack")}
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
          title={t("teams.linkTitle", { name: project.name })}
        >
          <NewLink project={project} onClose={() => setMaking(false)} />
        </Dialog>
      )}
    </Panel>
  );
}
