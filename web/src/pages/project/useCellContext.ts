import { useRouter } from "@tanstack/react-router";
import { useCallback, useMemo, type MouseEvent } from "react";
import { useTranslation } from "@/i18n";

import { useNow } from "@/lib/now";

import type { CellContext } from "./Cell";

/** What the cells of a project's table share, the same object until something in it changes. */
export function useCellContext(workspace: string, project: string): CellContext {
  const { t, i18n } = useTranslation();
  const now = useNow(30_000);
  return useMemo(() => {
    const place = `/@${encodeURIComponent(workspace)}/${encodeURIComponent(project)}/runs/`;
    return {
      now,
      language: i18n.language,
      stateNames: {
        running: t("state.running"),
        unresponsive: t("state.unresponsive"),
        finished: t("state.finished"),
        crashed: t("state.crashed"),
        aborted: t("state.aborted"),
      },
      hrefOf: (run) => place + encodeURIComponent(run.id),
    };
  }, [workspace, project, now, t, i18n.language]);
}

/** One click handler for plain links inside: they lead on without loading the page anew. */
export function useFollowLinks(): (event: MouseEvent) => void {
  const router = useRouter();
  return useCallback(
    (event: MouseEvent) => {
      const asked = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey;
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (asked || event.altKey || link === null || event.defaultPrevented) return;
      event.preventDefault();
      router.history.push(link.pathname + link.search);
    },
    [router],
  );
}
