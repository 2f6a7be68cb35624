import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Ellipsis, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import {
  type Account,
  type AccountEdit,
  type Accounts,
  accounts,
  usersQuery,
} from "@/api/accounts";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Snippet } from "@/components/Snippet";
import { Tag } from "@/components/Tag";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { MenuItem, MenuPopup, MenuRoot, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { SearchField } from "@/components/ui/search-field";
import { ConfirmDialog } from "@/edit/ConfirmDialog";
import { QuotaDialog } from "@/edit/QuotaDialog";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";
import { useDebouncedText } from "@/lib/debounce";
import { formatAgo, formatCount, formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";

import { NewUserDialog } from "./NewUserDialog";

type Asked = { what: "disable" | "promote" | "demote" | "reset"; user: Account };

interface UserRowProps {
  user: Account;
  me: boolean;
  onAsk: (what: Asked["what"]) => void;
  onEnable: () => void;
  onQuota: () => void;
}

function UserRow({ user, me, onAsk, onEnable, onQuota }: UserRowProps) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const disabled = user.disabled_at !== null;
  const label = t("projects.more", { name: user.username });
  return (
    <tr className={cn(disabled && "text-ink-3")}>
      <td className={cn(cell, "max-w-72")}>
        <div className="flex min-w-0 flex-wrap items-center gap-x-2">
          <span className="truncate font-medium">{user.username}</span>
          {user.admin && <Tag>{t("admin.isAdmin")}</Tag>}
          {disabled && <Tag>{t(user.disabled_at === 0 ? "admin.pending" : "admin.disabled")}</Tag>}
          {me && <span className="text-small text-ink-3">{t("teams.you")}</span>}
        </div>
      </td>
      <td className={cn(cell, "max-w-64 truncate text-ink-2 max-sm:hidden")}>
        {user.email ?? "–"}
      </td>
      <td className={cn(cell, "text-ink-2 max-sm:hidden")}>
        {user.used_at === null ? t("admin.neverSeen") : formatAgo(user.used_at, now, i18n.language)}
      </td>
      <td
        className={cn(cell, "text-ink-2 max-sm:hidden")}
        title={formatMoment(user.created_at, i18n.language)}
      >
        {formatAgo(user.created_at, now, i18n.language)}
      </td>
      <td className={cn(cell, "w-10")}>
        <MenuRoot>
          <MenuTrigger aria-label={label} title={label}>
            <Ellipsis aria-hidden />
          </MenuTrigger>
          <MenuPopup>
            <MenuItem onClick={() => onAsk("reset")}>{t("admin.reset")}</MenuItem>
            <MenuItem onClick={() => onAsk(user.admin ? "demote" : "promote")}>
              {t(user.admin ? "admin.demote" : "admin.promote")}
            </MenuItem>
            <MenuItem onClick={onQuota}>{t("admin.quota")}</MenuItem>
            <MenuSeparator />
            {disabled ? (
              <MenuItem onClick={onEnable}>{t("admin.enable")}</MenuItem>
            ) : (
              <MenuItem onClick={() => onAsk("disable")}>{t("admin.disable")}</MenuItem>
            )}
          </MenuPopup>
        </MenuRoot>
      </td>
    </tr>
  );
}

/** A link that works once, to pass on. */
function LinkDialog({ link, name, onClose }: { link: string; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("admin.linkTitle", { name })}>
      <p className="mb-3 text-ink-2">{t("admin.linkText")}</p>
      <Snippet text={link} />
    </Dialog>
  );
}

/** What the dialogs of one user do when they are answered. */
function useUserEdits(search: string, after: string) {
  const { t } = useTranslation();
  const make = useChange();
  const { queryKey } = usersQuery(search, after);
  const set = (user: Account, edit: Partial<AccountEdit>, shown: Partial<Account>, said: string) =>
    void make<Accounts>({
      queryKey,
      change: (old) => ({
        ...old,
        users: old.users.map((one) =>
          one.username === user.username ? { ...one, ...shown } : one,
        ),
      }),
      send: () => accounts.editUser(user.username, edit),
      said,
    });
  return {
    setAdmin: (user: Account, admin: boolean) =>
      set(user, { admin }, { admin }, t("edit.saved", { name: user.username })),
    setDisabled: (user: Account, disabled: boolean) =>
      set(
        user,
        { disabled },
        { disabled_at: disabled ? Date.now() : null },
        t(disabled ? "admin.saidDisabled" : "admin.saidEnabled", { name: user.username }),
      ),
    reset: async (user: Account): Promise<string | null> => {
      let link: string | null = null;
      await make<Accounts>({
        queryKey,
        send: async () => {
          link = (await accounts.resetLink(user.username)).link;
        },
      });
      return link;
    },
  };
}

/** Everybody with an account: found by name or address, and what an admin does about them. */
export function UsersTab({ me }: { me: string }) {
  const { t, i18n } = useTranslation();
  const { q = "" } = useSearch({ from: "/admin" });
  const navigate = useNavigate({ from: "/admin" });
  const [pages, setPages] = useState<string[]>([]);
  const after = pages.at(-1) ?? "";
  const [text, setText] = useDebouncedText(q, (next) => {
    setPages([]);
    void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true });
  });
  const users = useQuery({ ...usersQuery(q, after), placeholderData: keepPreviousData });
  const edits = useUserEdits(q, after);
  const [adding, setAdding] = useState(false);
  const [quota, setQuota] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [link, setLink] = useState<{ link: string; name: string } | null>(null);
  const { data } = users;
  if (users.error !== null && data === undefined)
    return <Failure error={users.error} onRetry={() => void users.refetch()} />;
  const confirm = async ({ what, user }: Asked) => {
    if (what === "disable") edits.setDisabled(user, true);
    else if (what === "reset") {
      const made = await edits.reset(user);
      if (made !== null) setLink({ link: made, name: user.username });
    } else edits.setAdmin(user, what === "promote");
  };
  return (
    <Panel
      title={t("admin.tabs.users")}
      tools={
        <>
          <SearchField
            value={text}
            onChange={setText}
            label={t("admin.searchUsers")}
            className="w-56 min-w-0 shrink"
          />
          <Button look="primary" onClick={() => setAdding(true)}>
            <UserPlus aria-hidden />
            <span className="max-sm:sr-only">{t("admin.addUser")}</span>
          </Button>
        </>
      }
    >
      <Listing
        label={t("admin.tabs.users")}
        empty={t("common.noneShort")}
        columns={[
          { label: t("login.username") },
          { label: t("accounts.email"), className: "max-sm:hidden" },
          { label: t("admin.seen"), className: "max-sm:hidden" },
          { label: t("admin.since"), className: "max-sm:hidden" },
          { label: t("edit.more"), silent: true },
        ]}
      >
        {data?.users.map((user) => (
          <UserRow
            key={user.username}
            user={user}
            me={user.username === me}
            onAsk={(what) => setAsked({ what, user })}
            onQuota={() => setQuota(user.username)}
            onEnable={() => edits.setDisabled(user, false)}
          />
        ))}
      </Listing>
      <div className="flex items-center gap-2 border-t border-line px-3 py-2 text-small text-ink-2">
        <span>
          {data !== undefined &&
            t("admin.userCount", { count: data.total, n: formatCount(data.total, i18n.language) })}
        </span>
        <div className="grow" />
        {pages.length > 0 && (
          <Button onClick={() => setPages(pages.slice(0, -1))}>{t("admin.previous")}</Button>
        )}
        {data !== undefined && data.after !== null && (
          <Button onClick={() => setPages([...pages, data.after ?? ""])}>{t("admin.next")}</Button>
        )}
      </div>
      {adding && (
        <NewUserDialog onClose={() => setAdding(false)} onLink={(made) => setLink(made)} />
      )}
      {asked !== null && (
        <ConfirmDialog
          title={t(`admin.ask.${asked.what}`, { name: asked.user.username })}
          action={t(`admin.${asked.what}`)}
          onConfirm={() => void confirm(asked)}
          onClose={() => setAsked(null)}
        >
          {t(`admin.askText.${asked.what}`)}
        </ConfirmDialog>
      )}
      {quota !== null && <QuotaDialog workspace={quota} onClose={() => setQuota(null)} />}
      {link !== null && <LinkDialog {...link} onClose={() => setLink(null)} />}
    </Panel>
  );
}
