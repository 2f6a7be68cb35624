import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";

import { TABS, type Tab } from "@/app/router";
import { useCommand } from "@/app/shortcuts";
import { CopyLink } from "@/components/CopyLink";
import { cn } from "@/lib/classes";
import { useTabInSight } from "@/lib/tabs";

/** The run's views; each is an address of its own. */
export function RunTabs({ tab }: { tab: Tab }) {
  const { t } = useTranslation();
  const row = useTabInSight(tab);
  const navigate = useNavigate({ from: "/@{$workspace}/$project/runs/$run" });
  const show = (name: Tab) => () =>
    void navigate({
      to: ".",
      search: (old) => ({ ...old, tab: name === "charts" ? undefined : name }),
    });
  useCommand("runCharts", show("charts"));
  useCommand("runMedia", show("media"));
  useCommand("runOverview", show("overview"));
  useCommand("runLogs", show("logs"));
  useCommand("runFiles", show("files"));
  useCommand("runEnvironment", show("environment"));
  useCommand("runSystem", show("system"));
  return (
    <div className="flex items-center pr-2">
      <nav
        ref={row}
        aria-label={t("run.tabs")}
        className="flex min-w-0 grow overflow-x-auto px-1.5"
      >
        {TABS.map((name) => (
          <Link
            key={name}
            from="/@{$workspace}/$project/runs/$run"
            to="."
            search={(old) => ({ ...old, tab: name === "charts" ? undefined : name })}
            aria-current={name === tab ? "page" : undefined}
            className={cn(
              "flex h-9 shrink-0 items-center border-b-2 px-2.5 focus-visible:-outline-offset-2",
              name === tab
                ? "border-accent font-semibold text-ink"
                : "border-transparent text-ink-2 hover:text-ink",
            )}
          >
            {t(`run.${name}`)}
          </Link>
        ))}
      </nav>
      <CopyLink />
    </div>
  );
}
