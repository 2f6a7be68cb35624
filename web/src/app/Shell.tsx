import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "@/i18n";

import { instanceQuery } from "@/api/accounts";
import { ApiError } from "@/api/client";
import type { Session } from "@/api/messages";
import { sessionQuery } from "@/api/queries";
import { shareToken } from "@/api/share";
import { Failure } from "@/components/Failure";
import { buttonClass } from "@/components/ui/button";
import { Keys } from "@/components/ui/keys";
import { Toasts } from "@/edit/Toasts";
import { chooseLanguage } from "@/i18n";
import { cn } from "@/lib/classes";
import { writeStored } from "@/lib/stored";

import { ConnectionBanner } from "./ConnectionBanner";
import { Crumbs } from "./Crumbs";
import { LanguageMenu, ThemeMenu } from "./menus";
import { useCommand, useKeys } from "./shortcuts";
import { UserMenu } from "./UserMenu";

const Palette = lazy(() => import("./Palette"));
const ShortcutHelp = lazy(() => import("./ShortcutHelp"));

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

/** Opens the palette; on a phone only its sign. */
function PaletteButton({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      title={t("palette.open")}
      aria-keyshortcuts="Control+K Meta+K"
      onClick={onOpen}
      className={cn(
        buttonClass("plain"),
        "px-2 text-ink-2 max-sm:border-transparent max-sm:bg-transparent",
      )}
    >
      <Search aria-hidden />
      <span className="max-sm:sr-only">{t("common.search")}</span>
      <span className="flex max-sm:hidden">
        <Keys keys="Mod+K" />
      </span>
    </button>
  );
}

/** Focus the search of what the page shows, else the first there is. */
function focusSearch(): void {
  const main = document.querySelector("main");
  const field =
    main?.querySelector<HTMLInputElement>("[role=toolbar] input[type=search]") ??
    main?.querySelector<HTMLInputElement>("input[type=search]");
  field?.focus();
  field?.select();
}

/** The commands that every page offers, and the dialogs two of them open. */
function Commands({ open, onOpen }: { open: Opened; onOpen: (open: Opened) => void }) {
  // What is typed while a dialog is on its way is meant for it.
  useKeys(open === null);
  useEffect(() => {
    // Once the page is there, so that the first Ctrl-K answers at once; a failure is met when it opens.
    const timer = setTimeout(() => void import("./Palette").catch(() => undefined), 2_000);
    return () => clearTimeout(timer);
  }, []);
  useCommand("palette", () => onOpen("palette"));
  useCommand("help", () => onOpen("help"));
  useCommand("search", focusSearch);
  useCommand("light", () => writeStored("theme", "light"));
  useCommand("dark", () => writeStored("theme", "dark"));
  useCommand("system", () => writeStored("theme", "system"));
  useCommand("english", () => chooseLanguage("en"));
  useCommand("chinese", () => chooseLanguage("zh"));
  if (open === null) return null;
  const Opening = open === "palette" ? Palette : ShortcutHelp;
  return (
    <Suspense>
      <Opening onClose={() => onOpen(null)} />
    </Suspense>
  );
}

type Opened = "palette" | "help" | null;

interface BarProps {
  session: Session | undefined;
  /** Somebody reads without an account. */
  stranger: boolean;
}

function Bar({ session, stranger }: BarProps) {
  const { t } = useTranslation();
  const { href } = useLocation();
  const [opened, setOpened] = useState<Opened>(null);
  return (
    <header className="flex h-(--bar) shrink-0 items-center gap-2.5 border-b border-line bg-panel px-3.5 max-sm:px-2">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:rounded focus:bg-panel focus:p-2"
      >
        {t("shell.skip")}
      </a>
      <Mark />
      {(session !== undefined || stranger) && <Crumbs />}
      <div className="grow" />
      {session?.mode === "watch" && (
        <span
          title={t("shell.watchHint")}
          className="rounded-full border border-line-strong px-2 text-tiny text-ink-2 max-sm:hidden"
        >
          {t("shell.watch")}
        </span>
      )}
      {session !== undefined && (
        <>
          <PaletteButton onOpen={() => setOpened("palette")} />
          <Commands open={opened} onOpen={setOpened} />
        </>
      )}
      <ThemeMenu />
      <LanguageMenu />
      {session?.mode === "server" && <UserMenu user={session.user} />}
      {stranger && (
        <Link to="/login" search={{ next: href }} className={buttonClass("primary")}>
          {t("login.title")}
        </Link>
      )}
    </header>
  );
}

/** What stands around a page: the shell, or nothing around a chart that other pages frame. */
export function Frame() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  if (pathname.startsWith("/embed/")) return <Outlet />;
  // Only the first page of a frame is checked by its headers: nothing that acts may follow in there.
  if (window.top !== window.self)
    return (
      <p className="p-4">
        <a href={pathname} target="_blank" rel="noopener" className="text-accent underline">
          {t("embed.outside")}
        </a>
      </p>
    );
  return <Shell />;
}

/** Pages for somebody who is not in yet. */
const ENTRY = /^\/(?:login|signup|join|share|forgot|reset|confirm)(?:\/|$)/;

const IN_PROJECT = /^\/@[^/]+\/[^/]+/;

/** Whether somebody who is not signed in may be able to read what the address shows. */
function useOpenToStrangers(signedOut: boolean): "yes" | "no" | "unknown" {
  const { pathname } = useLocation();
  // Not by the parameters of the route: those follow only once the page's code is there.
  const inProject = IN_PROJECT.test(pathname);
  const shared = inProject && shareToken() !== null;
  const instance = useQuery({ ...instanceQuery, enabled: signedOut && !shared });
  if (shared) return "yes";
  if (!inProject && pathname !== "/") return "no";
  if (instance.isPending) return "unknown";
  return instance.data?.anonymous_read === true ? "yes" : "no";
}

/** Everything around a page: the bar, the connection's state, and the check of who is asking. */
function Shell() {
  const session = useQuery(sessionQuery);
  const location = useLocation();
  const entering = ENTRY.test(location.pathname);
  const signedOut = session.error instanceof ApiError && session.error.status === 401;
  const open = useOpenToStrangers(signedOut);
  if (signedOut && !entering && open === "no") {
    return <Navigate to="/login" search={{ next: location.href }} replace />;
  }
  const waiting = signedOut && !entering && open === "unknown";
  return (
    <div className="flex h-full flex-col">
      <Bar
        session={signedOut ? undefined : session.data}
        stranger={signedOut && !entering && open === "yes"}
      />
      {(session.data !== undefined || open === "yes") && !entering && <ConnectionBanner />}
      <main id="content" className="flex min-h-0 grow flex-col overflow-auto">
        {session.error !== null && !signedOut && session.data === undefined ? (
          <Failure error={session.error} onRetry={() => void session.refetch()} />
        ) : waiting ? (
          <div aria-busy className="grow" />
        ) : (
          <Outlet />
        )}
      </main>
      <Toasts />
    </div>
  );
}
