import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { KeyRound, LogOut, Settings, ShieldCheck } from "lucide-react";
import { useTranslation } from "@/i18n";

import { api, ApiError } from "@/api/client";
import type { User } from "@/api/messages";
import { MenuItem, MenuPopup, MenuRoot, MenuSeparator, MenuTrigger } from "@/components/ui/menu";

export function UserMenu({ user }: { user: User }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: api.signOut,
    onSettled: (_, error) => {
      // A session that has ended elsewhere is signed out too.
      if (error instanceof ApiError && error.status !== 401) return;
      // A new document, so that nothing of this account stays in memory.
      window.location.assign("/login");
    },
  });
  return (
    <MenuRoot>
      <MenuTrigger
        aria-label={t("shell.account", { name: user.username })}
        className="rounded-full border-line bg-sunken font-semibold uppercase"
      >
        {user.username.slice(0, 1)}
      </MenuTrigger>
      <MenuPopup className="min-w-52">
        <div className="px-2 py-1.5 text-small text-ink-2">
          {t("shell.signedIn", { name: user.username })}
          {user.admin && <div className="text-ink-3">{t("shell.admin")}</div>}
        </div>
        <MenuSeparator />
        <MenuItem onClick={() => void navigate({ to: "/settings", search: {} })}>
          <KeyRound aria-hidden />
          {t("accounts.keys")}
        </MenuItem>
        <MenuItem
          onClick={() => void navigate({ to: "/settings", search: { tab: "preferences" } })}
        >
          <Settings aria-hidden />
          {t("accounts.settings")}
        </MenuItem>
        {user.admin && (
          <MenuItem onClick={() => void navigate({ to: "/admin", search: {} })}>
            <ShieldCheck aria-hidden />
            {t("admin.title")}
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem onClick={() => signOut.mutate()}>
          <LogOut aria-hidden />
          {t("shell.signOut")}
        </MenuItem>
      </MenuPopup>
    </MenuRoot>
  );
}
