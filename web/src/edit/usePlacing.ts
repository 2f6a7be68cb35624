import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import type { RunsPlaced } from "@/api/messages";
import { runsQuery } from "@/api/queries";
import { failureText } from "@/components/Failure";

import { hide, unhide } from "./deleting";
import type { Edited, Place } from "./patches";
import { say } from "./toasts";

export type Action = "copy" | "move";
export type Placed = Pick<Edited, "id" | "name">;

type Reason = "place.taken" | "place.running" | "place.missing";

/** How many of the runs stayed where they were, and why; null when none did. */
export function stayed({ missing, running, taken }: RunsPlaced): [Reason, number] | null {
  if (taken.length > 0) return ["place.taken", taken.length];
  if (running.length > 0) return ["place.running", running.length];
  return missing.length > 0 ? ["place.missing", missing.length] : null;
}

/** What a page does that shows a run while it goes elsewhere: there is nothing at its address. */
export interface Follow {
  leave?: (from: Place) => Promise<void>;
  arrive: (at: Place) => void;
}

/** Copying runs of a project and moving them to another one, with a way back from a move. */
export function usePlacing(workspace: string, project: string) {
  const client = useQueryClient();
  const { t } = useTranslation();
  return useMemo(() => {
    const here = { workspace, project };
    const refresh = (...places: Place[]) => {
      for (const place of places) {
        const { queryKey } = runsQuery(place.workspace, place.project);
        void client.invalidateQueries({ queryKey });
      }
      void client.invalidateQueries({ queryKey: ["projects"] });
    };
    const tell = (placed: RunsPlaced) => {
      const left = stayed(placed);
      if (left !== null) say({ look: "bad", text: t(left[0], { count: left[1] }) });
    };
    const called = (place: Place) =>
      place.workspace === workspace ? place.project : `${place.workspace}/${place.project}`;
    const send = async (action: Action, from: Place, ids: string[], to: Place) => {
      try {
        const placed = await api.placeRuns(action, from.workspace, from.project, ids, to);
        tell(placed);
        return placed;
      } catch (error) {
        say({ look: "bad", text: t("edit.failed", { reason: failureText(error, t) }) });
        return null;
      }
    };

    const move = async (runs: readonly Placed[], to: Place, { leave, arrive }: Follow) => {
      const ids = runs.map(({ id }) => id);
      hide(here, ids);
      await leave?.(here);
      const placed = await send("move", here, ids, to);
      const there = { workspace: placed?.workspace ?? to.workspace, project: to.project };
      const moved = Object.keys(placed?.runs ?? {});
      arrive(moved.length > 0 ? there : here);
      await client.invalidateQueries({ queryKey: runsQuery(workspace, project).queryKey });
      unhide(here, ids);
      refresh(there);
      if (moved.length === 0) return;
      const undo = async () => {
        await leave?.(there);
        const back = await send("move", there, moved, here);
        refresh(here, there);
        arrive(back !== null && Object.keys(back.runs).length > 0 ? here : there);
      };
      say({
        look: "done",
        text: t("place.moved", { count: moved.length, name: runs[0]?.name, to: called(there) }),
        undo: () => void undo(),
      });
    };

    const copy = async (runs: readonly Placed[], to: Place) => {
      const ids = runs.map(({ id }) => id);
      const placed = await send("copy", here, ids, to);
      const count = Object.keys(placed?.runs ?? {}).length;
      refresh(here, to);
      if (count > 0)
        say({
          look: "done",
          text: t("place.copied", { count, name: runs[0]?.name, to: called(to) }),
        });
    };

    return { move, copy };
  }, [client, t, workspace, project]);
}
