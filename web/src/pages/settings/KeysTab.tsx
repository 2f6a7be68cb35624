import { useQuery } from "@tanstack/react-query";
import { KeyRound, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { accounts, type Key, keysQuery } from "@/api/accounts";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/edit/ConfirmDialog";
import { LineInput } from "@/edit/LineInput";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";
import { formatAgo, formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";

import { NewKeyDialog } from "./NewKeyDialog";

/** A day that comes or has been, with the exact moment on hover. */
function Moment({ at, empty }: { at: number | null; empty: string }) {
  const { i18n } = useTranslation();
  const now = useNow(60_000);
  if (at === null) return <span className="text-ink-3">{empty}</span>;
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" }).format(at);
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={formatMoment(at, i18n.language)}
      className="whitespace-nowrap"
    >
      {at > now ? day : formatAgo(at, now, i18n.language)}
    </time>
  );
}

/** What became of a key that no longer works, or null. */
function useEnd(key: Key): string | null {
  const { t } = useTranslation();
  const now = useNow(60_000);
  if (key.revoked_at !== null) return t("accounts.revoked");
  return key.expires_at !== null && key.expires_at <= now ? t("accounts.expired") : null;
}

function KeyRow({ row, onRevoke }: { row: Key; onRevoke: () => void }) {
  const { t } = useTranslation();
  const make = useChange();
  const end = useEnd(row);
  const [renaming, setRenaming] = useState(false);
  const rename = (name: string | null) => {
    setRenaming(false);
    if (name === null) return;
    const named = (to: string) => ({
      queryKey: keysQuery.queryKey,
      change: (keys: Key[]) => keys.map((key) => (key.id === row.id ? { ...key, name: to } : key)),
      send: () => accounts.renameKey(row.id, to),
    });
    void make({ ...named(name), said: t("edit.saved", { name }), back: named(row.name) });
  };
  return (
    <tr className={cn(end !== null && "text-ink-3")}>
      <td className={cn(cell, "max-w-56")}>
        <div className="group flex items-center gap-1">
          {renaming ? (
            <LineInput
              value={row.name}
              label={t("accounts.keyName")}
              maxLength={100}
              required
              onDone={rename}
            />
          ) : (
            <span className="truncate font-medium" title={row.name}>
              {row.name}
            </span>
          )}
          {end === null && !renaming && (
            <Button
              look="quiet"
              size="icon"
              aria-label={t("accounts.renameKey", { name: row.name })}
              title={t("edit.rename")}
              onClick={() => setRenaming(true)}
            >
              <Pencil aria-hidden />
            </Button>
          )}
        </div>
      </td>
      <td className={cn(cell, "font-mono text-small max-sm:hidden")}>
        {row.start === "" ? "…" : `${row.start}…`}
      </td>
      <td className={cn(cell, "max-sm:hidden")}>{t(`accounts.scope.${row.scope}`)}</td>
      <td className={cell}>{end ?? <Moment at={row.expires_at} empty={t("accounts.never")} />}</td>
      <td className={cn(cell, "max-sm:hidden")} title={row.address}>
        <Moment at={row.used_at} empty={t("accounts.neverUsed")} />
      </td>
      <td className={cn(cell, "w-10")}>
        {end === null && (
          <Button
            look="quiet"
            size="icon"
            aria-label={t("accounts.revokeKey", { name: row.name })}
            title={t("accounts.revoke")}
            onClick={onRevoke}
          >
            <Trash2 aria-hidden />
          </Button>
        )}
      </td>
    </tr>
  );
}

/** The reader's API keys: what each may do, until when, when it was used; new ones, and the end of one. */
export function KeysTab() {
  const { t } = useTranslation();
  const keys = useQuery(keysQuery);
  const make = useChange();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const revoke = (key: Key) =>
    void make({
      queryKey: keysQuery.queryKey,
      change: (old: Key[]) =>
        old.map((one) => (one.id === key.id ? { ...one, revoked_at: Date.now() } : one)),
      send: () => accounts.revokeKey(key.id),
      said: t("accounts.revokedKey", { name: key.name }),
    });
  if (keys.error !== null && keys.data === undefined)
    return <Failure error={keys.error} onRetry={() => void keys.refetch()} />;
  return (
    <Panel
      title={t("accounts.keys")}
      tools={
        <Button look="primary" onClick={() => setMaking(true)}>
          <KeyRound aria-hidden />
          {t("accounts.newKey")}
        </Button>
      }
    >
      <p className="border-b border-line px-3 py-2 text-small text-ink-2">
        {t("accounts.keysAbout")}
      </p>
      <Listing
        label={t("accounts.keys")}
        empty={t("accounts.noKeys")}
        columns={[
          { label: t("accounts.keyName") },
          { label: t("accounts.keyStart"), className: "max-sm:hidden" },
          { label: t("accounts.may"), className: "max-sm:hidden" },
          { label: t("accounts.until") },
          { label: t("accounts.used"), className: "max-sm:hidden" },
          { label: t("accounts.revoke"), silent: true },
        ]}
      >
        {keys.data?.map((row) => (
          <KeyRow key={row.id} row={row} onRevoke={() => setRevoking(row)} />
        ))}
      </Listing>
      {making && <NewKeyDialog onClose={() => setMaking(false)} />}
      {revoking !== null && (
        <ConfirmDialog
          title={t("accounts.revokeTitle", { name: revoking.name })}
          action={t("accounts.revoke")}
          onConfirm={() => revoke(revoking)}
          onClose={() => setRevoking(null)}
        >
          {t("accounts.revokeText")}
        </ConfirmDialog>
      )}
    </Panel>
  );
}
