import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/client";
import type { Session } from "@/api/messages";
import { sessionQuery } from "@/api/queries";
import { Failure } from "@/components/Failure";
import { Toasts } from "@/edit/Toasts";

import { ConnectionBanner } from "./ConnectionBanner";
import { Crumbs } from "./Crumbs";
import { LanguageMenu, ThemeMenu } from "./menus";
import { UserMenu } from "./UserMenu";

function Mark() {
  const { t } = useTranslation();
  return (
    <Link
      to="/"
      title={t("shell.home")}
      className="flex shrink-0 items-center gap-2 rounded font-semibold"
    >
      <svg viewBox="0 0 18 18" aria-hidden className="size-[18px]">
        <path
          d="M1 13c3 0 3.2-8 6-8s2 6 4.4 6S14 3 17 3"
          fill="none"
          stroke="var(--accent)"
          strokeWidth="2"
          strokeLinecap="round"
        />
      </svg>
      <span className="max-sm:sr-only">swanlab</span>
    </Link>
  );
}

function Bar({ session }: { session: Session | undefined }) {
  const { t } = useTranslation();
  return (
    <header className="flex h-(--bar) shrink-0 items-center gap-2.5 border-b border-line bg-panel px-3.5 max-sm:px-2">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:rounded focus:bg-panel focus:p-2"
      >
        {t("shell.skip")}
      </a>
      <Mark />
      {session !== undefined && <Crumbs />}
      <div className="grow" />
      {session?.mode === "watch" && (
        <span
          title={t("shell.watchHint")}
          className="rounded-full border border-line-strong px-2 text-tiny text-ink-2 max-sm:hidden"
        >
          {t("shell.watch")}
        </span>
      )}
      <ThemeMenu />
      <LanguageMenu />
      {session?.mode === "server" && <UserMenu user={session.user} />}
    </header>
  );
}

/** Everything around a page: the bar, the connection's state, and the check of who is asking. */
export function Shell() {
  const session = useQuery(sessionQuery);
  const location = useLocation();
  const onLogin = location.pathname === "/login";
  const signedOut = session.error instanceof ApiError && session.error.status === 401;
  if (signedOut && !onLogin) {
    return <Navigate to="/login" search={{ next: location.href }} replace />;
  }
  return (
    <div className="flex h-full flex-col">
      <Bar session={signedOut ? undefined : session.data} />
      {session.data !== undefined && !onLogin && <ConnectionBanner />}
      <main id="content" className="flex min-h-0 grow flex-col overflow-auto">
        {session.error !== null && !signedOut && session.data === undefined ? (
          <Failure error={session.error} onRetry={() => void session.refetch()} />
        ) : (
          <Outlet />
        )}
      </main>
      <Toasts />
    </div>
  );
}
