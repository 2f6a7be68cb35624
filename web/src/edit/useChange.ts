import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "@/i18n";

import { failureText } from "@/components/Failure";

import { say } from "./toasts";

export interface Change<T> {
  /** The question whose answer shows it. */
  queryKey: QueryKey;
  /** What the answer is like when it is done. */
  change?: (old: T) => T;
  send: () => Promise<unknown>;
  /** Said when it is done. */
  said?: string;
  /** Takes it back on the server. */
  back?: Omit<Change<T>, "back">;
  /** Other questions whose answers it changes. */
  also?: readonly QueryKey[];
}

/**
 * Do something on the server: shown at once, and taken back with the reason when the server refuses.
 * Resolves with whether it was done.
 */
export function useChange() {
  const client = useQueryClient();
  const { t } = useTranslation();
  return useCallback(
    async function make<T>(wanted: Change<T>): Promise<boolean> {
      const { queryKey, change, send, said, back, also = [] } = wanted;
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData<T>(queryKey);
      if (change !== undefined && before !== undefined)
        client.setQueryData(queryKey, change(before));
      try {
        await send();
        if (said !== undefined)
          say({ look: "done", text: said, ...(back && { undo: () => void make(back) }) });
        return true;
      } catch (error) {
        client.setQueryData(queryKey, before);
        say({ look: "bad", text: t("edit.failed", { reason: failureText(error, t) }) });
        return false;
      } finally {
        for (const key of [queryKey, ...also]) void client.invalidateQueries({ queryKey: key });
      }
    },
    [client, t],
  );
}
