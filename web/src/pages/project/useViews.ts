import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import type { View } from "@/api/messages";
import { viewsQuery } from "@/api/queries";
import { EMPTY, useLayout } from "@/charts/layout";
import { failureText } from "@/components/Failure";
import { say } from "@/edit/toasts";
import { useStored } from "@/lib/stored";

import { bare, layoutOf, sameView, searchOf, specOf, viewOf } from "./views";

const ROUTE = "/@{$workspace}/$project";
const NONE: readonly View[] = [];

/** What can be done with the saved views of a project. */
export interface Views {
  views: readonly View[];
  editable: boolean;
  /** The view that is shown, as it was saved. */
  current: View | undefined;
  /** What is shown differs from it. */
  changed: boolean;
  open: (view: View | null) => void;
  saveAs: (name: string) => Promise<boolean>;
  save: () => void;
  rename: (view: View, name: string) => void;
  remove: (view: View) => void;
  setDefault: (view: View, on: boolean) => void;
}

/** The saved views of a project; a link to one, or the project's default, opens it. */
export function useViews(workspace: string, project: string): Views {
  const { t } = useTranslation();
  const client = useQueryClient();
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const [layout, setLayout] = useLayout(workspace, project);
  const query = viewsQuery(workspace, project);
  const asked = useQuery(query);
  const views = asked.data?.views ?? NONE;
  const current = viewOf(views, search.view);

  const open = (view: View | null) => {
    setLayout(view === null ? EMPTY : layoutOf(view), { text: t("views.opened") });
    void navigate({ search: view === null ? { tab: search.tab } : searchOf(view) });
  };
  const change = async (send: () => Promise<unknown>): Promise<boolean> => {
    try {
      await send();
      return true;
    } catch (error) {
      say({ look: "bad", text: t("edit.failed", { reason: failureText(error, t) }) });
      return false;
    } finally {
      await client.invalidateQueries({ queryKey: query.queryKey });
    }
  };
  return {
    views,
    editable: asked.data?.editable ?? false,
    current,
    changed: current !== undefined && !sameView(current, search, layout),
    open,
    saveAs: (name) =>
      change(async () => {
        const made = await api.addView(workspace, project, name, specOf(search, layout));
        await client.invalidateQueries({ queryKey: query.queryKey });
        await navigate({ search: (old) => ({ ...old, view: String(made.id) }) });
      }),
    save: () => {
      if (current === undefined) return;
      const spec = specOf(search, layout);
      void change(() => api.editView(workspace, project, current.id, { spec })).then(
        (done) => done && say({ look: "done", text: t("views.saved", { name: current.name }) }),
      );
    },
    rename: (view, name) => void change(() => api.editView(workspace, project, view.id, { name })),
    remove: (view) => {
      if (view === current)
        void navigate({ search: ({ view: _view, ...old }) => old, replace: true });
      void change(() => api.deleteView(workspace, project, view.id));
    },
    setDefault: (view, on) =>
      void change(() => api.editView(workspace, project, view.id, { default: on })),
  };
}

/**
 * Show the view that the address names, or the project's default where the address says nothing.
 * Says whether that is still to be done. The layout of a view replaces the browser's own once, when
 * another view is opened than the one before: what is changed after that stays through a reload.
 */
export function useOpening(workspace: string, project: string): boolean {
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const [, setLayout] = useLayout(workspace, project);
  const place = `${workspace}/${project}`;
  const [last, setLast] = useStored(`view.${place}`);
  const asked = useQuery(viewsQuery(workspace, project));
  const views = asked.data?.views ?? NONE;
  const [arrived, setArrived] = useState<string | null>(null);
  const fresh = arrived !== place;
  const named = viewOf(views, search.view);
  const initial = search.view === undefined ? views.find((one) => one.default) : named;
  const wanted = fresh && bare(search) ? initial : undefined;
  const shown = wanted ?? named;
  useEffect(() => {
    if (asked.isPending) return;
    const there =
      wanted === undefined
        ? Promise.resolve()
        : navigate({ search: searchOf(wanted), replace: true });
    void there.then(() => setArrived(place));
    if (shown !== undefined && last !== String(shown.id)) {
      setLast(String(shown.id));
      setLayout(layoutOf(shown));
    } else if (shown === undefined && last !== null) setLast(null);
  }, [asked.isPending, wanted, shown, place, last, navigate, setLast, setLayout]);
  return fresh && bare(search) && (asked.isPending || wanted !== undefined);
}
