import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import { api } from "@/api/client";
import type { EndedState, RunRow, RunTable } from "@/api/messages";
import { runQuery, runsQuery } from "@/api/queries";
import { failureText } from "@/components/Failure";

import { hide, unhide } from "./deleting";
import {
  apply,
  type Edited,
  type Patch,
  type Patches,
  replaced,
  retagged,
  ungrouping,
  untagging,
} from "./patches";
import { say } from "./toasts";

export type EditedRun = Edited & Pick<RunRow, "state">;

interface Change {
  before: Patches;
  after: Patches;
  send: () => Promise<unknown>;
  /** Takes it back on the server; null where there is no way back. */
  back: (() => Promise<unknown>) | null;
  said: string;
}

/** At most so many runs leave in one request. */
const AT_ONCE = 1000;

/**
 * Edits of a project's runs: shown at once, taken back with the reason when the server refuses,
 * and for a while by whoever made them.
 */
export function useEdits(workspace: string, project: string) {
  const client = useQueryClient();
  const { t } = useTranslation();
  return useMemo(() => {
    const place = { workspace, project };
    const refuse = (error: unknown) =>
      say({ look: "bad", text: t("edit.failed", { reason: failureText(error, t) }) });
    const keysOf = (ids: Iterable<string>) => [
      runsQuery(workspace, project).queryKey,
      ...[...ids]
        .map((id) => runQuery(workspace, project, id).queryKey)
        .filter((key) => client.getQueryData(key) !== undefined),
    ];

    const make = async ({ before, after, send, back, said }: Change): Promise<void> => {
      const keys = keysOf(after.keys());
      await Promise.all(keys.map((queryKey) => client.cancelQueries({ queryKey })));
      apply(client, place, after);
      try {
        await send();
        const undo =
          back && (() => make({ before: after, after: before, send: back, back: null, said: "" }));
        if (said !== "")
          say({ look: "done", text: said, ...(undo && { undo: () => void undo() }) });
      } catch (error) {
        apply(client, place, before);
        refuse(error);
      }
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
    };

    const changeOf = (runs: readonly EditedRun[], patchOf: (run: EditedRun) => Patch) => {
      const after = new Map(runs.map((run) => [run.id, patchOf(run)]));
      const before = new Map(runs.map((run) => [run.id, replaced(run, after.get(run.id) ?? {})]));
      return { before, after };
    };

    const send = async (ids: string[], leaving: boolean) => {
      const parts = Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, part) =>
        ids.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
      );
      try {
        await Promise.all(parts.map((part) => api.deleteRuns(workspace, project, part, leaving)));
        const gone = new Set(ids);
        client.setQueryData(
          runsQuery(workspace, project).queryKey,
          (table: RunTable | undefined) =>
            table === undefined
              ? undefined
              : { ...table, runs: table.runs.filter(({ id }) => !gone.has(id)) },
        );
      } catch (error) {
        refuse(error);
      }
      unhide(place, ids);
      void client.invalidateQueries({ queryKey: runsQuery(workspace, project).queryKey });
      void client.invalidateQueries({ queryKey: ["projects"] });
    };

    return {
      /** Change one run. */
      edit: (run: EditedRun, patch: Patch) => {
        const change = changeOf([run], () => patch);
        void make({
          ...change,
          send: () => api.editRun(workspace, project, run.id, patch),
          back: () => api.editRun(workspace, project, run.id, change.before.get(run.id) ?? {}),
          said: t("edit.saved", { name: patch.name ?? run.name }),
        });
      },
      /** Add and take away tags; those that others add meanwhile stay. */
      retag: (runs: readonly EditedRun[], add: string[], away: string[]) => {
        const ids = runs.map(({ id }) => id);
        const undoing = untagging(runs, add, away);
        if (undoing.length === 0) return;
        void make({
          ...changeOf(runs, ({ tags }) => ({ tags: retagged(tags, add, away) })),
          send: () =>
            api.editRuns(workspace, project, [{ runs: ids, add_tags: add, remove_tags: away }]),
          back: () => api.editRuns(workspace, project, undoing),
          said: t("edit.tagged", { count: runs.length, name: runs[0]?.name }),
        });
      },
      /** Put runs into a group, or (null) into none. */
      regroup: (runs: readonly EditedRun[], group: string | null) => {
        const edits = [{ runs: runs.map(({ id }) => id), group }];
        const undoing = ungrouping(runs);
        void make({
          ...changeOf(runs, () => ({ group })),
          send: () => api.editRuns(workspace, project, edits),
          back: () => api.editRuns(workspace, project, undoing),
          said: t("edit.grouped", { count: runs.length, name: runs[0]?.name }),
        });
      },
      /** Say how a silent run ended. */
      setState: (run: EditedRun, state: EndedState) =>
        void make({
          ...changeOf([run], () => ({ state })),
          send: () => api.setState(workspace, project, run.id, state),
          back: null,
          said: t("edit.marked", { name: run.name, state: t(`state.${state}`) }),
        }),
      /** Delete runs once nobody wants them back any more. */
      remove: (runs: readonly Pick<Edited, "id" | "name">[]) => {
        const ids = runs.map(({ id }) => id);
        hide(place, ids);
        say({
          look: "done",
          text: t("edit.deleted", { count: runs.length, name: runs[0]?.name }),
          undo: () => unhide(place, ids),
          closed: (leaving) => void send(ids, leaving),
        });
      },
    };
  }, [client, t, workspace, project]);
}

export type Edits = ReturnType<typeof useEdits>;
